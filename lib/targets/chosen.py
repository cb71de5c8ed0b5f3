"""Chooses the deployed stack for a command: the kept demo if there is one, else the stack on AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from lib.console.progress import Progress
from lib.errors import SettingsError, ToolError
from lib.targets import aws, local
from lib.targets.deployment import Deployment
from lib.targets.kept import DemoFolder, KeptDemo
from lib.targets.place import FOLDER, Place
from lib.targets.synth import RefusedError
from lib.terraform import terraform
from lib.terraform.stack_folder import StackFolder

TARGET = "TAP_TARGET"
STATE_BUCKET = "TERRAFORM_STATE_BUCKET"


def kept_demo(environ: Mapping[str, str], home: DemoFolder | None = None) -> KeptDemo | None:
    """Return the kept demo, or None for AWS, according to `TAP_TARGET`: `aws` or `emulator`.

    If `TAP_TARGET` is unset, the answer is the kept demo if there is one. Raises ToolError for `emulator` without one.
    """
    target = environ.get(TARGET, "")
    if target not in ("", "aws", "emulator"):
        raise SettingsError(TARGET, target, "it is aws or emulator", "unset it for the kept demo, else AWS")
    home = home or DemoFolder()
    return home.require() if target == "emulator" else home.load() if target == "" else None


def demo_to_change(environ: Mapping[str, str], home: DemoFolder | None = None) -> KeptDemo | None:
    """Return the kept demo if `plan` and `deploy` must use it; None for AWS.

    They use the demo with TAP_TARGET=emulator, or if there is one and TERRAFORM_STATE_BUCKET is not set.
    """
    if not environ.get(TARGET) and STATE_BUCKET in environ:
        return None
    return kept_demo(environ, home)


@contextmanager
def opened(
    environ: Mapping[str, str], progress: Progress, home: DemoFolder | None = None, folder: Path = FOLDER
) -> Iterator[Deployment]:
    """Open the deployed stack with its checked JSON: the demo's own JSON, or for AWS the newly synthesized one.

    Raises ToolError while another command uses the stack, or if the synthesized stack has findings.
    """
    home = home or DemoFolder()
    kept = kept_demo(environ, home)
    if kept:
        with home.exclusively():
            yield local.reopen(StackFolder.read(home.stack), kept.address, progress, terraform.find(progress))
        return
    try:
        settings = aws.settings_of(environ)
    except SettingsError as error:
        raise no_target(environ, error) from error
    with Place.of(settings, folder).exclusively():
        try:
            deployment = aws.prepare(environ, progress, folder)
        except RefusedError as error:
            raise ToolError("the synthesized stack has findings (above); fix them before comparing") from error
        yield deployment


def outputs(environ: Mapping[str, str], progress: Progress, home: DemoFolder | None = None) -> Mapping[str, str]:
    """Return the deployed stack's outputs. Raises ToolError if there is none."""
    kept = kept_demo(environ, home)
    if kept:
        return kept.outputs
    try:
        return aws.outputs(environ, progress)
    except SettingsError as error:
        raise no_target(environ, error) from error


def no_target(environ: Mapping[str, str], error: SettingsError) -> ToolError:
    """Return the error for a command that finds neither a kept demo nor settings for AWS."""
    if environ.get(TARGET):
        return error
    return ToolError(f"no demo is running here (make demo KEEP=1 starts one), and for AWS: {error}")
