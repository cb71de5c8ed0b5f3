"""What an operator runs at night, against the deployed stack: `make reconcile` and `make redrive`."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lib.console.polling import wait_for
from lib.demo.showcase import archived, audit_trail
from lib.operations import stream
from lib.operations.archive import ArchiveReader
from lib.operations.deployed import Deployed
from lib.operations.queue_messages import WAITING, counted
from lib.operations.reconcile import ReconcileOptions, reconcile
from lib.operations.redrive import Redrive
from lib.targets.deployment import Deployment
from tests.integration.lost_records import SHARD, lose, receipt_key, send
from tests.integration.settled import once_settled
from tests.silent_progress import SilentProgress

pytestmark = pytest.mark.emulator_only("it takes objects out of the archive")

RECORD_SECONDS = 90.0

Wish = Callable[..., dict[str, Any]]
Run = Callable[[], tuple[int, list[str]]]


@pytest.fixture
def stack(deployment: Deployment, outputs: dict[str, str]) -> Deployed:
    return Deployed(deployment.target.name, outputs, deployment.client, deployment.payments.of)


@pytest.fixture
def compared(stack: Deployed) -> Run:
    """`make reconcile SETTLE=0`: its exit code and what it said."""

    def run() -> tuple[int, list[str]]:
        progress = SilentProgress()
        return reconcile(stack, ReconcileOptions(settle_seconds=0), progress), progress.lines

    return run


@pytest.fixture
def redriven(stack: Deployed) -> Run:
    """`make redrive`: its exit code and what it said."""

    def run() -> tuple[int, list[str]]:
        progress = SilentProgress()
        return Redrive(stack, progress).run(), progress.lines

    return run


@pytest.fixture(autouse=True)
def tidy(deployment: Deployment, stack: Deployed, compared: Run, wish: Wish, key: str) -> Iterator[None]:
    """What other tests had set aside has been looked at, and what they changed is archived."""
    s3, bucket = stack.connect("s3"), stack.outputs["audit_bucket_name"]
    last = deployment.payments.create(wish(), f"tidy-{key}").body["payment_id"]
    # The stream is in order: what came before this one is archived, or set aside, once it is.
    wait_for("both audit records", lambda: len(audit_trail(deployment, last)) == 2, RECORD_SECONDS)

    def clean() -> bool:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="set-aside/"):
            for item in page.get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=item["Key"])
        return compared()[0] == 0

    wait_for("the three records to agree", clean, RECORD_SECONDS)
    yield
    for name in ("archive_failures_queue_url", "dead_letter_queue_url"):
        stack.connect("sqs").purge_queue(QueueUrl=stack.outputs[name])


@pytest.fixture
def paid(deployment: Deployment, wish: Wish, key: str) -> str:
    """A payment with its audit records, of intent and outcome, and its receipt."""
    payment_id = str(deployment.payments.create(wish(), key).body["payment_id"])
    wait_for("both audit records", lambda: len(audit_trail(deployment, payment_id)) == 2, RECORD_SECONDS)
    return payment_id


def test_what_no_message_names_is_found_in_the_stream(
    deployment: Deployment, stack: Deployed, paid: str, compared: Run
) -> None:
    """The queue did not take the archiver's message, or nobody polled the stream: STREAM=1."""
    lose(deployment, paid)
    assert compared()[0] == 1
    progress = SilentProgress()
    assert Redrive(stack, progress).run() == 0
    assert compared()[0] == 1, "no message names it"
    Redrive(stack, progress, whole_stream=True).run()  # whose code tells of other tests' poison, too
    assert audit_trail(deployment, paid)
    assert not [line for line in compared()[1] if paid in line]


def test_a_payment_and_its_steps_leave_nothing_to_name(paid: str, compared: Run) -> None:
    code, lines = compared()
    assert code == 0, (paid, lines)
    assert lines[-1].startswith("[green]ledger and archive agree about"), lines
    assert "gateway simulated about" in lines[-1]
    assert not any("audited twice" in line for line in lines), lines


def test_a_record_that_stands_twice_is_named_and_read_once(
    deployment: Deployment, stack: Deployed, compared: Run, paid: str
) -> None:
    """As after a put whose answer was lost, of a batch that was given up in the end (ADR 8)."""
    s3, bucket = stack.connect("s3"), stack.outputs["audit_bucket_name"]
    key = audit_trail(deployment, paid)[0][0]
    content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    again = f"{key.rpartition('/')[0]}/0-{paid}.json.gz"
    s3.put_object(Bucket=bucket, Key=again, Body=content)
    code, lines = compared()
    s3.delete_object(Bucket=bucket, Key=again)
    assert code == 0, lines
    assert any(line.startswith("audited twice") and again in line and paid in line for line in lines), lines


def test_what_is_lost_is_named_and_a_message_brings_it_back(
    deployment: Deployment, stack: Deployed, compared: Run, redriven: Run, paid: str
) -> None:
    wanted = lose(deployment, paid)
    code, lines = compared()
    assert code == 1
    assert any(line.startswith("[red]not audited[/red]  ") and paid in line for line in lines), lines
    assert any(line.startswith("[red]receipt missing[/red]  ") and receipt_key(paid) in line for line in lines), lines

    send(stack, wanted)
    assert redriven()[0] == 0
    assert compared()[0] == 0
    assert archived(deployment, receipt_key(paid))
    assert redriven()[1][-1] == "[green]nothing waits[/green]", "the message is gone"


def test_what_is_archived_already_is_not_archived_twice(
    deployment: Deployment, stack: Deployed, compared: Run, redriven: Run, paid: str
) -> None:
    """Lambda may join messages, so that one names records which are archived."""
    trail = audit_trail(deployment, paid)
    table = stack.connect("dynamodb").describe_table(TableName=stack.outputs["transactions_table_name"])["Table"]
    numbers = [record["sequence_number"] for _, record in trail]
    send(stack, stream.Range(table["LatestStreamArn"], SHARD, numbers[0], numbers[-1], len(numbers)))
    assert redriven()[0] == 0
    assert audit_trail(deployment, paid) == trail
    assert compared()[0] == 0


def test_a_set_aside_record_that_can_be_archived_is(
    deployment: Deployment, stack: Deployed, compared: Run, redriven: Run, paid: str
) -> None:
    wanted = lose(deployment, paid)
    for record in stream.read(stack.connect("dynamodbstreams"), wanted):
        number = record["dynamodb"]["SequenceNumber"]
        stack.connect("s3").put_object(
            Bucket=stack.outputs["audit_bucket_name"],
            Key=f"set-aside/{number}-{record['eventID']}.json",
            Body=json.dumps({"sequence_number": number, "reason": "an older archiver", "record": record}),
        )
    assert any(line.startswith("[red]set aside[/red]") for line in compared()[1])
    assert redriven()[0] == 0
    assert compared()[0] == 0


def test_poison_stays_and_is_named(stack: Deployed, compared: Run, redriven: Run, key: str) -> None:
    dynamodb, table = stack.connect("dynamodb"), stack.outputs["transactions_table_name"]

    def set_aside(count: int) -> list[str] | None:
        lines = compared()[1]
        return lines if sum(line.startswith("[red]set aside[/red]  ") for line in lines) == count else None

    dynamodb.put_item(TableName=table, Item={"payment_id": {"S": f"nobody-{key}"}, "note": {"S": "by hand"}})
    lines = wait_for("what is set aside", lambda: set_aside(1), RECORD_SECONDS)
    assert any(line.startswith("[red]no payment[/red]  ") and key in line for line in lines), lines
    code, lines = redriven()
    assert code == 1
    stays = [line for line in lines if line.startswith("[red]stays[/red]  set-aside/")]
    assert any("the item is not a payment" in line for line in stays), lines
    dynamodb.delete_item(TableName=table, Key={"payment_id": {"S": f"nobody-{key}"}})
    wait_for("its removal, set aside too", lambda: set_aside(2), RECORD_SECONDS)


def test_what_cannot_be_replayed_stays_and_is_named(stack: Deployed, redriven: Run, compared: Run, paid: str) -> None:
    s3, bucket = stack.connect("s3"), stack.outputs["audit_bucket_name"]
    s3.delete_object(Bucket=bucket, Key=receipt_key(paid))
    table = stack.connect("dynamodb").describe_table(TableName=stack.outputs["transactions_table_name"])["Table"]
    send(stack, stream.Range(table["LatestStreamArn"], SHARD, f"{1:021}", f"{2:021}", 2))
    sqs = stack.connect("sqs")
    sqs.send_message(QueueUrl=stack.outputs["archive_failures_queue_url"], MessageBody="by hand")
    sqs.send_message(QueueUrl=stack.outputs["dead_letter_queue_url"], MessageBody=str(uuid.uuid4()))
    for _ in range(2):  # a second run finds the same
        code, lines = redriven()
        assert code == 1
        stay = [line for line in lines if line.startswith("[red]stays[/red]")]
        assert len(stay) == 3, lines
        assert any("have expired" in line for line in stay)
        assert any("not a message of the archiver" in line for line in stay)
        assert any("payment-dead-letters.md" in line for line in stay)
    code, lines = compared()
    assert code == 0, lines
    rebuilt = s3.head_object(Bucket=bucket, Key=receipt_key(paid))
    assert rebuilt["Metadata"] == {"version": "2"}, "a later version will take its place"


def test_what_the_archiver_fails_on_stays_and_is_named(
    deployment: Deployment, stack: Deployed, redriven: Run, compared: Run, paid: str
) -> None:
    """An event of somebody who called the archiver past the stream, with half a character in a name."""
    trail = audit_trail(deployment, paid)
    number = trail[0][1]["sequence_number"]
    table = stack.connect("dynamodb").describe_table(TableName=stack.outputs["transactions_table_name"])["Table"]
    wanted = stream.Range(table["LatestStreamArn"], SHARD, number, number, 1)
    (record,) = stream.read(stack.connect("dynamodbstreams"), wanted)
    for place in ("Keys", "NewImage"):
        record["dynamodb"][place]["payment_id"] = {"S": "\ud800"}
    body = json.dumps({"Records": [record]})
    stack.connect("sqs").send_message(QueueUrl=stack.outputs["archive_failures_queue_url"], MessageBody=body)
    code, lines = redriven()
    assert code == 1
    assert any(line.startswith("[red]stays[/red]  message") and "the archiver failed" in line for line in lines), lines
    assert compared()[0] == 0, "nothing of it was archived"


def test_receipts_of_an_emptied_archive_are_rebuilt(stack: Deployed, compared: Run, paid: str) -> None:
    """Nothing waits in the queue, and the stream may have forgotten the changes: RECEIPTS=1."""
    s3, bucket = stack.connect("s3"), stack.outputs["audit_bucket_name"]
    before = s3.get_object(Bucket=bucket, Key=receipt_key(paid))["Body"].read()
    for listed in ArchiveReader(s3, bucket).listed("receipts/"):
        s3.delete_object(Bucket=bucket, Key=listed["Key"])
    assert compared()[0] == 1
    progress = SilentProgress()
    assert Redrive(stack, progress, receipts=True).run() == 0
    assert any(line.startswith(f"replayed  {receipt_key(paid)}") for line in progress.lines)
    assert s3.get_object(Bucket=bucket, Key=receipt_key(paid))["Body"].read() == before
    assert compared()[0] == 0


def test_messages_that_a_killed_run_hides_are_named(stack: Deployed, redriven: Run) -> None:
    sqs, queue = stack.connect("sqs"), stack.outputs["archive_failures_queue_url"]
    sqs.send_message(QueueUrl=queue, MessageBody="by hand")
    sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=1, VisibilityTimeout=300)
    code, lines = redriven()
    assert code == 1
    assert any(line.startswith("[red]stays[/red]  1 messages in flight") for line in lines), lines


def test_a_run_of_the_settler_that_failed_is_done_again(stack: Deployed, redriven: Run, suffix: str) -> None:
    sqs = stack.connect("sqs")
    queue = sqs.get_queue_url(QueueName=f"sqs-settler-dead-letters-{suffix}")["QueueUrl"]
    reason = {"ERROR_CODE": {"StringValue": "NO_PERMISSIONS", "DataType": "String"}}
    sqs.send_message(QueueUrl=queue, MessageBody='{"source": "aws.events"}', MessageAttributes=reason)
    code, lines = redriven()
    assert any(line.startswith("replayed  run ") and "which failed: NO_PERMISSIONS" in line for line in lines), lines
    assert counted(sqs, queue, WAITING) == 0, (code, lines)


def test_an_earlier_version_that_was_rolled_back_to_is_called(
    deployment: Deployment, stack: Deployed, compared: Run, redriven: Run, paid: str
) -> None:
    """The runbook's rollback: the alias names an earlier version, and $LATEST is the broken one."""
    client, function = stack.connect("lambda"), stack.outputs["archive_function_name"]

    def update(handler: str) -> None:
        once_settled(client.update_function_configuration, FunctionName=function, Handler=handler)
        client.get_waiter("function_updated_v2").wait(FunctionName=function)

    update("payments.archiver.broken")
    try:
        send(stack, lose(deployment, paid))
        code, lines = redriven()
    finally:
        update("payments.archiver.handler")
    assert code == 0, lines
    assert compared()[0] == 0


def test_a_payment_that_is_removed_by_hand_is_named(stack: Deployed, compared: Run, paid: str) -> None:
    """The last test here: the audit trail keeps the removal, and so it stays a difference."""
    table = stack.outputs["transactions_table_name"]
    stack.connect("dynamodb").delete_item(TableName=table, Key={"payment_id": {"S": paid}})

    def named() -> list[str]:
        return [line for line in compared()[1] if line.startswith(f"[red]removed[/red]  {paid}")]

    (line,) = wait_for("the removal's audit record", named, RECORD_SECONDS)
    assert "by an actor whom the stream does not name" in line
    assert "docs/runbooks/ledger-changed-by-hand.md" in line
