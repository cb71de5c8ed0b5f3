"""What the archive holds after a batch of changes, whatever is delivered twice, late or broken."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from payments import archiver
from payments.archive import Change, audit_trail
from payments.payment import Payment, Request
from tests.unit.payments.conftest import CALLER, NOW, Context, MemoryArchive, new_payment, stream_record


def payment(key: str = "key-1") -> Payment:
    return new_payment(Request("m-1", 1050, "EUR", "tok_visa", customer_id="c-1", metadata={"note": "private"}), key)


def later(made: Payment) -> Payment:
    """As its outcome leaves it."""
    step = replace(made.making, state="succeeded", version=2, settled_at=made.created_at)
    return replace(made, status="captured", captured=1050, refunded=50, version=2, steps={step.key: step})


def archived(*records: dict[str, object]) -> None:
    """Archive a batch; raises where that failed."""
    archiver.handler({"Records": list(records)}, Context())  # type: ignore[arg-type]  # all that is used


def test_a_new_payment_has_an_audit_record_and_a_receipt(archive: MemoryArchive) -> None:
    made = payment()
    archived(stream_record(made, sequence_number="7"))
    (audit,) = archive.audit()
    receipt = json.loads(archive.objects[f"receipts/m-1/{made.payment_id}.json"])
    assert (audit["event"], audit["before"], audit["after"]) == ("created", None, made.archived())
    assert (audit["actor"], audit["actor_id"], audit["request_id"]) == tuple(vars(CALLER).values())
    assert audit["step"] == {"key": "sale", "kind": "sale", "state": "pending", "at": made.created_at}
    assert (audit["sequence_number"], audit["at"], audit["version"]) == ("7", "2026-11-23T10:15:30Z", 1)
    assert receipt["amount"] == 1050
    for private in ("tok_visa", "c-1", "private", "customer_id", "metadata"):
        assert private not in str([audit, receipt])


def test_a_change_says_what_was_and_what_is(archive: MemoryArchive) -> None:
    made = payment()
    archived(stream_record(made, sequence_number="1"), stream_record(later(made), made, sequence_number="2"))
    _, audit = archive.audit()
    assert (audit["before"]["refunded"], audit["after"]["refunded"]) == (0, 50)
    assert json.loads(archive.objects[f"receipts/m-1/{made.payment_id}.json"])["refunded"] == 50


def test_an_outcome_is_recorded_with_the_step_and_who_asked_for_it(archive: MemoryArchive) -> None:
    made = payment()
    archived(stream_record(later(made), made, sequence_number="2"))
    (audit,) = archive.audit()
    assert (audit["actor"], audit["request_id"]) == (CALLER.actor, CALLER.request_id)
    assert (audit["step"]["kind"], audit["step"]["state"]) == ("sale", "succeeded")


def test_a_change_that_no_step_made_has_no_actor(archive: MemoryArchive) -> None:
    """As by hand: a step's actor did not do it."""
    made = later(payment())
    archived(stream_record(replace(made, captured=1, version=3), made, sequence_number="3"))
    (audit,) = archive.audit()
    assert (audit["actor"], audit["step"], audit["after"]["captured"]) == ("unknown", None, 1)


def test_of_a_postponement_no_record_is_kept(archive: MemoryArchive) -> None:
    made = payment()
    archived(stream_record(replace(made, due_at="2026-11-23T10:20:00.000000Z"), made, sequence_number="2"))
    assert archive.objects == {}


def test_what_is_erased_in_the_ledger_leaves_the_audit_trail_whole(archive: MemoryArchive) -> None:
    """As docs/payments.md says to do it: with a new version."""
    made = payment()
    erased = replace(made, customer_id=None, metadata={}, version=2)
    archived(stream_record(made, sequence_number="1"), stream_record(erased, made, sequence_number="2"))
    first, second = archive.audit()
    assert (first["after"], first["version"], second["version"]) == (second["before"], 1, 2)
    assert second["before"] == second["after"]


def test_a_batch_is_one_object_a_day_named_by_its_first_record(archive: MemoryArchive) -> None:
    one, two, three = payment("1"), payment("2"), payment("3")
    archived(
        stream_record(one, sequence_number="1"),
        stream_record(two, sequence_number="2"),
        stream_record(three, sequence_number="3", at=NOW + timedelta(days=8)),
    )
    assert {key for key in archive.objects if key.startswith("audit/")} == {
        f"audit/year=2026/month=11/day=23/1-{one.payment_id}.json.gz",
        f"audit/year=2026/month=12/day=01/3-{three.payment_id}.json.gz",
    }
    assert [record["sequence_number"] for record in archive.audit()] == ["1", "2", "3"]


def test_equal_records_make_equal_bytes() -> None:
    """Without the time of compression in them, a batch that comes again is the same object to the byte."""
    (trail,) = audit_trail([Change.from_stream(stream_record(payment()))])
    assert trail.content[4:8] == bytes(4)  # RFC 1952, MTIME
    assert gzip.decompress(trail.content).count(b"\n") == 1


def test_a_record_that_is_twice_in_a_batch_is_written_once(archive: MemoryArchive) -> None:
    archived(stream_record(payment()), stream_record(payment()))
    assert len(archive.audit()) == 1


def test_a_payment_that_changed_twice_has_one_receipt_written(archive: MemoryArchive) -> None:
    made = payment()
    archived(stream_record(later(made), made, sequence_number="2"), stream_record(made, sequence_number="1"))
    assert archive.written.count(f"receipts/m-1/{made.payment_id}.json") == 1
    assert json.loads(archive.objects[f"receipts/m-1/{made.payment_id}.json"])["version"] == 2


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
    assert [(record["event"], record["after"] is None, record["actor"]) for record in archive.audit()] == [
        ("created", False, CALLER.actor),
        ("removed", True, "unknown"),
    ]
    assert f"receipts/m-1/{made.payment_id}.json" in archive.objects


def test_a_batch_that_fails_is_archived_as_a_whole_when_it_comes_again(archive: MemoryArchive) -> None:
    one, two, three = payment("1"), payment("2"), payment("3")
    archive.broken.add(f"receipts/m-1/{two.payment_id}.json")
    batch = [stream_record(item, sequence_number=number) for item, number in ((one, "1"), (two, "2"), (three, "3"))]
    with pytest.raises(OSError, match="does not answer"):
        archived(*batch)
    assert archive.audit() == [], "an audit record says that what belongs to it is there"
    archive.broken.clear()
    archived(*batch)
    assert len(archive.audit()) == 3
    assert f"receipts/m-1/{two.payment_id}.json" in archive.objects


@pytest.mark.parametrize("spoil", ["NewImage", "ApproximateCreationDateTime"])
def test_a_poison_record_is_set_aside_and_blocks_nothing(archive: MemoryArchive, spoil: str) -> None:
    poison = stream_record(payment("1"), sequence_number="1")
    del poison["dynamodb"][spoil]
    archived(poison, stream_record(payment("2"), sequence_number="2"))
    assert len(archive.objects) == 3
    kept = json.loads(archive.objects["set-aside/1-1.json"])
    assert (kept["sequence_number"], kept["record"]["eventID"]) == ("1", "1")
    for private in ("tok_visa", "c-1", "private"):
        assert private not in str(archive.objects)


@pytest.mark.parametrize("image", [None, [], "x", {"payment_id": {"S": "x"}}, {"amount": {"N": "one"}}, {"amount": {}}])
def test_whatever_an_image_is_it_is_archived_or_set_aside(archive: MemoryArchive, image: object) -> None:
    poison = stream_record(payment("1"), sequence_number="1")
    poison["dynamodb"]["NewImage"] = image
    archived(poison)
    assert list(archive.objects) == ["set-aside/1-1.json"]


def test_a_poison_record_that_cannot_be_set_aside_is_tried_again(archive: MemoryArchive) -> None:
    poison = stream_record(payment("1"), sequence_number="1")
    del poison["dynamodb"]["NewImage"]
    archive.broken.add("set-aside/1-1.json")
    with pytest.raises(OSError, match="does not answer"):
        archived(poison)


def test_set_aside_records_hold_no_card_number(archive: MemoryArchive) -> None:
    poison = stream_record(payment("1"), sequence_number="1")
    poison["dynamodb"]["NewImage"] = {"note": {"S": "4111 1111 1111 1111"}}
    archived(poison)
    assert "4111" not in str(archive.objects)


def test_older_versions_delivered_late_do_not_replace_a_later_receipt(archive: MemoryArchive) -> None:
    made = payment()
    changed = later(made)
    last = replace(changed, refunded=70, version=3)
    archived(stream_record(last, changed, sequence_number="3"))
    archived(stream_record(changed, made, sequence_number="2"), stream_record(made, sequence_number="1"))
    assert json.loads(archive.objects[f"receipts/m-1/{made.payment_id}.json"])["refunded"] == 70
    assert sorted(record["version"] for record in archive.audit()) == [1, 2, 3]


def test_an_item_that_is_no_payment_is_no_change() -> None:
    record = stream_record(payment())
    record["dynamodb"]["NewImage"] = {"payment_id": {"S": "x"}}
    with pytest.raises(ValueError, match="not a payment"):
        Change.from_stream(record)


def test_without_its_bucket_the_archiver_fails_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARCHIVE_BUCKET", raising=False)
    archiver.archive.cache_clear()
    with pytest.raises(Exception, match="ARCHIVE_BUCKET is not set"):
        archived(stream_record(payment()))
