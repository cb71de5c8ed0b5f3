"""Deploys the stack once a run for the integration tests: to an emulator, or with TAP_TARGET=aws uses the one on AWS.

On the emulator, suffix, region and state bucket differ from all defaults.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lib.demo.temporary import temporary_deployment
from lib.targets import aws
from lib.targets.deployment import Deployment
from lib.targets.emulator import Emulator
from lib.targets.synth import judged_stack
from tests.integration import markers
from tests.integration.aws_behaviour import imposed
from tests.integration.certificates import issue
from tests.silent_progress import SilentProgress

HERE = Path(__file__).parent
# These files run after all others, in this order: those that break the stack come late, and the destroy comes last.
ORDER = (
    "test_aws_behaviour",
    "test_declared",
    "test_payments",
    "test_steps",
    "test_records",
    "test_gateway",
    "test_model",
    "test_concurrency",
    "test_load",
    "test_operations",
    "test_smoke",
    "test_hostile",
    "test_openapi",
    "test_crashes",
    "test_alarms",
    "test_authorization",
    "test_least_privilege",
    "test_client_policy",
    "test_isolation",
    "test_plan",
    "test_drift",
    "test_refused_plans",
    "test_saved_plans",
    "test_environments",
    "test_stripe",
    "test_buckets",
    "test_recovery",
    "test_destroy",
    "test_deploy_role",
)
LOCAL = {
    "ENVIRONMENT_SUFFIX": "it-1",
    "AWS_REGION": "eu-west-1",
    "TERRAFORM_STATE_BUCKET": "integration-state",
    "TERRAFORM_STATE_BUCKET_REGION": "eu-north-1",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        return ORDER.index(item.path.stem) + 1 if item.path.parent == HERE else 0

    for item in items:
        if place(item):
            item.add_marker(pytest.mark.integration)
    markers.check((item for item in items if place(item)), on_aws=_is_on_aws())
    items.sort(key=place)  # stable: within a file, and before these, nothing moves


def _is_on_aws() -> bool:
    target = os.environ.get("TAP_TARGET", "emulator")
    if target not in ("emulator", "aws"):
        raise pytest.UsageError(f"TAP_TARGET is {target!r}; set it to aws, or unset it for the emulator")
    return target == "aws"


@pytest.fixture(scope="session")
def on_aws() -> bool:
    return _is_on_aws()


@pytest.fixture(scope="session")
def environ(on_aws: bool) -> dict[str, str]:
    return dict(os.environ) if on_aws else {**os.environ, **LOCAL}


@pytest.fixture(scope="session")
def suffix(environ: dict[str, str]) -> str:
    return environ.get("ENVIRONMENT_SUFFIX", "dev")


@pytest.fixture(scope="session")
def calls_file(on_aws: bool, tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """Return the file with a line for each AWS call of the functions; None on AWS, where they cannot be recorded."""
    return None if on_aws else tmp_path_factory.mktemp("calls") / "calls.jsonl"


@pytest.fixture(scope="session")
def faults_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file in which a test lists faults of the functions' AWS calls (recorder/faults.py); emulator only."""
    return tmp_path_factory.mktemp("faults")


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder with the synthesized stack, after the stack was deployed; emulator only."""
    return tmp_path_factory.mktemp("synth")


@pytest.fixture(scope="session")
def deployment(
    on_aws: bool,
    environ: dict[str, str],
    synthesized: Path,
    tmp_path_factory: pytest.TempPathFactory,
    calls_file: Path | None,
    faults_folder: Path,
) -> Iterator[Deployment]:
    """Synthesize the stack, check it with both judges, and deploy it. With TAP_TARGET=aws, open the stack on AWS."""
    if on_aws:
        yield aws.prepare(environ, SilentProgress())
        return
    stack = judged_stack(environ, synthesized)
    recording = {
        "PYTHONPATH": str(HERE / "recorder"),
        "CALLS_FILE": str(calls_file),
        "FAULTS_FOLDER": str(faults_folder),
    }
    certificate = issue(tmp_path_factory.mktemp("certificate"))
    with temporary_deployment(stack.directory, SilentProgress(), recording, certificate) as deployed:
        # From here on, the tests and the tested code get answers that AWS may give: stale reads, throttling, paging.
        deployed.target.connect = imposed(deployed.target.connect)
        deployed._clients.clear()  # clients that the deploy created before these answers were enabled
        yield deployed


@pytest.fixture(scope="session")
def plain_emulator(on_aws: bool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Start another emulator without TLS, for tests that need no deployed stack."""
    if on_aws:
        pytest.skip("this test is about Terraform and S3, with made-up resources, and needs the emulator")
    with Emulator.start(tmp_path_factory.mktemp("plain"), "eu-west-1") as emulator:
        yield emulator


@pytest.fixture(scope="session")
def outputs(deployment: Deployment) -> dict[str, str]:
    return deployment.outputs


@pytest.fixture
def key() -> str:
    """Return a new idempotency key. It has no digits, because some could look like a card number by chance."""
    return f"it-{uuid.uuid4().hex[:16].translate(str.maketrans('0123456789', 'ghijklmnop'))}"


@pytest.fixture
def wish() -> Callable[..., dict[str, Any]]:
    """Return a function that makes the body of a payment request; its arguments replace members."""

    def body(**other: Any) -> dict[str, Any]:
        return {
            "amount": 4200,
            "currency": "EUR",
            "payment_token": "tok_integration",
            **other,
        }

    return body


@pytest.fixture
def inbox(deployment: Deployment, outputs: dict[str, str], suffix: str) -> Iterator[str]:
    """Create a queue that is subscribed to the alerts topic for one test. Yields its URL."""
    sqs, sns, topic = deployment.client("sqs"), deployment.client("sns"), outputs["alerts_topic_arn"]
    # The name is new, because the name of a deleted queue cannot be used again for a minute. The policy is set when the
    # queue is created, because a later policy takes up to a minute to work.
    name = f"sqs-it-{uuid.uuid4().hex}-{suffix}"
    partition, _, region, account = topic.split(":")[1:5]
    arn = f"arn:{partition}:sqs:{region}:{account}:{name}"
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    url = sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
    yield url
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    sqs.delete_queue(QueueUrl=url)
