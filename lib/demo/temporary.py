"""Deploys a stack to an emulator of its own for the duration of a `with` block, for tests and measurements."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lib.console.progress import Progress
from lib.plans import planning
from lib.targets import local
from lib.targets.deployment import Deployment
from lib.targets.emulator import Certificate, Emulator
from lib.terraform import terraform
from lib.terraform.stack_folder import StackFolder


@contextmanager
def temporary_deployment(
    stack_dir: Path,
    progress: Progress,
    for_lambdas: Mapping[str, str] | None = None,
    strict: Certificate | None = None,
) -> Iterator[Deployment]:
    """Deploy the synthesized stack in `stack_dir`. After the block, stop the emulator and remove its files.

    `for_lambdas`: additional environment variables of each Lambda function. `strict`: the emulator enforces TLS,
    signatures and policies, so that the functions run under their own roles.
    """
    with tempfile.TemporaryDirectory(prefix="payments-local-", ignore_cleanup_errors=True) as folder:
        stack = StackFolder.read(stack_dir)
        with progress.step("emulator") as step:
            emulator = Emulator.start(Path(folder), stack.region, for_lambdas=for_lambdas, strict=strict)
            step.result(emulator.address.url)
        with emulator:
            command = terraform.find(progress)
            deployment = local.prepare(stack, emulator.address, Path(folder), progress, command, emulator)
            planning.apply(deployment)
            yield deployment
