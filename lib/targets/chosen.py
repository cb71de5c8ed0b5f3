"""Which deployed stack a command is about: the demo that is kept up here if there is one, else AWS's."""

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
    """By `TAP_TARGET`: `aws`, `emulator`, or not set for the kept demo if there is one; None for AWS.

    Raises ToolError where the emulator is asked for and none is up.
    """
    target = environ.get(TARGET, "")
    if target not in ("", "aws", "emulator"):
        raise SettingsError(TARGET, target, "it is aws or emulator", "unset it for the demo that is up, else AWS")
    home = home or DemoFolder()
    return home.require() if target == "emulator" else home.load() if target == "" else None


def demo_to_change(environ: Mapping[str, str], home: DemoFolder | None = None) -> KeptDemo | None:
    """For `plan` and `deploy`, which are about AWS as long as nothing says otherwise: None for AWS.

    The kept demo with TAP_TARGET=emulator, or if there is one and no state bucket is named for AWS.
    """
    if not environ.get(TARGET) and STATE_BUCKET in environ:
        return None
    return kept_demo(environ, home)


@contextmanager
def opened(
    environ: Mapping[str, str], progress: Progress, home: DemoFolder | None = None, folder: Path = FOLDER
) -> Iterator[Deployment]:
    """The deployed stack beside the checked JSON: the demo's own, or what the settings synthesize for AWS.

    Raises ToolError: while another command is at work on it here, and where the judges refuse what is synthesized, for
    there is nothing then to compare with.
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
            raise ToolError(
                "the stack that these settings synthesize is not clean (above): it compares with nothing"
            ) from error
        yield deployment


def outputs(environ: Mapping[str, str], progress: Progress, home: DemoFolder | None = None) -> Mapping[str, str]:
    """Of the deployed stack. Raises ToolError where there is none."""
    kept = kept_demo(environ, home)
    if kept:
        return kept.outputs
    try:
        return aws.outputs(environ, progress)
    except SettingsError as error:
        raise no_target(environ, error) from error


def no_target(environ: Mapping[str, str], error: SettingsError) -> ToolError:
    """No demo, and no settings for AWS."""
    if environ.get(TARGET):
        return error
    return ToolError(f"no demo is up here (make demo KEEP=1 starts one), and for AWS: {error}")
