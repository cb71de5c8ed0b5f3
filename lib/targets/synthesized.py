"""Checks stacks that another job synthesized, for `SYNTHESIZED=DIR make plan`, with this checkout's gate.

The code of a pull request runs in a job without credentials. The job that plans or deploys runs only reviewed code,
and reads the pull request's JSON and assets as data.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from lib.errors import ToolError
from lib.settings import Settings
from lib.targets.synth import VERDICT, RefusedError, run
from lib.terraform.stack_folder import StackFolder

VARIABLE = "SYNTHESIZED"


def judged_copy(source: Path, folder: Path, settings: Settings, backend: Mapping[str, str]) -> StackFolder:
    """Copy the stacks in `source` to `folder`, check them with the gate, and write the verdict to `folder` (VERDICT).

    `backend`: the state backend of the settings. Raises RefusedError if the gate has a finding. Raises ToolError if the
    stack is not for these settings, because its plan must not be applied to another environment's state.
    """
    if not source.is_dir():
        raise ToolError(f"{VARIABLE}={source}: this directory does not exist; name one that main.py wrote")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder, symlinks=True)  # the gate refuses links
    reports = (folder / VERDICT).parent
    shutil.rmtree(reports, ignore_errors=True)
    code = run([sys.executable, "-m", "lib.gate", str(folder), "--reports", str(reports)], os.environ)
    if code:
        raise RefusedError(code, f"the gate ended with exit code {code}")
    stack = StackFolder.read(folder / "stacks" / settings.stack_name)
    for name, expected in backend.items():
        if stack.backend.get(name) != expected:
            raise ToolError(
                f"{VARIABLE}={source}: the backend's {name} is {stack.backend.get(name)!r}, but the settings require "
                f"{expected!r}; synthesize with the same settings"
            )
    if stack.region != settings.aws_region:
        raise ToolError(f"{VARIABLE}={source}: is for {stack.region}, but AWS_REGION is {settings.aws_region}")
    return stack
