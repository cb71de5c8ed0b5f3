"""A deploy that is interrupted, or cut off, is completed by the next one. A few resources, without the real stack."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lib.aspects.provider.projection import VERSION
from lib.console.progress import Step
from lib.deploy import deploy
from lib.deploy.options import DeployOptions
from lib.errors import ToolError
from lib.targets import local
from lib.targets.deployment import Deployment
from lib.targets.emulator import Emulator
from lib.targets.override import OVERRIDE_NAME
from lib.targets.place import Place
from lib.terraform import terraform
from lib.terraform.stack_folder import StackFolder
from lib.terraform.terraform import UNSAVED_STATE
from tests.integration.network import Wire
from tests.silent_progress import SilentProgress

pytestmark = pytest.mark.emulator_only("it cuts deploys of a made-up stack off")

NOWHERE = Path("nowhere")
PLACE = Place(NOWHERE, NOWHERE, NOWHERE, NOWHERE)  # of a saved plan, and there is none here
OPTIONS = DeployOptions(auto_approve=True)


# A key, which takes a while, and what is encrypted with it.
KEY_ARN = "${aws_kms_key.key.arn}"
CONTENT: dict[str, Any] = {
    "terraform": {
        "backend": {
            "s3": {
                "bucket": "small-state",
                "key": "small/small.tfstate",
                "region": "eu-north-1",
                "encrypt": True,
                "use_lockfile": True,
            }
        },
        "required_providers": {"aws": {"source": "hashicorp/aws", "version": VERSION}},
    },
    "provider": {
        "aws": [{"region": "eu-west-1", "default_tags": [{"tags": {"Environment": "small", "ManagedBy": "cdktf"}}]}]
    },
    "resource": {
        "aws_kms_key": {"key": {"description": "of the small stack", "deletion_window_in_days": 7}},
        "aws_dynamodb_table": {
            "table": {
                "name": "dynamodb-small-small",
                "billing_mode": "PAY_PER_REQUEST",
                "hash_key": "id",
                "attribute": [{"name": "id", "type": "S"}],
                "server_side_encryption": {"enabled": True, "kms_key_arn": KEY_ARN},
            }
        },
        "aws_sns_topic": {"topic": {"name": "sns-small-small", "kms_master_key_id": KEY_ARN}},
    },
}


class At(SilentProgress):
    """Does something once, when a step's line of progress says this."""

    def __init__(self, pattern: str, act: Callable[[], None]) -> None:
        super().__init__()
        self.pattern, self.act, self.seen = pattern, act, False

    def update(self, text: str) -> None:
        if not self.seen and re.search(self.pattern, text):
            self.seen = True
            self.act()


class AtApply(SilentProgress):
    """Does something just before the apply begins."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__()
        self.act = act

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[Step]:
        if title == "terraform apply":
            self.act()
        with super().step(title) as step:
            yield step


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.fixture
def wire(plain_emulator: Emulator) -> Iterator[Wire]:
    with Wire(plain_emulator.address.port) as wire:
        yield wire


@pytest.fixture
def deployment(plain_emulator: Emulator, wire: Wire, tmp_path: Path) -> Deployment:
    """The small stack, ready to be deployed; its state lies at the other end of a wire."""
    stack = StackFolder.create(tmp_path / "synthesized", CONTENT)
    progress = SilentProgress()
    command = terraform.find(progress)
    prepared = local.prepare(stack, plain_emulator.address, tmp_path, progress, command, plain_emulator)
    override = prepared.stack.directory / OVERRIDE_NAME
    through_wire = json.loads(override.read_text())
    backend = through_wire["terraform"]["backend"]["s3"]
    backend["endpoints"]["s3"], backend["max_retries"] = f"http://127.0.0.1:{wire.port}", 1
    override.write_text(json.dumps(through_wire))
    prepared.terraform.init()
    return prepared


def run(deployment: Deployment, progress: SilentProgress) -> int:
    deployment.terraform.progress = progress
    return deploy.deploy(deployment, PLACE, OPTIONS, progress)


def keys_of(deployment: Deployment) -> list[str]:
    """Keys that stand under this stack's description."""
    client, (key,) = deployment.client("kms"), deployment.stack.content["resource"]["aws_kms_key"].values()
    found = [client.describe_key(KeyId=entry["KeyId"])["KeyMetadata"] for entry in client.list_keys()["Keys"]]
    return [each["KeyId"] for each in found if each["Description"] == key["description"]]


def test_interrupted_and_cut_off_it_is_completed(deployment: Deployment, wire: Wire) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(deployment, At(r"aws_kms_key\.key … [1-9]", interrupt))
    (key,) = keys_of(deployment)
    (tainted,) = deployment.terraform.state().resources
    assert (tainted.address, tainted.tainted) == ("aws_kms_key.key", True)
    assert [lock for lock in objects(deployment) if lock.endswith(".tflock")] == []

    progress = AtApply(lambda: wire.cut_at(rb"PUT \S+\.tfstate[? ]"))
    with pytest.raises(ToolError, match="state"):
        run(deployment, progress)
    assert "tainted, because its creation failed; will be kept and completed: aws_kms_key.key" in progress.lines
    unsaved = deployment.stack.directory / UNSAVED_STATE
    assert unsaved.exists()
    wire.mend()

    deployment.terraform.state_lock_timeout = "1s"
    with pytest.raises(ToolError, match=r"^the state is locked by .* make unlock LOCK=[0-9a-f-]+$") as caught:
        run(deployment, SilentProgress())
    deployment.terraform.unlock(str(caught.value).rpartition("=")[2])

    progress = SilentProgress()
    assert run(deployment, progress) == 0
    assert "save the state that an interrupted run could not save" in progress.lines
    assert not unsaved.exists()
    imported = [line for line in progress.lines if line.startswith("created by an interrupted deploy")]
    assert imported == [], "the saved state had everything"
    assert keys_of(deployment) == [key], "the first run's key, and no second one"
    assert deployment.plan().no_changes


def objects(deployment: Deployment) -> list[str]:
    """What lies in the state's bucket."""
    listed = deployment.client("s3").list_objects_v2(Bucket=deployment.stack.backend["bucket"])["Contents"]
    return [item["Key"] for item in listed]
