"""`make plan / deploy / destroy` on real AWS, with the user's credentials and Terraform's own words and questions."""

from __future__ import annotations

import functools
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from lib.deploy import terraform
from lib.deploy.deployment import Deployment, Target
from lib.deploy.leftovers import Whose
from lib.deploy.options import Options
from lib.deploy.override import JSON_NAME
from lib.deploy.progress import Progress
from lib.deploy.synth import judged_stack
from lib.deploy.terraform import Terraform
from lib.environments import ROOT, ToolError
from lib.settings import Settings

# A working folder for each stack stays, so that the provider is fetched once; the state is in S3.
FOLDER = ROOT / ".local" / "aws"
# Beside production AWS throttles now and then: botocore waits longer before each attempt.
# docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
RETRIES = Config(retries={"mode": "standard", "total_max_attempts": 10})


def run(action: str, environ: Mapping[str, str], options: Options, progress: Progress, folder: Path = FOLDER) -> int:
    """`plan`, `deploy` or `destroy`; Terraform's exit code. Raises RefusedError and ToolError before it starts."""
    runner = prepare(environ, progress, folder).terraform
    approved = ["-auto-approve"] if options.auto_approve else []
    if action == "plan":
        return runner.foreground("plan")
    if action == "deploy":
        return runner.foreground("apply", *approved)
    code = runner.foreground("destroy", *approved)
    if code == 0:
        progress.show(
            "Destroyed. Two things are on their way out: the KMS keys, pending deletion for 7 days, AWS's minimum; "
            "and DynamoDB's own backup of the table, which nobody can delete and which expires after 35 days."
        )
    return code


def prepare(environ: Mapping[str, str], progress: Progress, folder: Path = FOLDER) -> Deployment:
    """Settings, synth, both judges, terraform init; what is deployed is what was judged."""
    settings = Settings.from_environment(environ)
    settings.require_state_bucket()
    refuse_local_endpoint(environ)
    command = terraform.find(progress)
    work = folder / settings.stack_name
    judged = judged_stack(environ, work / "cdktf.out")
    copy = judged.copy_to(work / "terraform")
    session: Any = boto3.session.Session(region_name=copy.region)
    runner = Terraform(command, copy.directory, terraform.environment(environ), progress)
    runner.init()
    ours = Whose(suffix=settings.environment_suffix, kept=(settings.state_bucket,))
    connect = functools.partial(session.client, config=RETRIES)
    target = Target(f"AWS, {copy.region}", connect, session.get_credentials(), ours)
    return Deployment(copy, runner, target)


def refuse_local_endpoint(environ: Mapping[str, str]) -> None:
    """`eval "$(make env)"` in this shell, and a deploy to AWS would meet the demo's emulator: ToolError."""
    url = environ.get("AWS_ENDPOINT_URL", "")
    if (urlsplit(url).hostname or "") in ("127.0.0.1", "localhost", "::1"):
        raise ToolError(
            f"AWS_ENDPOINT_URL is {url}, an address on this machine, and this command is for AWS; "
            "unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"
        )


def outputs(environ: Mapping[str, str], progress: Progress) -> dict[str, str]:
    """Of what stands on AWS by these settings, from its state alone: nothing is synthesized. Raises ToolError."""
    settings = Settings.from_environment(environ)
    settings.require_state_bucket()
    refuse_local_endpoint(environ)
    with tempfile.TemporaryDirectory(prefix="payments-outputs-") as folder:
        (Path(folder) / JSON_NAME).write_text(json.dumps({"terraform": {"backend": {"s3": backend(settings)}}}))
        runner = Terraform(terraform.find(progress), Path(folder), terraform.environment(environ), progress)
        runner.init()
        found = runner.outputs()
    if not found:
        raise ToolError(
            f"nothing is deployed: s3://{settings.state_bucket}/{backend(settings)['key']} has no outputs; make deploy"
        )
    return found


def backend(settings: Settings) -> dict[str, str]:
    """Where TapStack keeps its state (lib/tap_stack.py; a test compares the two)."""
    key = f"{settings.environment_suffix}/{settings.stack_name}.tfstate"
    return {"bucket": settings.state_bucket, "key": key, "region": settings.state_bucket_region}
