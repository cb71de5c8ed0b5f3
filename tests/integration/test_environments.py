"""A second environment beside the first, whose suffix ends in the first one's. Its deploy and its destroy are killed
on the way and run again; the first environment stays as it is.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from lib.deploy import deploy, destroy
from lib.deploy.options import DeployOptions
from lib.plans import planning
from lib.removal import leftovers, writers
from lib.settings import Settings
from lib.targets import local
from lib.targets.deployment import Deployment
from lib.targets.emulator import Address
from lib.targets.ownership import Ownership
from lib.targets.pages import pages
from lib.targets.place import Place
from lib.targets.synth import judged_stack
from lib.terraform import terraform
from lib.terraform.stack_folder import StackFolder
from lib.terraform.terraform import StateLockedError, TerraformError
from tests.integration.aws_behaviour import imposed
from tests.silent_progress import SilentProgress

pytestmark = pytest.mark.emulator_only("it deploys and destroys an environment, and stops the functions of another")

OPTIONS = DeployOptions(auto_approve=True)


@dataclass(frozen=True)
class Second:
    """The second environment: a deployment, the emulator's address, and where its plans are saved."""

    deployment: Deployment
    address: Address
    place: Place


class KilledAt(SilentProgress):
    """Kills Terraform and its provider, as kill -9 does, once so many resources are done."""

    def __init__(self, deployment: Deployment, done: int) -> None:
        super().__init__()
        self.done, self.pids = done, []  # type: tuple[int, list[int]]
        deployment.terraform.guard.watch = self.pids.append
        deployment.terraform.progress = self

    def update(self, text: str) -> None:
        progress = re.match(r"(\d+)/\d+", text)
        if self.pids and progress and int(progress[1]) >= self.done:
            os.killpg(self.pids[-1], signal.SIGKILL)
            self.pids.clear()


@pytest.fixture(scope="module")
def second(deployment: Deployment, environ: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Second:
    """Synthesized and judged, in the same emulator, ready to be deployed."""
    other = {**environ, "ENVIRONMENT_SUFFIX": f"my-{environ['ENVIRONMENT_SUFFIX']}"}
    folder = tmp_path_factory.mktemp("second")
    stack = judged_stack(other, folder / "synthesized")
    checked = shutil.copytree(folder / "synthesized", folder / "checked")
    port, authority = urlsplit(deployment.api_endpoint).port, deployment.target.authority
    assert port is not None
    address = Address(port, deployment.stack.region, Path(authority) if authority else None)
    progress = SilentProgress()
    prepared = local.prepare(stack, address, folder, progress, terraform.find(progress))
    prepared.target.connect = imposed(prepared.target.connect)
    prepared.target.ownership = Ownership.of(Settings.from_environment(other))
    return Second(prepared, address, Place(folder / "synthesized", checked, folder / "plan", folder / "lock"))


def unlocked(deployment: Deployment, run: Callable[[], int]) -> None:
    """The next run names the lock that the killed one left; remove it as it says."""
    deployment.terraform.guard.watch = lambda _pid: None
    deployment.terraform.progress = SilentProgress()
    deployment.terraform.state_lock_timeout = "1s"
    with pytest.raises(StateLockedError, match=r"for apply; wait .* make unlock LOCK=[0-9a-f-]+$") as caught:
        run()
    deployment.terraform.unlock(str(caught.value).rpartition("=")[2])


def test_a_killed_deploy_is_completed_by_the_next(second: Second) -> None:
    deployment, place = second.deployment, second.place
    with pytest.raises(TerraformError, match="exit code -9"):
        deploy.deploy(deployment, place, OPTIONS, KilledAt(deployment, 30))
    unlocked(deployment, lambda: deploy.plan(deployment, place, OPTIONS, SilentProgress()))

    # As CI does it; `make deploy` alone goes the same way without the folder in between.
    progress = deployment.terraform.progress = SilentProgress()
    assert deploy.plan(deployment, place, OPTIONS, progress) == 0
    assert deploy.deploy(deployment, place, DeployOptions(plan=place.plan, auto_approve=True), progress) == 0

    assert [line for line in progress.lines if line.startswith("created by an interrupted deploy")]
    assert deployment.plan().no_changes
    name = deployment.stack.content["resource"]["aws_apigatewayv2_api"]
    (api,) = (each["name"] for each in name.values())
    apis = [each["Name"] for each in pages(deployment.client("apigatewayv2"), "get_apis", "Items")]
    assert apis.count(api) == 1, "the killed run's API, and no second one"
    left = leftovers.find(deployment.client, deployment.target.ownership).found
    assert len([line for line in left if line.startswith("kms key")]) == 2


def test_each_environment_knows_its_own(deployment: Deployment, second: Second, environ: dict[str, str]) -> None:
    ours = leftovers.find(deployment.client, Ownership.of(Settings.from_environment(environ))).found
    theirs = leftovers.find(second.deployment.client, second.deployment.target.ownership).found
    assert len(ours) == len(theirs) > 30
    assert not set(ours) & set(theirs)


def test_one_is_destroyed_on_the_second_try_and_the_other_is_untouched(
    deployment: Deployment, second: Second, environ: dict[str, str]
) -> None:
    whole, address = second.deployment, second.address
    first = Ownership.of(Settings.from_environment(environ))
    before = leftovers.find(deployment.client, first).found
    bucket = whole.outputs["audit_bucket_name"]
    for body in (b"one", b"two"):
        whole.client("s3").put_object(Bucket=bucket, Key="receipts/of-a-test", Body=body)

    # By the state alone: the JSON declares nothing any more.
    bare = {name: whole.stack.content[name] for name in ("terraform", "provider")}
    stack = StackFolder.create(whole.stack.directory, bare)
    local.write_override(StackFolder(stack.directory, whole.stack.content), address.url)
    doomed = Deployment(stack, whole.terraform, whole.target)
    with pytest.raises(TerraformError, match="exit code -9"):
        destroy.destroy(doomed, OPTIONS, KilledAt(doomed, 20))
    assert versions(whole, bucket) == 0, "emptied before Terraform began"
    unlocked(doomed, lambda: destroy.destroy(doomed, OPTIONS, SilentProgress()))

    progress = SilentProgress()
    assert destroy.destroy(doomed, OPTIONS, progress) == 0
    assert "[bold green]nothing left[/bold green]" in progress.lines
    assert len([line for line in progress.lines if line.startswith("pending deletion by AWS")]) == 2, "both keys"
    assert any("DynamoDB's own backup" in line for line in progress.lines)
    assert doomed.terraform.state().resources == ()
    assert leftovers.find(deployment.client, first).found == before
    assert deployment.plan().no_changes


def test_writers_are_stopped_and_a_deploy_starts_them_again(deployment: Deployment, outputs: dict[str, str]) -> None:
    said = writers.stop(deployment.client, deployment.terraform.state())
    assert said == "3 functions, 1 stream mappings, 1 access logs"
    functions, s3 = deployment.client("lambda"), deployment.client("s3")
    (mapping,) = functions.list_event_source_mappings(FunctionName=outputs["archive_function_name"])[
        "EventSourceMappings"
    ]
    assert mapping["State"] in ("Disabling", "Disabled")
    for name in (outputs[f"{kind}_function_name"] for kind in ("payment", "settler", "archive")):
        assert functions.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 0
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=outputs["audit_bucket_name"])
    alarms = list(pages(deployment.client("cloudwatch"), "describe_alarms", "MetricAlarms"))
    assert alarms
    assert not [alarm["AlarmName"] for alarm in alarms if alarm["ActionsEnabled"]]

    planning.apply(deployment)
    (mapping,) = functions.list_event_source_mappings(FunctionName=outputs["archive_function_name"])[
        "EventSourceMappings"
    ]
    assert mapping["State"] in ("Enabling", "Enabled")
    alarms = list(pages(deployment.client("cloudwatch"), "describe_alarms", "MetricAlarms"))
    assert all(alarm["ActionsEnabled"] for alarm in alarms)


def versions(deployment: Deployment, bucket: str) -> int:
    try:
        found = deployment.client("s3").list_object_versions(Bucket=bucket)
    except deployment.client("s3").exceptions.NoSuchBucket:
        return 0
    return len(found.get("Versions", [])) + len(found.get("DeleteMarkers", []))
