"""Every way in which ledger and archive can differ has its line; where they agree there is none."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.operations import ledger
from lib.operations.archive import audit_records
from lib.operations.comparison import Archived, Difference, compare
from payments.archive import Change, audit_trail, receipts
from payments.payment import Payment, Request, Step
from payments.states import CAPTURE, REFUND, VOID
from tests.unit.payments.conftest import NOW, stream_record

LONG_AGO = NOW + timedelta(days=1)
FIRST, SECOND = "first", "second"


class World:
    """A ledger and the archive that the archiver's own code makes of its stream."""

    def __init__(self) -> None:
        self.items: dict[str, Payment] = {}
        self.records: list[dict[str, Any]] = []

    def make(self, key: str, *, capture: bool = True) -> Payment:
        made = Payment.new(
            Request("m-1", 100, "EUR", "tok", metadata={"order": "1"}, capture=capture), key, "shop", NOW
        )
        return self._stand(None, made)

    def step(self, key: str, kind: str, amount: int | None = None) -> Payment:
        before = next(item for item in self.items.values() if item.payment_id == self.id_of(key))
        done = Step.new(kind, before.payment_id, f"{kind}-{before.version}", amount, NOW)
        return self._stand(before, before.after(done))

    def remove(self, key: str) -> None:
        self._record(None, self.items.pop(self.id_of(key)))

    def id_of(self, key: str) -> str:
        return Payment.new(Request("m-1", 100, "EUR", "tok"), key, "shop", NOW).payment_id

    def _stand(self, before: Payment | None, after: Payment) -> Payment:
        self.items[after.payment_id] = after
        self._record(after, before)
        return after

    def _record(self, after: Payment | None, before: Payment | None) -> None:
        self.records.append(stream_record(after, before, sequence_number=str(100 + len(self.records))))

    def archived(self) -> Archived:
        """Two records an object."""
        archived = Archived()
        for start in range(0, len(self.records), 2):
            changes = [Change.from_stream(record) for record in self.records[start : start + 2]]
            for made in audit_trail(changes):
                archived.trail += [(made.key, record) for record in audit_records(made.key, made.content)]
            for made in receipts(changes):
                archived.receipts[made.key] = json.loads(made.content)
        return archived

    def differences(self, archived: Archived, settled_before: datetime = LONG_AGO) -> list[Difference]:
        return compare(self.payments(), [], archived, settled_before).differences

    def payments(self) -> dict[str, ledger.Payment]:
        found = [ledger.payment_of(item.item()) for item in self.items.values()]
        return {payment.payment_id: payment for payment in found if payment}


@pytest.fixture
def world() -> World:
    """A payment that was captured and refunded twice, and one that was just made."""
    made = World()
    made.make(FIRST, capture=False)
    made.make(SECOND)
    made.step(FIRST, CAPTURE, 90)
    made.step(FIRST, REFUND, 10)
    made.step(FIRST, REFUND, 80)
    return made


def test_what_the_archiver_makes_agrees(world: World) -> None:
    assert world.differences(world.archived()) == []


def without(archived: Archived, *numbers: str) -> Archived:
    archived.trail = [entry for entry in archived.trail if entry[1]["sequence_number"] not in numbers]
    return archived


@pytest.mark.parametrize(
    ("numbers", "what", "detail"),
    [
        (["100", "102", "103", "104"], "not audited", "no audit record"),
        (["100"], "version missing", "no audit record of version 1, before sequence number 102"),
        (["102", "103"], "version missing", "no audit record of versions 2 to 3, before sequence number 104"),
        (["104"], "version missing", "no audit record of version 4, before the ledger's end"),
    ],
)
def test_missing_audit_records_are_named(world: World, numbers: list[str], what: str, detail: str) -> None:
    (found,) = world.differences(without(world.archived(), *numbers))
    assert (found.what, found.where) == (what, world.id_of(FIRST))
    assert detail in found.detail


def test_a_payment_that_the_ledger_lacks_is_named(world: World) -> None:
    archived = world.archived()
    del world.items[world.id_of(SECOND)]
    (found,) = world.differences(archived)
    assert (found.what, found.where) == ("not in the ledger", world.id_of(SECOND))


def test_a_payment_that_was_removed_and_audited_is_no_difference(world: World) -> None:
    world.remove(SECOND)
    assert world.differences(world.archived()) == []
    world.make(SECOND)
    world.records.pop()
    assert [found.what for found in world.differences(world.archived())] == ["not audited"]


def test_a_payment_that_was_removed_and_made_again_is_no_difference(world: World) -> None:
    world.remove(SECOND)
    world.make(SECOND)
    assert world.differences(world.archived()) == []


def test_records_that_stand_twice_are_named_with_their_objects_and_are_no_difference(world: World) -> None:
    archived = world.archived()
    archived.trail.append(("audit/elsewhere", archived.trail[0][1]))
    result = compare(world.payments(), [], archived, LONG_AGO)
    assert result.differences == []
    (found,) = result.doubles
    assert (found.what, found.where) == ("audited twice", archived.trail[0][0])
    assert "audit/elsewhere" in found.detail


@pytest.mark.parametrize("place", [0, -1])
def test_records_that_stand_twice_and_say_different_things_are_a_difference(world: World, place: int) -> None:
    archived = world.archived()
    other = {**archived.trail[place][1], "actor": "somebody else"}
    archived.trail.append(("audit/elsewhere", other))
    (found,) = world.differences(archived)
    assert (found.what, found.where) == ("audit differs", other["payment_id"])
    assert "audit/elsewhere" in found.detail


def test_receipts_are_compared(world: World) -> None:
    archived = world.archived()
    first, second = (f"receipts/m-1/{world.id_of(key)}.json" for key in (FIRST, SECOND))
    archived.receipts[first] = {**archived.receipts[first], "version": 3}
    del archived.receipts[second]
    archived.receipts["receipts/m-1/pay_x.json"] = {"receipt_for": "pay_x"}
    found = {(difference.what, difference.where) for difference in world.differences(archived)}
    assert found == {
        ("receipt stale", first),
        ("receipt missing", second),
        ("receipt unknown", "receipts/m-1/pay_x.json"),
    }


@pytest.mark.parametrize("change", [{"amount": 101}, {"status": "voided"}, {"note": "x"}, {"currency": None}])
def test_a_receipt_that_says_something_else_is_named_with_the_field(world: World, change: dict[str, Any]) -> None:
    archived = world.archived()
    key = f"receipts/m-1/{world.id_of(FIRST)}.json"
    archived.receipts[key] = {**archived.receipts[key], **change}
    (found,) = world.differences(archived)
    assert (found.what, found.where) == ("receipt differs", key)
    assert next(iter(change)) in found.detail


def test_an_audit_record_that_says_something_else_is_named(world: World) -> None:
    archived = world.archived()
    archived.trail = copy.deepcopy(archived.trail)
    changed: dict[str, Any] = dict(archived.trail[3][1])
    changed["after"] = {**changed["after"], "refunded": 11}
    archived.trail[3] = (archived.trail[3][0], changed)
    (found,) = world.differences(archived)
    assert (found.what, found.where) == ("audit differs", world.id_of(FIRST))


def test_what_waits_or_cannot_be_read_is_named(world: World) -> None:
    archived = world.archived()
    archived.set_aside.append("set-aside/1-a.json")
    archived.unreadable["audit/x"] = "audit/x is no audit object"
    result = compare(world.payments(), ["nobody"], archived, LONG_AGO)
    assert {difference.what for difference in result.differences} == {"set aside", "unreadable", "no payment"}


def test_what_changed_a_moment_ago_is_not_compared(world: World) -> None:
    result = compare(world.payments(), [], Archived(), NOW - timedelta(seconds=60))
    assert result.differences == []
    assert result.unsettled == sorted(world.items)


@pytest.mark.parametrize("item", [{}, {"payment_id": {"S": "x"}}, {"amount": {"N": "one"}}, {"version": {}}])
def test_an_item_that_is_no_payment_is_none(item: dict[str, Any]) -> None:
    assert ledger.payment_of(item) is None


@st.composite
def histories(draw: st.DrawFn) -> World:
    """Any payments led through any steps that their states allow."""
    made = World()
    for key in "abc"[: draw(st.integers(1, 3))]:
        made.make(key, capture=draw(st.booleans()))
        for _ in range(draw(st.integers(0, 4))):
            standing = made.items[made.id_of(key)]
            kind = draw(st.sampled_from([CAPTURE, VOID, REFUND]))
            if standing.state == "authorized" and kind != REFUND:
                made.step(key, kind, draw(st.integers(1, 100)) if kind == CAPTURE else None)
            elif kind == REFUND and standing.captured > standing.refunded:
                made.step(key, kind, draw(st.integers(1, standing.captured - standing.refunded)))
    return made


Damage = Callable[[Archived, int], str]


def lose_record(archived: Archived, place: int) -> str:
    return str(archived.trail.pop(place % len(archived.trail))[1]["payment_id"])


def double_record(archived: Archived, place: int) -> str:
    record = archived.trail[place % len(archived.trail)][1]
    archived.trail.append(("audit/again", {**record, "event": "removed"}))
    return str(record["payment_id"])


def lose_receipt(archived: Archived, place: int) -> str:
    key = sorted(archived.receipts)[place % len(archived.receipts)]
    return str(archived.receipts.pop(key)["receipt_for"])


def change_record(archived: Archived, place: int) -> str:
    key, record = archived.trail[place % len(archived.trail)]
    archived.trail[place % len(archived.trail)] = (key, {**record, "after": {**record["after"], "amount": 7}})
    return str(record["payment_id"])


@settings(deadline=None)
@given(histories(), st.sampled_from([lose_record, double_record, lose_receipt, change_record]), st.integers(0, 20))
def test_any_damage_is_named_with_its_payment_and_nothing_else(world: World, damage: Damage, place: int) -> None:
    archived = world.archived()
    assert world.differences(archived) == []
    damaged = damage(archived, place)
    found = world.differences(archived)
    assert found
    assert all(damaged in f"{difference.where} {difference.detail}" for difference in found)


def test_states_are_those_of_the_functions() -> None:
    """Written down twice on purpose; they must not drift apart."""
    base = Payment.new(Request("m-1", 100, "EUR", "tok"), "k", "shop", NOW)
    for status in ("authorized", "captured", "voided"):
        for captured, refunded in ((0, 0), (100, 0), (100, 40), (100, 100)):
            payment = dataclasses.replace(base, status=status, captured=captured, refunded=refunded)
            read = ledger.payment_of(payment.item())
            assert read is not None
            assert read.shown == payment.shown()
            assert read.updated_at == NOW.astimezone(UTC)
