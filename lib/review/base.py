"""Reads the stack that another one is compared with: a cdk.tf.json, or the stack of a git ref."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from lib.environments import ENVIRONMENTS, ROOT, SYNTH
from lib.errors import ToolError

OUT = "out"


def read(base: str) -> dict[str, Any]:
    """Return the JSON of the stack in a file or at a git ref. Raises ToolError if there is no such stack."""
    file = Path(base)
    if not file.is_file():
        return _synthesized(base)
    try:
        document = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise ToolError(f"BASE={base}: is not JSON ({error}); name a cdk.tf.json, or a git ref") from error
    if not isinstance(document, dict) or "resource" not in document:
        raise ToolError(f"BASE={base}: has no resources; name a cdk.tf.json, or a git ref")
    return document


def _synthesized(ref: str) -> dict[str, Any]:
    """Run the main.py of a git ref in a temporary folder, with this checkout's environments, and return its JSON."""
    with tempfile.TemporaryDirectory(prefix="base-") as temporary:
        folder = Path(temporary) / "tree"
        folder.mkdir()
        archive = Path(temporary) / "tree.tar"
        _run(ref, ["git", "archive", "--output", str(archive), ref, "--"], ROOT)
        _run(ref, ["tar", "-xf", str(archive), "-C", str(folder)], ROOT)
        for name in SYNTH:
            environment, lock = ENVIRONMENTS[name], f"requirements/{name}.txt"
            if (folder / lock).is_file() and (folder / lock).read_bytes() == (ROOT / lock).read_bytes():
                (folder / environment.name).symlink_to(environment.resolve())
        _run(ref, [sys.executable, "main.py"], folder, CDKTF_OUTDIR=str(folder / OUT))
        files = sorted((folder / OUT).glob("stacks/*/cdk.tf.json"))
        if len(files) != 1:
            raise ToolError(f"BASE={ref}: synthesizes {len(files)} stacks; name the cdk.tf.json of one")
        return dict(json.loads(files[0].read_bytes()))


def _run(ref: str, command: list[str], folder: Path, **variables: str) -> None:
    done = subprocess.run(command, cwd=folder, env={**os.environ, **variables}, capture_output=True, text=True)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
        raise ToolError(f"BASE={ref}: {command[0]} failed: {lines[-1]}; name a cdk.tf.json, or a git ref")
