"""The stack that a command uses: the kept demo, else the stack on AWS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.credentials import Credentials

from lib.console.progress import Progress
from lib.errors import SettingsError, ToolError
from lib.settings import Settings
from lib.targets import aws, chosen
from lib.targets.kept import DemoFolder
from lib.targets.override import DUMMY
from lib.targets.payments_client import PaymentsClient


@dataclass(frozen=True)
class Deployed:
    """A deployed stack with Terraform's outputs.

    `connect(service)` returns a boto3 client with the caller's credentials. `payments(merchant)` returns a client of
    the deployed API for the payments of a merchant.
    """

    name: str
    outputs: Mapping[str, str]
    connect: Callable[[str], Any]
    payments: Callable[[str], PaymentsClient]


def find(environ: Mapping[str, str], progress: Progress, home: DemoFolder | None = None) -> Deployed:
    """Return the stack that `TAP_TARGET` names (lib/targets/chosen.py). Raises ToolError if nothing is deployed."""
    kept = chosen.kept_demo(environ, home)
    if kept:
        credentials = Credentials(DUMMY["access_key"], DUMMY["secret_key"])

        def of_demo(merchant: str) -> PaymentsClient:
            return PaymentsClient(
                kept.outputs["api_endpoint"], kept.region, credentials, merchant, through_proxies=False
            )

        return Deployed(f"the demo on {kept.address.url}", kept.outputs, kept.address.client, of_demo)
    try:
        settings = Settings.from_environment(environ)
        outputs = aws.outputs(environ, progress)
    except SettingsError as error:
        raise chosen.no_target(environ, error) from error
    session = aws.session_for(settings.aws_region)
    name = f"{settings.stack_name} on AWS, {settings.aws_region}"

    def payments(merchant: str) -> PaymentsClient:
        credentials = session.get_credentials()
        if credentials is None:
            raise ToolError("there are no AWS credentials; set AWS_PROFILE, or log in with aws sso login")
        return PaymentsClient(outputs["api_endpoint"], settings.aws_region, credentials, merchant)

    return Deployed(name, outputs, session.client, payments)
