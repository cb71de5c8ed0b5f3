"""Stacks that another job synthesized, judged here by the gate of this checkout: `SYNTHESIZED=DIR make plan`.

A pull request's code runs in a job without credentials. The job that plans or deploys runs reviewed code only, and
takes the pull request's JSON and assets as data.
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
    """A copy in `folder` of the stacks in `source`, which the gate has passed. The verdict is written there (VERDICT).

    `backend`: where the settings keep the state. Raises RefusedError where the gate finds something, and ToolError
    where the stack is not that of the settings: another job's output must not reach another environment's state.
    """
    if not source.is_dir():
        raise ToolError(f"{VARIABLE}={source}: there is no such directory; name one that main.py has written")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder, symlinks=True)  # the gate refuses links
    reports = (folder / VERDICT).parent
    shutil.rmtree(reports, ignore_errors=True)
    code = run([sys.executable, "-m", "lib.gate", str(folder), "--reports", str(reports)], os.environ)
    if code:
        raise RefusedError(code, f"the gate ended with {code}")
    stack = StackFolder.read(folder / "stacks" / settings.stack_name)
    for name, expected in backend.items():
        if stack.backend.get(name) != expected:
            raise ToolError(
                f"{VARIABLE}={source}: the backend's {name} is {stack.backend.get(name)!r}, and by the settings it is "
                f"{expected!r}; synthesize with the same settings"
            )
    if stack.region != settings.aws_region:
        raise ToolError(f"{VARIABLE}={source}: is for {stack.region}, and AWS_REGION is {settings.aws_region}")
    return stack
