"""`python -m tests.second_emulator`. Exit codes: 0; 1 moto shows what gaps.toml does not have; 2 a broken tool."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from botocore.exceptions import ClientError

from lib import environments
from lib.console.progress import ConsoleProgress, Progress
from lib.errors import ToolError
from lib.plans import planning
from lib.removal import leftovers, teardown
from lib.targets import local, state_bucket
from lib.targets.deployment import Deployment
from lib.targets.emulator import Address
from lib.targets.override import write_override
from lib.targets.synth import RefusedError, judged_stack
from lib.terraform import terraform
from lib.terraform.stack_folder import JSON_NAME, StackFolder
from lib.terraform.terraform import TerraformError
from tests.second_emulator.eleven import ENVIRONMENTS, check_quota, eleven
from tests.second_emulator.gaps import Gaps, differences
from tests.second_emulator.moto import running

SUFFIX = "second"
SETTINGS = {
    "ENVIRONMENT_SUFFIX": SUFFIX,
    "AWS_REGION": "eu-west-1",
    "TERRAFORM_STATE_BUCKET": "second-emulator-state",
    "TERRAFORM_STATE_BUCKET_REGION": "eu-north-1",
    "ALERT_EMAIL": "oncall@example.com",
}


def main() -> int:
    try:
        environments.enter("-m", "tests.second_emulator")
        with TemporaryDirectory(prefix="second-emulator-", ignore_cleanup_errors=True) as folder:
            complaints = run(Path(folder), ConsoleProgress())
    except RefusedError as error:
        return error.exit_code
    except (ClientError, ToolError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    for line in complaints:
        print(line)
    if not complaints:
        print("moto and the provider agree with the stack, but for the gaps in tests/second_emulator/gaps.toml")
    return 1 if complaints else 0


def run(folder: Path, progress: Progress) -> list[str]:
    """A complaint each."""
    gaps = Gaps.read()
    stack = judged_stack({**os.environ, **SETTINGS}, folder / "synth")
    with running(folder, stack.region) as address:
        _create_state_bucket(stack, address)
        deployment = _prepare(stack, gaps.without(stack.content), folder / "whole", address, progress)
        planning.apply(deployment)
        plan = deployment.plan()
        complaints = [*gaps.compare_plan(differences(deployment.terraform.read_plan(plan.file)))]
        _destroy(deployment, progress)
        complaints += gaps.compare_left(leftovers.find(deployment.client, deployment.target.ownership).found)

        progress.show(f"{ENVIRONMENTS} environments' logs in one account and region")
        deployment = _prepare(stack, eleven(stack.content, SUFFIX), folder / "eleven", address, progress)
        try:
            planning.apply(deployment)
        except TerraformError as error:
            complaints.append(f"{ENVIRONMENTS} environments cannot be deployed to one account and region: {error}")
        _destroy(deployment, progress)
        complaints += check_quota(address.client("logs"))
        complaints += _check_state_bucket(stack, address)
    return complaints


def _prepare(
    stack: StackFolder, content: Mapping[str, Any], folder: Path, address: Address, progress: Progress
) -> Deployment:
    """A working copy of the stack with another JSON, ready to apply."""
    copy = stack.copy_to(folder)
    (copy.directory / JSON_NAME).write_text(json.dumps(content))
    changed = StackFolder(copy.directory, content)
    write_override(changed, address.url)
    deployment = local.reopen(changed, address, progress, terraform.find(progress))
    with local.one_init_at_a_time():
        deployment.terraform.init()
    return deployment


def _destroy(deployment: Deployment, progress: Progress) -> None:
    """A second time where the first one fails: gaps.toml, [[setup]]."""
    try:
        teardown.destroy(deployment)
    except TerraformError as error:
        progress.show(f"destroying again, as moto has failed: {error}")
        teardown.destroy(deployment)


def _create_state_bucket(stack: StackFolder, address: Address) -> None:
    """Without a policy: gaps.toml, [[setup]]."""
    backend = stack.backend
    where = {"LocationConstraint": backend["region"]}
    address.client("s3", backend["region"]).create_bucket(Bucket=backend["bucket"], CreateBucketConfiguration=where)


def _check_state_bucket(stack: StackFolder, address: Address) -> list[str]:
    """A complaint if moto would take the bucket as make state-bucket makes it."""
    backend = stack.backend
    client = address.client("s3", backend["region"])
    state_bucket.ensure(client, backend["bucket"], backend["region"])
    try:
        client.head_object(Bucket=backend["bucket"], Key=backend["key"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "403":
            return []
    return ["gaps.toml has a state bucket without a policy, and moto accepts requests with it; remove the entry"]


if __name__ == "__main__":
    sys.exit(main())
