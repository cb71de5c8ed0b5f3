"""What the operator reads: each way in which ledger and archive can differ, and what is not compared."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta

import pytest

from tests.unit.operations.damage import Edit, edit_audit, edit_receipt, of
from tests.unit.operations.world import CLERK, SHOP, World, receipt_key


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
