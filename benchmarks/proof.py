"""Verifies a load: compares the answers that the clients got with ledger, audit trail and receipts."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.clients import CURRENCIES, Load
from lib.console.polling import wait_for
from lib.console.progress import Progress
from lib.errors import ToolError
from lib.operations import ledger, stream
from lib.operations.archive import AUDIT, RECEIPTS, ArchiveReader, audit_records, document
from lib.targets.deployment import Deployment

ARCHIVE_SECONDS = 600.0
REDELIVERED = 0.2  # of the audit trail's objects, each a batch of the stream


def settle(deployment: Deployment, load: Load, progress: Progress) -> None:
    """Await the archive. Raises ToolError where it does not come."""
    ours = {payment.payment_id for payment in load.payments}
    read: dict[str, int] = {}
    archive = _archive(deployment)

    def all_there() -> bool:
        for key, records in _audit_objects(archive, without=read):
            read[key] = len({_identity(record) for record in records if record["payment_id"] in ours})
        step.update(f"{sum(read.values())} of {load.changes} changes are archived")
        return sum(read.values()) >= load.changes

    with progress.step("the archive") as step:
        wait_for("the last audit record", all_there, ARCHIVE_SECONDS, interval=1.0)


def redeliver(deployment: Deployment, load: Load, progress: Progress) -> int:
    """Deliver batches again as Lambda may: whole, or in halves. How many."""
    chance = random.Random(len(load.payments))  # noqa: S311 - the same batches in each run
    objects = list(_audit_objects(_archive(deployment)))
    client, function = deployment.client("lambda"), deployment.outputs["archive_function_name"]
    with progress.step("batches of the stream delivered again") as step:
        events = {_place(one): one for one in _stream_records(deployment)}
        chosen = chance.sample(objects, max(1, int(len(objects) * REDELIVERED)))
        for _, records in chosen:
            missing = [record for record in records if _identity(record) not in events]
            if missing:
                raise ToolError(f"the stream has no record {_identity(missing[0])} that the audit trail has")
            batch = [events[_identity(record)] for record in records]
            half = len(batch) // 2 if chance.random() < 0.5 else 0
            for part in (batch[:half], batch[half:]):
                if part:
                    answer = client.invoke(FunctionName=function, Payload=_event(part))
                    if "FunctionError" in answer:
                        raise ToolError(f"the archiver failed: {answer['Payload'].read().decode()}")
        step.result(str(len(chosen)))
    return len(chosen)


def differences(deployment: Deployment, load: Load) -> Iterator[str]:
    """What was lost, doubled or changed on the way; nothing, or a line each."""
    archive, table = _archive(deployment), deployment.outputs["transactions_table_name"]
    booked = ledger.payments(deployment.client("dynamodb"), table)
    ours = {one.payment_id: one for one in booked if one.merchant_id == load.merchant}
    taken = {payment.payment_id: payment for payment in load.payments}
    yield from (f"{one} is in the ledger, and no client has it" for one in ours.keys() - taken.keys())
    yield from (f"{one} was accepted and is not in the ledger" for one in taken.keys() - ours.keys())
    trail: dict[str, Counter[int]] = {payment_id: Counter() for payment_id in taken}
    last: dict[str, Any] = {}
    for _, record in archive.audit():
        if record["payment_id"] in trail:
            trail[record["payment_id"]][record["version"]] += 1
            if record["version"] == taken[record["payment_id"]].version:
                last[record["payment_id"]] = record["after"]
    prefix = f"{RECEIPTS}{load.merchant}/"
    receipts = {key: document(key, content) for key, content in archive.read_all(archive.keys(prefix))}
    for payment_id in taken.keys() & ours.keys():
        payment, shown = taken[payment_id], ours[payment_id].archived
        if (shown["captured"], shown["refunded"]) != (payment.captured, payment.refunded):
            yield f"{payment_id} has {shown} in the ledger; its client was answered {payment}"
        if trail[payment_id] != Counter(range(1, payment.version + 1)):
            yield f"{payment_id} has the audit records {dict(trail[payment_id])}, expected 1 to {payment.version} once"
        if last.get(payment_id) != shown:
            yield f"{payment_id} is in the audit trail as {last.get(payment_id)}, in the ledger as {shown}"
        receipt = receipts.get(f"{prefix}{payment_id}.json")
        if receipt != {"receipt_for": payment_id, "version": payment.version, **shown}:
            yield f"{payment_id} has the receipt {receipt}"
    for currency in CURRENCIES:
        sums = {
            "clients": _sums((one.currency, one.captured, one.refunded) for one in load.payments)[currency],
            "ledger": _sums(_money(one.archived) for one in ours.values())[currency],
            "audit trail": _sums(_money(one) for one in last.values())[currency],
            "receipts": _sums(_money(one) for one in receipts.values())[currency],
        }
        if len(set(sums.values())) != 1:
            yield f"the sums in {currency} differ: {sums}"


def _archive(deployment: Deployment) -> ArchiveReader:
    return ArchiveReader(deployment.client("s3"), deployment.outputs["audit_bucket_name"])


def _audit_objects(archive: ArchiveReader, without: Any = ()) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for key, content in archive.read_all(key for key in archive.keys(AUDIT) if key not in without):
        yield key, audit_records(key, content)


def _stream_records(deployment: Deployment) -> Iterator[dict[str, Any]]:
    """All that the table's stream has, as Lambda hands it over."""
    client = deployment.client("dynamodbstreams")
    (found,) = client.list_streams(TableName=deployment.outputs["transactions_table_name"])["Streams"]
    for shard in client.describe_stream(StreamArn=found["StreamArn"])["StreamDescription"]["Shards"]:
        yield from stream.shard(client, found["StreamArn"], shard["ShardId"])


def _place(event: dict[str, Any]) -> tuple[str, str]:
    return event["dynamodb"]["Keys"]["payment_id"]["S"], event["dynamodb"]["SequenceNumber"]


def _identity(record: dict[str, Any]) -> tuple[str, str]:
    return record["payment_id"], record["sequence_number"]


def _event(records: list[dict[str, Any]]) -> bytes:
    return json.dumps({"Records": records}).encode()


def _money(shown: Any) -> tuple[str, int, int]:
    return shown["currency"], shown["captured"], shown["refunded"]


def _sums(money: Iterator[tuple[str, int, int]]) -> dict[str, tuple[int, int]]:
    """Currency -> captured and refunded."""
    captured: Counter[str] = Counter()
    refunded: Counter[str] = Counter()
    for currency, taken, given_back in money:
        captured[currency] += taken
        refunded[currency] += given_back
    return {currency: (captured[currency], refunded[currency]) for currency in CURRENCIES}
