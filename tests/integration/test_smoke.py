"""`make smoke` against the deployed stack: what it does, and what it says of a stack that does not work."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

import pytest

from lib.console.polling import wait_for
from lib.demo.showcase import audit_trail
from lib.operations.deployed import Deployed
from lib.operations.smoke import Smoke
from lib.targets.deployment import Deployment
from lib.targets.pages import pages
from lib.targets.payments_client import Answer, PaymentsClient
from tests.integration.settled import once_settled
from tests.silent_progress import SilentProgress

RECORD_SECONDS = 90.0


@dataclass(frozen=True)
class Noting(PaymentsClient):
    """A client that notes the status of each answer."""

    statuses: list[int] = field(default_factory=list)

    def call(self, *arguments: Any, **options: Any) -> Answer:
        answer = super().call(*arguments, **options)
        self.statuses.append(answer.status)
        return answer


@pytest.fixture
def client(deployment: Deployment) -> Noting:
    return Noting(**{each.name: getattr(deployment.payments, each.name) for each in fields(PaymentsClient)})


@pytest.fixture
def stack(deployment: Deployment, outputs: dict[str, str], client: Noting) -> Deployed:
    return Deployed(deployment.target.name, outputs, deployment.client, client.of)


@pytest.mark.aws
def test_a_payment_is_followed_and_refunded(deployment: Deployment, stack: Deployed, client: Noting) -> None:
    progress = SilentProgress()
    smoke = Smoke(stack, progress)
    assert smoke.run() == 0, progress.lines
    payment_id = next(line for line in progress.lines if line.startswith("pay_"))
    paid = deployment.payments.of(smoke.name).read(payment_id).body
    assert (paid["merchant_id"], paid["status"], paid["refunded"]) == (smoke.name, "refunded", paid["amount"])
    trail = [(record["version"], record["after"]["status"]) for _, record in audit_trail(deployment, payment_id)]
    assert trail == [(1, "pending"), (2, "captured"), (3, "captured"), (4, "refunded")]
    assert client.statuses == [201, 201], "no refused request, which an alarm would count"


@pytest.mark.aws
def test_two_runs_have_nothing_in_common(stack: Deployed) -> None:
    assert Smoke(stack, SilentProgress()).name != Smoke(stack, SilentProgress()).name


@pytest.mark.emulator_only("it reads the functions' whole logs")
def test_nothing_is_logged_that_an_alarm_would_count(
    deployment: Deployment, stack: Deployed, outputs: dict[str, str]
) -> None:
    begin = int(time.time() * 1000)
    assert Smoke(stack, SilentProgress()).run() == 0
    for function in ("payment_function_name", "settler_function_name", "archive_function_name"):
        group = f"/aws/lambda/{outputs[function]}"
        events = pages(deployment.client("logs"), "filter_log_events", "events", logGroupName=group, startTime=begin)
        lines = [json.loads(event["message"]) for event in events if event["message"].startswith("{")]
        assert lines or function == "settler_function_name", function  # it may have had no run meanwhile
        assert [line for line in lines if line.get("level") in ("WARNING", "ERROR", "CRITICAL")] == []
        assert [line for line in lines if line.get("ChangesFailed", [0]) not in ([0], [0.0])] == []


@pytest.fixture
def archiver_stopped(deployment: Deployment, outputs: dict[str, str]) -> Iterator[None]:
    """Its event source mapping is disabled."""
    client = deployment.client("lambda")
    function = outputs["archive_function_name"]
    (mapping,) = [
        item
        for item in pages(client, "list_event_source_mappings", "EventSourceMappings")
        if item["FunctionArn"].split(":")[6] == function
    ]
    once_settled(client.update_event_source_mapping, UUID=mapping["UUID"], Enabled=False)
    yield
    once_settled(client.update_event_source_mapping, UUID=mapping["UUID"], Enabled=True)


@pytest.mark.emulator_only("it stops the archiver")
@pytest.mark.usefixtures("archiver_stopped")
def test_a_payment_that_is_not_archived_is_named_and_refunded(deployment: Deployment, stack: Deployed) -> None:
    progress = SilentProgress()
    smoke = Smoke(stack, progress, archive_seconds=5)
    assert smoke.run() == 1
    payment_id = next(line for line in progress.lines if line.startswith("pay_"))
    assert "[red]smoke failed[/red]" in progress.lines[-1]
    assert f"the audit record of version 2 of {payment_id} did not come within 5 s" in progress.lines[-1]
    assert deployment.payments.of(smoke.name).read(payment_id).body["status"] == "refunded"


@pytest.mark.emulator_only("it follows the test that stops the archiver")
def test_an_archiver_that_runs_again_archives_what_it_missed(deployment: Deployment, stack: Deployed) -> None:
    progress = SilentProgress()
    assert Smoke(stack, progress).run() == 0, progress.lines
    payment_id = next(line for line in progress.lines if line.startswith("pay_"))
    assert wait_for("both records", lambda: len(audit_trail(deployment, payment_id)) == 4, RECORD_SECONDS)
