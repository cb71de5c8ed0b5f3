"""Synthesizing and judging, as a user does it: `python main.py`, in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from lib.environments import ROOT
from lib.gate import verdict
from lib.settings import Settings
from lib.terraform.stack_folder import StackFolder

VERDICT = Path("reports") / verdict.FILE  # in the folder that a stack was synthesized into


class RefusedError(Exception):
    """What must not be deployed. The user has been told why; `exit_code` is ours."""

    def __init__(self, exit_code: int, reason: str) -> None:
        super().__init__(reason)
        self.exit_code = exit_code


def judged_stack(environ: Mapping[str, str], folder: Path) -> StackFolder:
    """The stack of these settings, synthesized into `folder` and passed by both judges. Raises RefusedError, ToolError.

    A folder of its own: another synth in the meantime must not put something else in its place. The verdict is written
    there too, as VERDICT.
    """
    settings = Settings.from_environment(environ)
    folder.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    command = [sys.executable, str(ROOT / "main.py"), "--reports", str((folder / VERDICT).parent)]
    code = run(command, {**environ, "CDKTF_OUTDIR": str(folder)})
    if code:
        # Ended by a signal: the shells' convention, which never looks like a policy finding.
        raise RefusedError(code if code > 0 else 128 - code, f"main.py ended with {code}")
    return StackFolder.read(folder / "stacks" / settings.stack_name)


def run(command: list[str], environ: Mapping[str, str]) -> int:
    """The exit code of a judge, in a process group of its own: Ctrl-C ends it from here, without its own message."""
    process = subprocess.Popen(command, cwd=ROOT, env=dict(environ), stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
