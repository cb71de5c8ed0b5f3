"""Finds known vulnerabilities of the packages in the locks, with pip-audit, in the OSV database (https://osv.dev).

pip-audit queries the database over the network, so an audit needs https://api.osv.dev or a mirror.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from lib.dependencies import locks
from lib.environments import ROOT
from lib.errors import ToolError

SERVICE = "https://api.osv.dev/v1/query"
OPTIONS = ("--no-deps", "--disable-pip", "--strict", "--format", "json", "--progress-spinner", "off")


def vulnerabilities(names: Iterable[str], osv_url: str) -> list[str]:
    """Return a line for each known vulnerability of the packages in these locks.

    Raises ToolError if the database does not answer.
    """
    return [line for lock in names for line in _of_lock(lock, osv_url)]


def _of_lock(lock: str, osv_url: str) -> Iterator[str]:
    file = locks.REQUIREMENTS / f"{lock}.txt"
    source = ("--vulnerability-service", "osv", "--osv-url", osv_url, "--requirement", str(file))
    command = [sys.executable, "-m", "pip_audit", *OPTIONS, *source]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        # pip-audit exits with 1 for a vulnerability and for its own failure. Only for a vulnerability it prints JSON.
        reason = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise ToolError(
            f"pip-audit could not ask {osv_url} about {file.relative_to(ROOT)}: {reason[:300]}; run make audit on a "
            "machine that reaches this address, or name a mirror with make audit OSV_URL=…"
        ) from None
    for package in answer["dependencies"]:
        for found in package["vulns"]:
            fixed = ", ".join(found["fix_versions"]) or "no version yet"
            yield (
                f"{found['id']} {package['name']} {package['version']} ({lock}); fixed in {fixed}. Fix: make lock; "
                f"https://osv.dev/vulnerability/{found['id']} describes the vulnerability"
            )
