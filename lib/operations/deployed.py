"""The stack that a command is about: the demo that is kept up here, else the one on AWS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from lib.deploy import aws
from lib.deploy.kept import DemoFolder
from lib.deploy.progress import Progress
from lib.environments import ToolError
from lib.settings import Settings, SettingsError

TARGET = "TAP_TARGET"


@dataclass(frozen=True)
class Deployed:
    """Terraform's outputs, and `connect(service)`, which gives a boto3 client with the caller's credentials."""

    name: str
    outputs: Mapping[str, str]
    connect: Callable[[str], Any]


def find(environ: Mapping[str, str], progress: Progress, home: DemoFolder | None = None) -> Deployed:
    """By `TAP_TARGET`: `aws`, `emulator`, or not set for the kept demo if there is one. Raises ToolError without."""
    target = environ.get(TARGET, "")
    if target not in ("", "aws", "emulator"):
        raise SettingsError(TARGET, target, "it is aws or emulator", "unset it for the demo that is up, else AWS")
    home = home or DemoFolder()
    kept = home.require() if target == "emulator" else home.load() if target == "" else None
    if kept:
        return Deployed(f"the demo on {kept.address.url}", kept.outputs, kept.address.client)
    try:
        settings = Settings.from_environment(environ)
        outputs = aws.outputs(environ, progress)
    except SettingsError as error:
        if target == "aws":
            raise
        raise ToolError(f"no demo is up here (make demo KEEP=1 starts one), and for AWS: {error}") from error
    session: Any = boto3.session.Session(region_name=settings.aws_region)
    return Deployed(f"{settings.stack_name} on AWS, {settings.aws_region}", outputs, session.client)
