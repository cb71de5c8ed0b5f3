"""Real AWS as a target: the user's credentials, the stack's working folder on this machine, its state in S3."""

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

# Deleting millions of objects meets S3's limits, and beside production AWS throttles now and then: wait and try again.
# docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
CLIENT = Config(retries={"mode": "adaptive", "total_max_attempts": 10}, max_pool_connections=64)


def settings_of(environ: Mapping[str, str]) -> Settings:
    """Raises SettingsError where they are not those of a deploy to AWS, and ToolError for an emulator's endpoint."""
    settings = Settings.from_environment(environ)
    settings.require_state_bucket()
    refuse_local_endpoint(environ)
    return settings


def refuse_local_endpoint(environ: Mapping[str, str]) -> None:
    """`eval "$(make env)"` in this shell, and a deploy to AWS would meet the demo's emulator: ToolError."""
    url = environ.get("AWS_ENDPOINT_URL", "")
    if (urlsplit(url).hostname or "") in ("127.0.0.1", "localhost", "::1"):
        raise ToolError(
            f"AWS_ENDPOINT_URL is {url}, an address on this machine, and this command is for AWS; "
            "unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"
        )


def prepare(environ: Mapping[str, str], progress: Progress, folder: Path = FOLDER) -> Deployment:
    """Synthesized, passed by both judges, ready to plan. Raises RefusedError and ToolError."""
    settings = settings_of(environ)
    command = terraform.find(progress)
    place = Place.of(settings, folder)
    stack = checked_stack(environ, settings, place.synthesized).copy_to(working_folder(place, settings))
    if verdict.verify(place.verdict, place.checked):
        # Terraform's own files of an earlier run may be of another bucket or provider: it makes them again.
        _remove(stack.directory / name for name in TERRAFORMS_OWN[:2])
        if difference := verdict.verify(place.verdict, place.checked):
            raise ToolError(f"{place.checked} is not what has passed: {difference}; run it again")
    return _ready(settings, stack, command, environ, progress)


def checked_stack(environ: Mapping[str, str], settings: Settings, folder: Path) -> StackFolder:
    """In `folder`: what main.py synthesizes, or what another job has (SYNTHESIZED). Raises RefusedError, ToolError."""
    if environ.get(VARIABLE):
        return judged_copy(Path(environ[VARIABLE]), folder, settings, backend(settings))
    return judged_stack(environ, folder)


def reopen(environ: Mapping[str, str], progress: Progress, folder: Path = FOLDER) -> Deployment:
    """What stands by these settings, by its state alone: nothing is synthesized, and no verdict is asked for."""
    settings = settings_of(environ)
    command = terraform.find(progress)
    stack = StackFolder.create(working_folder(Place.of(settings, folder), settings), without_resources(settings))
    return _ready(settings, stack, command, environ, progress)


def working_folder(place: Place, settings: Settings) -> Path:
    """Terraform's; the stack has the same place in `checked` as in what was synthesized."""
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
    """A boto3 session with the user's credentials, whose clients bear with AWS's limits."""
    core = botocore.session.Session()
    core.set_default_client_config(CLIENT)
    return boto3.session.Session(botocore_session=core, region_name=region)


def check_place(deployment: Deployment) -> None:
    """Terraform forgets a resource that it does not find, so it must look where the resources stand.

    Raises ToolError where the state is of another region, or of another account than the credentials.
    """
    places = deployment.terraform.state().places()
    regions, accounts = {region for region, _ in places}, {account for _, account in places}
    if regions - {deployment.stack.region}:
        found = sorted(regions - {deployment.stack.region})[0]
        raise ToolError(
            f"AWS_REGION is {deployment.stack.region}, and this environment stands in {found}; set it to {found}, "
            "or choose another ENVIRONMENT_SUFFIX"
        )
    if not accounts:
        return
    mine = str(deployment.client("sts").get_caller_identity()["Account"])
    if accounts - {mine}:
        raise ToolError(
            f"the credentials are of account {mine}, and this environment stands in {sorted(accounts - {mine})[0]}; "
            "use credentials of that account"
        )


def without_resources(settings: Settings) -> dict[str, Any]:
    """A stack's JSON without its resources: enough for what Terraform does by the state alone."""
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
    """Where TapStack keeps its state (lib/tap_stack.py; a test compares the two)."""
    key = f"{settings.environment_suffix}/{settings.stack_name}.tfstate"
    return {"bucket": settings.state_bucket, "key": key, "region": settings.state_bucket_region}


def outputs(environ: Mapping[str, str], progress: Progress) -> dict[str, str]:
    """Of what stands on AWS by these settings, from its state alone: nothing is synthesized. Raises ToolError."""
    settings = settings_of(environ)
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


def _remove(paths: Any) -> None:
    for path in paths:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
