"""What the archive holds after a batch of changes, whatever is delivered twice, late or broken."""

from __future__ import annotations

import dataclasses
import json

import pytest

from payments import archiver
from payments.archive import Change, documents
from payments.payment import Payment, Request
from tests.unit.payments.conftest import NOW, Context, MemoryArchive, stream_record


def payment(key: str = "key-1") -> Payment:
    return Payment.new(Request("m-1", 1050, "EUR", "tok_visa"), key, "shop", NOW)


def later(made: Payment) -> Payment:
    return dataclasses.replace(made, refunded=50, version=2)


def archived(*records: dict[str, object]) -> list[str]:
    """Archive a batch; the sequence numbers that failed."""
    answer = archiver.handler({"Records": list(records)}, Context())  # type: ignore[arg-type]  # all that is used
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_a_new_payment_has_an_audit_record_and_a_receipt(archive: MemoryArchive) -> None:
    made = payment()
    assert archived(stream_record(made, sequence_number="7")) == []
    audit = json.loads(archive.objects[f"audit/year=2026/month=11/day=23/{made.payment_id}/7.json"])
    receipt = json.loads(archive.objects[f"receipts/m-1/{made.payment_id}.json"])
    assert (audit["event"], audit["before"], audit["after"], audit["actor"]) == ("created", None, made.shown(), "shop")
    assert receipt["amount"] == 1050
    assert "tok_visa" not in str(archive.objects)


def test_a_change_says_what_was_and_what_is(archive: MemoryArchive) -> None:
    made = payment()
    archived(stream_record(made, sequence_number="1"), stream_record(later(made), made, sequence_number="2"))
    audit = json.loads(archive.objects[f"audit/year=2026/month=11/day=23/{made.payment_id}/2.json"])
    assert (audit["before"]["refunded"], audit["after"]["refunded"]) == (0, 50)
    assert json.loads(archive.objects[f"receipts/m-1/{made.payment_id}.json"])["refunded"] == 50


def test_a_batch_delivered_twice_changes_nothing(archive: MemoryArchive) -> None:
    made = payment()
    batch = [stream_record(made, sequence_number="1"), stream_record(later(made), made, sequence_number="2")]
    archived(*batch)
    before = dict(archive.objects)
    archived(*batch)
    assert archive.objects == before


def test_a_first_version_delivered_late_does_not_replace_a_later_receipt(archive: MemoryArchive) -> None:
    made = payment()
    archived(stream_record(made, sequence_number="1"), stream_record(later(made), made, sequence_number="2"))
    archived(stream_record(made, sequence_number="1"))
    assert json.loads(archive.objects[f"receipts/m-1/{made.payment_id}.json"])["refunded"] == 50


def test_a_removed_payment_keeps_its_receipt_and_has_an_audit_record(archive: MemoryArchive) -> None:
    made = payment()
    archived(stream_record(made, sequence_number="1"), stream_record(None, made, sequence_number="2"))
    audit = json.loads(archive.objects[f"audit/year=2026/month=11/day=23/{made.payment_id}/2.json"])
    assert (audit["event"], audit["after"]) == ("removed", None)
    assert f"receipts/m-1/{made.payment_id}.json" in archive.objects


def test_a_record_that_fails_is_reported_and_the_others_are_archived(archive: MemoryArchive) -> None:
    one, two, three = payment("1"), payment("2"), payment("3")
    archive.broken.add(f"receipts/m-1/{two.payment_id}.json")
    batch = [stream_record(item, sequence_number=number) for item, number in ((one, "1"), (two, "2"), (three, "3"))]
    assert archived(*batch) == ["2"]
    assert f"receipts/m-1/{three.payment_id}.json" in archive.objects
    archive.broken.clear()
    assert archived(*batch[1:]) == []
    assert f"receipts/m-1/{two.payment_id}.json" in archive.objects


@pytest.mark.parametrize("spoil", ["NewImage", "ApproximateCreationDateTime"])
def test_a_poison_record_is_set_aside_and_blocks_nothing(archive: MemoryArchive, spoil: str) -> None:
    poison = stream_record(payment("1"), sequence_number="1")
    del poison["dynamodb"][spoil]
    assert archived(poison, stream_record(payment("2"), sequence_number="2")) == []
    assert len(archive.objects) == 3
    kept = json.loads(archive.objects["set-aside/1.json"])
    assert (kept["sequence_number"], kept["record"]["eventID"]) == ("1", "1")
    assert "tok_visa" not in str(archive.objects)


@pytest.mark.parametrize("image", [None, [], "x", {"payment_id": {"S": "x"}}, {"amount": {"N": "one"}}, {"amount": {}}])
def test_whatever_an_image_is_it_is_archived_or_set_aside(archive: MemoryArchive, image: object) -> None:
    poison = stream_record(payment("1"), sequence_number="1")
    poison["dynamodb"]["NewImage"] = image
    assert archived(poison) == []
    assert list(archive.objects) == ["set-aside/1.json"]


def test_a_poison_record_that_cannot_be_set_aside_is_tried_again(archive: MemoryArchive) -> None:
    poison = stream_record(payment("1"), sequence_number="1")
    del poison["dynamodb"]["NewImage"]
    archive.broken.add("set-aside/1.json")
    assert archived(poison) == ["1"]


def test_set_aside_records_hold_no_card_number(archive: MemoryArchive) -> None:
    poison = stream_record(payment("1"), sequence_number="1")
    poison["dynamodb"]["NewImage"] = {"note": {"S": "4111 1111 1111 1111"}}
    archived(poison)
    assert "4111" not in str(archive.objects)


def test_older_versions_delivered_late_do_not_replace_a_later_receipt(archive: MemoryArchive) -> None:
    made = payment()
    changed = later(made)
    last = dataclasses.replace(changed, refunded=70, version=3)
    archived(stream_record(last, changed, sequence_number="3"))
    archived(stream_record(changed, made, sequence_number="2"), stream_record(made, sequence_number="1"))
    assert json.loads(archive.objects[f"receipts/m-1/{made.payment_id}.json"])["refunded"] == 70
    assert len([key for key in archive.objects if key.startswith("audit/")]) == 3


def test_an_item_that_is_no_payment_is_no_change() -> None:
    record = stream_record(payment())
    record["dynamodb"]["NewImage"] = {"payment_id": {"S": "x"}}
    with pytest.raises(ValueError, match="no payment"):
        Change.from_stream(record)


def test_keys_come_from_the_change() -> None:
    change = Change.from_stream(stream_record(payment(), sequence_number="9"))
    assert documents(change) == documents(change)
    assert [document.key.split("/")[0] for document in documents(change)] == ["audit", "receipts"]


@pytest.mark.filterwarnings("ignore:No application metrics to publish")
def test_without_its_bucket_the_archiver_fails_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARCHIVE_BUCKET", raising=False)
    archiver.archive.cache_clear()
    with pytest.raises(Exception, match="ARCHIVE_BUCKET is not set"):
        archived(stream_record(payment()))
