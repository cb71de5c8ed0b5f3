"""What the operator reads: each way in which the three records can differ, and what is not compared."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lib.environments import ToolError
from tests.unit.operations.world import CLERK, SHOP, World, receipt_key

Edit = Callable[[dict[str, Any]], Any]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def paid(world: World) -> str:
    """A payment that was authorized, captured in part and refunded twice, archived; beside two others."""
    payment_id = world.take("first", capture=False)
    world.take("second")
    world.capture(payment_id, 90)
    world.refund(payment_id, 10, "one")
    world.refund(payment_id, 80, "two")
    world.void(world.take("third", capture=False))
    world.archive()
    return payment_id


def edit_audit(world: World, wanted: Callable[[dict[str, Any]], bool], edit: Edit) -> int:
    """Change the audit records that are wanted, where they stand; a record for which `edit` answers False goes."""
    count = 0
    for key in world.audit_objects():
        kept = []
        for line in gzip.decompress(world.bucket.objects[key][0]).splitlines():
            record = json.loads(line)
            if wanted(record):
                count += 1
                if edit(record) is False:
                    continue
            kept.append(json.dumps(record))
        if kept:
            world.bucket.put(key, gzip.compress("\n".join(kept).encode()))
        else:
            del world.bucket.objects[key]
    return count


def of(payment_id: str, kind: str, state: str, *, amount: int | None = None) -> Callable[[dict[str, Any]], bool]:
    """Audit records of one step of a payment."""

    def wanted(record: dict[str, Any]) -> bool:
        step = record["step"] or {}
        found = (record["payment_id"], step.get("kind"), step.get("state"))
        return found == (payment_id, kind, state) and amount in (None, step.get("amount"))

    return wanted


def edit_receipt(world: World, payment_id: str, **members: Any) -> None:
    key = receipt_key(payment_id)
    world.bucket.put(key, json.dumps({**json.loads(world.bucket.objects[key][0]), **members}).encode())


@pytest.mark.usefixtures("paid")
def test_what_the_functions_record_agrees(world: World) -> None:
    code, lines, _ = world.reconcile()
    assert code == 0
    assert lines[-1] == "[green]ledger and archive agree about 3 payments, gateway simulated about 3[/green]"
    assert not any("not settled" in line for line in lines)


def test_nothing_compared_is_not_agreement(world: World) -> None:
    code, lines, _ = world.reconcile()
    assert code == 0
    assert lines[-1].startswith("nothing was compared")


def test_what_changed_a_moment_ago_is_counted_and_not_compared(world: World, paid: str) -> None:
    world.bucket.objects.clear()
    world.now += timedelta(hours=10)
    world.take("late")
    code, lines, _ = world.reconcile(settle_seconds=86400)
    assert code == 1
    assert "not settled: 1 payments changed in the last 86400 s and are not compared" in lines
    assert lines[-1] != "[green]"
    assert {where for _, where in world.kinds()} >= {paid}


def test_what_nobody_compared_is_in_the_json_too(world: World) -> None:
    world.take("late")
    _, _, written = world.reconcile(as_json=True, settle_seconds=86400)
    told = json.loads(written)
    assert (told["agree"], told["compared"], told["not_settled"]) == (True, 0, 1)


@pytest.mark.parametrize(
    ("kind", "state", "detail"),
    [
        ("authorize", "pending", "beginning of the authorize"),
        ("authorize", "succeeded", "outcome of the authorize"),
        ("capture", "succeeded", "outcome of the capture of 90"),
        ("refund", "pending", "beginning of the refund of 10"),
        ("refund", "succeeded", "outcome of the refund of 10"),
    ],
)
def test_a_step_without_audit_record_is_named_with_actor_and_time(
    world: World, paid: str, kind: str, state: str, detail: str
) -> None:
    amount = 10 if kind == "refund" else None
    assert edit_audit(world, of(paid, kind, state, amount=amount), lambda _: False) == 1
    (found,) = world.differences()
    assert (found["kind"], found["where"]) == ("change not audited", paid)
    actor = SHOP.actor if kind == "authorize" else CLERK.actor
    assert detail in found["detail"]
    assert actor in found["detail"]
    assert "2026-11-23T10:15:30.123456Z" in found["detail"]
    assert found["runbook"] == "docs/runbooks/archive-failures.md"


def test_a_payment_without_any_audit_record_is_one_line(world: World, paid: str) -> None:
    edit_audit(world, lambda record: record["payment_id"] == paid, lambda _: False)
    assert world.kinds() == [("not audited", paid)]


@pytest.mark.parametrize(
    ("edit", "names"),
    [
        (lambda record: record.update(actor="arn:aws:iam::123456789012:user/else"), ["actor"]),
        (lambda record: record.update(actor_id="AIDAELSE"), ["actor_id"]),
        (lambda record: record.update(request_id="another"), ["request_id"]),
        (lambda record: record.update(at="2026-11-23T10:30:00Z"), ["time"]),
        (lambda record: record["step"].update(settled_at="2026-11-23T10:15:31.000000Z"), ["settled_at"]),
        (lambda record: record["step"].update(amount=11), ["amount"]),
        (lambda record: record["step"].update(settled_by="settler"), ["settled_by"]),
    ],
)
def test_actor_time_and_outcome_of_each_step_are_compared(
    world: World, paid: str, edit: Edit, names: list[str]
) -> None:
    assert edit_audit(world, of(paid, "refund", "succeeded", amount=10), edit) == 1
    (found,) = world.differences()
    assert (found["kind"], found["where"]) == ("step differs", paid)
    assert sorted(found["values"]["ledger"]) == sorted(found["values"]["audit trail"]) == names
    assert found["values"]["ledger"] != found["values"]["audit trail"]


def test_the_order_of_outcomes_is_compared(world: World, paid: str) -> None:
    edit_audit(world, of(paid, "refund", "succeeded", amount=80), lambda record: record.update(version=9))
    (found,) = world.differences()
    assert (found["kind"], found["where"]) == ("step differs", paid)
    assert found["values"] == {"ledger": {"version": 8}, "audit trail": {"version": 9}}


def test_clocks_may_differ_a_little(world: World, paid: str) -> None:
    edit_audit(world, of(paid, "refund", "succeeded"), lambda record: record.update(at="2026-11-23T10:18:00Z"))
    assert world.kinds() == []


def test_a_removed_payment_is_a_difference_with_actor_and_time(world: World, paid: str) -> None:
    world.now += timedelta(hours=1)
    world.database.delete(paid)
    world.archive()
    (found,) = world.differences()
    assert (found["kind"], found["where"]) == ("removed", paid)
    assert found["values"] == {"actor": "unknown", "time": "2026-11-23T11:15:30Z"}
    assert "somebody whom the stream does not name" in found["detail"]
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


def test_receipts_are_compared(world: World, paid: str) -> None:
    second, third = (payment_id for payment_id in sorted(world.database.items) if payment_id != paid)
    edit_receipt(world, paid, version=3)
    del world.bucket.objects[receipt_key(second)]
    edit_receipt(world, third, amount=7)
    world.bucket.put(receipt_key("pay_x"), b"{}")
    assert sorted(world.kinds()) == [
        ("receipt differs", receipt_key(third)),
        ("receipt missing", receipt_key(second)),
        ("receipt stale", receipt_key(paid)),
        ("receipt unknown", receipt_key("pay_x")),
    ]
    (differs,) = [one for one in world.differences() if one["kind"] == "receipt differs"]
    assert differs["values"] == {"ledger": {"amount": 100}, "receipt": {"amount": 7}}


def test_a_receipt_that_was_written_a_moment_ago_is_not_unknown(world: World, paid: str) -> None:
    """Its payment was made after the ledger was read."""
    world.now += timedelta(hours=1)
    world.bucket.put(receipt_key("pay_x"), b"{}")
    assert ("receipt unknown", receipt_key("pay_x")) in world.kinds()
    code, lines, _ = world.reconcile(settle_seconds=86400 + 60)
    assert (code, paid in str(lines)) == (0, False)


def test_what_waits_or_cannot_be_read_is_named(world: World, paid: str) -> None:
    world.bucket.put("set-aside/1-a.json", b"{}")
    world.bucket.put("audit/year=2026/month=11/day=23/9-x.json.gz", b"else")
    world.bucket.put(receipt_key(paid), b"else")
    world.database.items["nobody"] = {"payment_id": {"S": "nobody"}}
    assert sorted(world.kinds()) == [
        ("no payment", "nobody"),
        ("set aside", "set-aside/1-a.json"),
        ("unreadable", "audit/year=2026/month=11/day=23/9-x.json.gz"),
        ("unreadable", receipt_key(paid)),
    ]


def test_records_that_stand_twice_are_named_and_are_no_difference(world: World, paid: str) -> None:
    first = world.audit_objects()[0]
    world.bucket.put(f"{first}.again", world.bucket.objects[first][0])
    code, lines, _ = world.reconcile()
    assert code == 0
    assert any(line.startswith(f"audited twice  {first}") and paid in line for line in lines)
    assert lines[-1].startswith("[green]ledger and archive agree")


def test_copies_that_say_different_things_are_a_difference(world: World, paid: str) -> None:
    first = world.audit_objects()[0]
    world.bucket.put(f"{first}.again", world.bucket.objects[first][0])
    edit_audit(world, lambda record: record["version"] == 1 and record["payment_id"] == paid, lambda _: None)
    content = gzip.decompress(world.bucket.objects[first][0]).replace(b"shop", b"shoq")
    world.bucket.put(first, gzip.compress(content))
    assert ("audit differs", paid) in world.kinds()


def test_totals_come_before_the_lines_and_count_what_is_not_shown(world: World, paid: str) -> None:
    world.bucket.objects.clear()
    code, lines, written = world.reconcile(limit=2)
    assert code == 1
    assert lines.index("[red]not audited[/red]: 3  docs/runbooks/archive-failures.md") < min(
        place for place, line in enumerate(lines) if line.startswith("[red]not audited[/red]  ")
    )
    assert sum(line.startswith("[red]not audited[/red]  ") or "receipt missing[/red]  " in line for line in lines) == 2
    assert lines[-2:] == ["and 4 more: --limit 0 shows all", "differences: 6"]
    _, _, written = world.reconcile(limit=2, as_json=True)
    told = json.loads(written)
    assert told["totals"] == {"not audited": 3, "receipt missing": 3}
    assert (len(told["differences"]), told["omitted"], told["agree"]) == (2, 4, False)
    assert {paid} <= {where for _, where in world.kinds(limit=0)}


@pytest.fixture
def two_days(world: World) -> str:
    """A payment of Monday that was refunded on Tuesday."""
    payment_id = world.take("first")
    world.archive()
    world.now += timedelta(days=1)
    world.refund(payment_id, 10)
    world.archive()
    return payment_id


@pytest.mark.parametrize("kind", ["sale", "refund"])
def test_a_day_is_about_what_happened_on_it(world: World, two_days: str, kind: str) -> None:
    assert edit_audit(world, of(two_days, kind, "succeeded"), lambda _: False) == 1
    of_sale, of_refund = world.kinds(day="2026-11-23"), world.kinds(day="2026-11-24")
    assert (of_sale, of_refund)[kind == "refund"] == [("change not audited", two_days)]
    assert (of_sale, of_refund)[kind == "sale"] == []
    assert world.kinds(since="2026-11-24") == of_refund
    assert world.kinds(since="2026-11-23T00:00:00Z") == [("change not audited", two_days)]


@pytest.mark.parametrize(("days", "first"), [(1, []), (2, ["not in the ledger"])])
def test_a_removal_is_told_on_its_own_day(world: World, days: int, first: list[str]) -> None:
    """On the day of the payment, the objects of the day after it are read, and no later ones."""
    paid = world.take("first")
    world.archive()
    world.now += timedelta(days=days)
    world.database.delete(paid)
    world.archive()
    assert [kind for kind, _ in world.kinds(day="2026-11-23")] == first
    assert world.kinds(day=f"{world.now:%Y-%m-%d}") == [("removed", paid)]


def test_a_day_knows_nothing_of_what_was_erased_later(world: World) -> None:
    paid = world.take("first")
    world.archive()
    world.now += timedelta(days=2)
    item = {name: value for name, value in world.item(paid).items() if name not in ("customer_id", "metadata")}
    world.database._write("UpdateItem", paid, {**item, "version": {"N": "3"}})
    world.archive()
    assert world.kinds(day="2026-11-23") == world.kinds() == []


def test_a_day_on_which_nothing_happened_is_not_agreement(world: World, two_days: str) -> None:
    assert two_days
    _, lines, _ = world.reconcile(day="2026-11-22")
    assert lines[-1].startswith("nothing was compared")


@pytest.mark.usefixtures("two_days")
def test_a_day_reads_the_objects_of_that_day_and_the_next(world: World) -> None:
    world.now += timedelta(days=1)
    world.take("third day")
    world.archive()
    world.bucket.requests.clear()
    world.reconcile(day="2026-11-25")
    assert world.bucket.requests.count("GET") == 1 + 1, "an audit object and a receipt"
    world.bucket.requests.clear()
    world.reconcile(day="2026-11-23")
    assert world.bucket.requests.count("GET") == 2 + 1


def test_a_change_around_midnight_is_compared_on_the_day_that_the_ledger_dates_it(world: World) -> None:
    world.now = world.now.replace(hour=23, minute=59, second=59)
    paid = world.take("late")
    world.archive()
    # DynamoDB's clock dates it a second later, on the next day.
    edit_audit(world, lambda _: True, lambda record: record.update(at="2026-11-24T00:00:01Z"))
    for key in world.audit_objects():
        world.bucket.objects[key.replace("day=23", "day=24")] = world.bucket.objects.pop(key)
    assert world.kinds(day="2026-11-23") == world.kinds(day="2026-11-24") == []
    edit_audit(world, of(paid, "sale", "succeeded"), lambda _: False)
    assert world.kinds(day="2026-11-23") == [("change not audited", paid)]


def test_a_change_after_midnight_may_be_dated_before_it_by_dynamodb(world: World) -> None:
    world.now = world.now.replace(day=24, hour=0, minute=0, second=1)
    paid = world.take("early")
    world.archive()
    edit_audit(world, lambda _: True, lambda record: record.update(at="2026-11-23T23:59:59Z"))
    for key in world.audit_objects():
        world.bucket.objects[key.replace("day=24", "day=23")] = world.bucket.objects.pop(key)
    assert world.kinds(day="2026-11-23") == world.kinds(day="2026-11-24") == []
    edit_audit(world, of(paid, "sale", "succeeded"), lambda _: False)
    assert world.kinds(day="2026-11-24") == [("change not audited", paid)]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"day": "yesterday"}, "'yesterday' is no day"),
        ({"day": "2026-11-31"}, "is no day"),
        ({"day": "2026-11-25"}, "2026-11-25 is not over"),
        ({"since": "noon"}, "'noon' is no day and no time"),
        ({"since": "2027-01-01"}, "2027-01-01 is not over"),
    ],
)
def test_a_time_that_cannot_be_compared_is_wrong_input(world: World, options: dict[str, str], says: str) -> None:
    with pytest.raises(ToolError, match=says):
        world.reconcile(**options)
