"""Synthesizes and checks a stack with `python main.py`, in a separate folder."""

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

VERDICT = Path("reports") / verdict.FILE  # in the folder with the synthesized stack


class RefusedError(Exception):
    """The stack or plan must not be deployed. The reasons have been printed. `exit_code` is the command's exit code."""

    def __init__(self, exit_code: int, reason: str) -> None:
        super().__init__(reason)
        self.exit_code = exit_code


def judged_stack(environ: Mapping[str, str], folder: Path) -> StackFolder:
    """Synthesize the stack into `folder` and run both judges. Raises RefusedError if a judge has a finding, ToolError.

    Only this run uses the folder, so that another synthesis cannot replace its content. The verdict is in the folder
    too, as VERDICT.
    """
    settings = Settings.from_environment(environ)
    folder.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    command = [sys.executable, str(ROOT / "main.py"), "--reports", str((folder / VERDICT).parent)]
    code = run(command, {**environ, "CDKTF_OUTDIR": str(folder)})
    if code:
        # If a signal ended main.py, use the shells' exit code 128 + signal, which is not that of a policy finding.
        raise RefusedError(code if code > 0 else 128 - code, f"main.py ended with exit code {code}")
    return StackFolder.read(folder / "stacks" / settings.stack_name)


def run(command: list[str], environ: Mapping[str, str]) -> int:
    """Run a command in its own process group and return its exit code. On Ctrl-C, kill the process group."""
    process = subprocess.Popen(command, cwd=ROOT, env=dict(environ), stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        return process.wait()
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
