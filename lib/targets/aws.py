"""The target AWS: the user's credentials, a working folder on this machine, and the state in S3."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.config import Config

from lib.console.progress import Progress
from lib.errors import ToolError
from lib.gate import verdict
from lib.gate.terraform_init import pinned_provider
from lib.settings import Settings
from lib.targets.deployment import Deployment, Target
from lib.targets.ownership import Ownership
from lib.targets.place import FOLDER, Place
from lib.targets.synth import judged_stack
from lib.targets.synthesized import VARIABLE, judged_copy
from lib.terraform import terraform
from lib.terraform.process import Guard
from lib.terraform.stack_folder import JSON_NAME, TERRAFORMS_OWN, StackFolder
from lib.terraform.terraform import Terraform

# Deleting millions of objects reaches S3's limits, and AWS may throttle calls: retry with backoff.
# docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
CLIENT = Config(retries={"mode": "adaptive", "total_max_attempts": 10}, max_pool_connections=64)


def settings_of(environ: Mapping[str, str]) -> Settings:
    """Return the settings for AWS. Raises SettingsError for a missing or invalid one, ToolError for a local AWS."""
    settings = Settings.from_environment(environ)
    settings.require_state_bucket()
    refuse_local_endpoint(environ)
    return settings


def refuse_local_endpoint(environ: Mapping[str, str]) -> None:
    """Raise ToolError if AWS_ENDPOINT_URL points to this machine, as after `eval "$(make env)"`."""
    url = environ.get("AWS_ENDPOINT_URL", "")
    if (urlsplit(url).hostname or "") in ("127.0.0.1", "localhost", "::1"):
        raise ToolError(
            f"AWS_ENDPOINT_URL is {url}, an address on this machine, and this command is for AWS; "
            "unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"
        )


def prepare(environ: Mapping[str, str], progress: Progress, folder: Path = FOLDER) -> Deployment:
    """Synthesize, run both judges, and prepare Terraform. Raises RefusedError and ToolError."""
    settings = settings_of(environ)
    command = terraform.find(progress)
    place = Place.of(settings, folder)
    stack = checked_stack(environ, settings, place.synthesized).copy_to(working_folder(place, settings))
    if verdict.verify(place.verdict, place.checked):
        # Remove Terraform's files of an earlier run, because they may be for another bucket or provider.
        _remove(stack.directory / name for name in TERRAFORMS_OWN[:2])
        if difference := verdict.verify(place.verdict, place.checked):
            raise ToolError(f"{place.checked} is not the stack that passed the checks: {difference}; run it again")
    return _ready(settings, stack, command, environ, progress)


def checked_stack(environ: Mapping[str, str], settings: Settings, folder: Path) -> StackFolder:
    """Return a checked stack in `folder`: synthesized now, or, with SYNTHESIZED, by another job.

    Raises RefusedError if a judge has a finding, and ToolError.
    """
    if environ.get(VARIABLE):
        return judged_copy(Path(environ[VARIABLE]), folder, settings, backend(settings))
    return judged_stack(environ, folder)


def reopen(environ: Mapping[str, str], progress: Progress, folder: Path = FOLDER) -> Deployment:
    """Open the deployed stack from its state, without synthesizing or checking a stack."""
    settings = settings_of(environ)
    command = terraform.find(progress)
    stack = StackFolder.create(working_folder(Place.of(settings, folder), settings), without_resources(settings))
    return _ready(settings, stack, command, environ, progress)


def working_folder(place: Place, settings: Settings) -> Path:
    """Return Terraform's working folder, at the same relative path in `checked` as in the synthesized output."""
    return place.checked / "stacks" / settings.stack_name


def _ready(
    settings: Settings, stack: StackFolder, command: list[str], environ: Mapping[str, str], progress: Progress
) -> Deployment:
    runner = Terraform(command, stack.directory, terraform.environment(environ), progress, Guard(patience=None))
    runner.init()
    session = session_for(settings.aws_region)
    target = Target(f"AWS, {stack.region}", session.client, session.get_credentials(), Ownership.of(settings))
    deployment = Deployment(stack, runner, target)
    check_place(deployment)
    return deployment


def session_for(region: str) -> Any:
    """Return a boto3 session with the user's credentials, whose clients retry throttled calls."""
    core = botocore.session.Session()
    core.set_default_client_config(CLIENT)
    return boto3.session.Session(botocore_session=core, region_name=region)


def check_place(deployment: Deployment) -> None:
    """Raise ToolError if region or account are not those of the resources in the state.

    Terraform would not find the resources there, and would remove them from the state.
    """
    places = deployment.terraform.state().places()
    regions, accounts = {region for region, _ in places}, {account for _, account in places}
    if regions - {deployment.stack.region}:
        found = sorted(regions - {deployment.stack.region})[0]
        raise ToolError(
            f"AWS_REGION is {deployment.stack.region}, but this environment is in {found}; set it to {found}, "
            "or choose another ENVIRONMENT_SUFFIX"
        )
    if not accounts:
        return
    mine = str(deployment.client("sts").get_caller_identity()["Account"])
    if accounts - {mine}:
        raise ToolError(
            f"the credentials are of account {mine}, but this environment is in {sorted(accounts - {mine})[0]}; "
            "use credentials of that account"
        )


def without_resources(settings: Settings) -> dict[str, Any]:
    """Return a stack's JSON without resources, for commands that need only the state."""
    provider = pinned_provider()
    source = provider.address.removeprefix("registry.terraform.io/")
    return {
        "terraform": {
            "backend": {"s3": {**backend(settings), "encrypt": True, "use_lockfile": True}},
            "required_providers": {"aws": {"source": source, "version": provider.version}},
        },
        "provider": {"aws": [{"region": settings.aws_region}]},
    }


def backend(settings: Settings) -> dict[str, str]:
    """Return the backend configuration of TapStack (as in lib/tap_stack.py; a test compares the two)."""
    key = f"{settings.environment_suffix}/{settings.stack_name}.tfstate"
    return {"bucket": settings.state_bucket, "key": key, "region": settings.state_bucket_region}


def outputs(environ: Mapping[str, str], progress: Progress) -> dict[str, str]:
    """Return the outputs of the stack on AWS from its state. Raises ToolError if nothing is deployed."""
    settings = settings_of(environ)
    with tempfile.TemporaryDirectory(prefix="payments-outputs-") as folder:
        (Path(folder) / JSON_NAME).write_text(json.dumps({"terraform": {"backend": {"s3": backend(settings)}}}))
        runner = Terraform(terraform.find(progress), Path(folder), terraform.environment(environ), progress)
        runner.init()
        found = runner.outputs()
    if not found:
        raise ToolError(
            f"nothing is deployed: s3://{settings.state_bucket}/{backend(settings)['key']} has no outputs; "
            "run make deploy"
        )
    return found


def _remove(paths: Any) -> None:
    for path in paths:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
