"""The weekly report: waivers and skips with their expiry dates, and pinned packages with newer releases."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lib.environments import ENVIRONMENTS, ROOT, python_of
from lib.errors import ToolError
from lib.findings import waivers
from lib.findings.waivers import Waiver
from lib.review.code_spans import code, table

MARKER = "<!-- payments-infrastructure: weekly report -->"
TITLE = "Weekly report: dependencies and waivers"
# The locks of packages that are deployed or decide a verdict.
REPORTED = ("project", "checkov", "emulator")
PIP_SECONDS = 600
ROWS = 60  # at most, in each table; keeps the body below GitHub's limit of 65,536 characters


@dataclass(frozen=True)
class Outdated:
    """A package of requirements/{lock}.txt."""

    lock: str
    package: str
    pinned: str
    newest: str


def text(exceptions: Iterable[Waiver], outdated: Iterable[Outdated], today: date) -> str:
    """Return the issue's body."""
    return "\n".join([MARKER, f"As of {today}.", "", *_waivers(exceptions, today), *_packages(outdated)])


def write(file: Path) -> None:
    """Query pip for newer releases and write the report to `file`. Raises ToolError."""
    outdated = [each for lock in REPORTED for each in newer(lock)]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text(waivers.read(), outdated, waivers.utc_today()))


def newer(lock: str) -> list[Outdated]:
    """Return the packages of requirements/{lock}.in with a newer release on the package index."""
    command = [str(python_of(ENVIRONMENTS[lock])), "-m", "pip", "list", "--outdated", "--format", "json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"pip of {ENVIRONMENTS[lock].name} did not answer ({error}); run make setup") from error
    if done.returncode:
        raise ToolError(f"pip list --outdated failed: {done.stderr.strip()[-300:]}; check that pip reaches its index")
    named = set(named_in((ROOT / "requirements" / f"{lock}.in").read_text()))
    return [each for each in of_pip(lock, done.stdout) if each.package in named]


def of_pip(lock: str, output: str) -> list[Outdated]:
    """Parse the JSON of `pip list --outdated`."""
    return [
        Outdated(lock, _normal(item["name"]), item["version"], item["latest_version"]) for item in json.loads(output)
    ]


def named_in(requirements: str) -> Iterator[str]:
    """Return the package names in the text of a requirements/*.in file."""
    for line in requirements.splitlines():
        if match := re.match(r"[A-Za-z0-9][\w.-]*", line, re.ASCII):
            yield _normal(match[0])


def _normal(name: str) -> str:
    """Return a package name in normalized form: packaging.python.org/en/latest/specifications/name-normalization"""
    return re.sub(r"[-_.]+", "-", name).lower()


def _waivers(exceptions: Iterable[Waiver], today: date) -> Iterator[str]:
    entries = sorted(exceptions, key=lambda entry: entry.expires)

    def row(entry: Waiver) -> tuple[str, ...]:
        days = str((entry.expires - today).days)
        return code(entry.rule), code(entry.path), days, code(entry.owner), code(entry.reason)

    yield f"## Waivers ({len(entries)})"
    yield ""
    yield from table(("Rule", "Construct", "Days left", "Owner", "Reason"), entries, row, ROWS) or ["None.", ""]


def _packages(outdated: Iterable[Outdated]) -> Iterator[str]:
    packages = list(outdated)
    yield f"## Newer releases ({len(packages)})"
    yield ""
    yield "Packages that requirements/*.in names. `make lock` renews every lock; Dependabot proposes newer actions."
    yield ""
    yield from table(("Lock", "Package", "Pinned", "Newest"), packages, _package, ROWS)


def _package(each: Outdated) -> tuple[str, ...]:
    return each.lock, code(each.package), code(each.pinned), code(each.newest)
