"""What no request to the API did, and what the audit trail and the ledger know of it."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta

import pytest

from tests.unit.operations.damage import edit_audit, of
from tests.unit.operations.world import CLERK, World, receipt_key


def test_a_removed_payment_is_a_difference_with_actor_and_time(world: World, paid: str) -> None:
    world.now += timedelta(hours=1)
    world.database.delete(paid)
    world.archive()
    (found,) = world.differences()
    assert (found["kind"], found["where"]) == ("removed", paid)
    assert found["values"] == {"actor": "unknown", "time": "2026-11-23T11:15:30Z"}
    assert "by an actor whom the stream does not name" in found["detail"]
    assert found["runbook"] == "docs/runbooks/ledger-changed-by-hand.md"


def test_a_payment_that_is_made_again_after_its_removal_still_is_one(world: World) -> None:
    paid = world.take("first")
    world.archive()
    world.database.delete(paid)
    world.take("first")
    world.archive()
    assert world.kinds() == [("removed", paid)]


def test_a_removal_that_nobody_audited_is_a_difference(world: World, paid: str) -> None:
    del world.database.items[paid]
    assert world.kinds() == [("not in the ledger", paid)]


def test_a_removal_that_the_ledger_does_not_know_is_a_difference(world: World, paid: str) -> None:
    item = world.item(paid)
    world.database.delete(paid)
    world.archive()
    world.database.items[paid] = item
    assert world.kinds() == [("removed", paid), ("not audited", paid)]


def test_a_change_by_hand_is_named(world: World, paid: str) -> None:
    world.change(paid, refunded={"N": "0"})
    world.archive()
    by_hand, inconsistent = world.differences()
    assert (by_hand["kind"], by_hand["where"]) == ("changed by hand", paid)
    assert (by_hand["values"]["before"], by_hand["values"]["after"]) == (
        {"refunded": 90, "status": "refunded"},
        {"refunded": 0, "status": "captured"},
    )
    assert inconsistent["kind"] == "ledger inconsistent"
    assert inconsistent["values"]["by its steps"] == {"refunded": 90}


def test_a_change_by_hand_past_the_stream_is_named(world: World, paid: str) -> None:
    """As after a restore from a backup that somebody edited."""
    world.item(paid)["amount"] = {"N": "7"}
    assert {kind for kind, _ in world.kinds()} == {"audit differs", "receipt differs"}


def test_a_ledger_that_was_restored_is_named_by_what_it_lacks(world: World, paid: str) -> None:
    """Another table, or an older item: of Tuesday's refund the audit trail knows, and the ledger does not."""
    second = next(payment_id for payment_id, item in world.database.items.items() if item["captured"] == {"N": "100"})
    older, world.now = world.item(second), world.now + timedelta(days=1)
    world.refund(second, 10)
    world.archive()
    world.database.items[second] = older
    begun, settled = (one for one in world.differences(day="2026-11-24") if one["kind"] == "not in the ledger")
    assert begun["where"] == settled["where"] == second
    assert "a refund of it, at 2026-11-24T10:15:30Z" in begun["detail"]
    assert CLERK.actor in begun["detail"]
    assert world.kinds(day="2026-11-23") == [("receipt differs", receipt_key(second))]
    assert [kind for kind, where in world.kinds()] == ["not in the ledger", "not in the ledger", "receipt differs"]
    assert paid != second


def test_an_outcome_that_the_ledger_does_not_have_is_named(world: World) -> None:
    paid = world.take("first")
    world.refund(paid, 10)
    world.archive()
    (pending,) = (
        record["dynamodb"]["NewImage"]
        for record in world.database.stream
        if record["dynamodb"]["NewImage"]["version"] == {"N": "3"}
    )
    world.database.items[paid] = pending
    assert ("not in the ledger", paid) in world.kinds()


def test_a_step_that_is_audited_twice_is_named(world: World) -> None:
    """Under another sequence number, which no delivery has."""
    paid = world.take("first")
    world.archive()
    (key,) = world.audit_objects()
    record = json.loads(gzip.decompress(world.bucket.objects[key][0]).splitlines()[-1])
    again = {**record, "sequence_number": "99", "before": record["after"]}
    world.bucket.put(f"{key}.again", gzip.compress(json.dumps(again).encode()))
    assert world.kinds() == [("audit differs", paid)]


def test_what_is_missing_of_a_removed_payment_is_named(world: World) -> None:
    paid = world.take("first")
    world.refund(paid, 10)
    world.database.delete(paid)
    world.archive()
    edit_audit(world, of(paid, "sale", "succeeded"), lambda _: False)
    missing, removed = sorted(world.differences(), key=lambda one: str(one["kind"]))
    assert (missing["kind"], removed["kind"]) == ("change not audited", "removed")
    assert "no audit record of version 2" in missing["detail"]


@pytest.mark.parametrize("record", ["audit", "receipt"])
def test_one_record_that_tells_of_a_late_change_is_enough_not_to_compare(world: World, record: str) -> None:
    """The payment changed after its item was read, and before the other record was."""
    paid = world.take("first")
    world.archive()
    older, world.now = world.item(paid), world.now + timedelta(days=1)
    before = dict(world.bucket.objects)
    world.refund(paid, 10)
    world.archive()
    world.database.items[paid] = older
    late = {key: value for key, value in world.bucket.objects.items() if key.startswith(record)}
    world.bucket.objects = {**before, **late}
    code, lines, _ = world.reconcile(settle_seconds=86400 + 60)
    assert code == 0
    assert any(line.startswith("not settled: 1 payments") for line in lines)


def test_erasing_what_tells_of_a_person_is_no_difference(world: World, paid: str) -> None:
    """docs/payments.md, "The item"."""
    item = {name: value for name, value in world.item(paid).items() if name not in ("customer_id", "metadata")}
    world.database._write("UpdateItem", paid, {**item, "version": {"N": str(int(item["version"]["N"]) + 1)}})
    assert ("change not audited", paid) in world.kinds()
    world.archive()
    assert world.kinds() == []
