"""Whatever payments went through: their records agree, and any damage is named with its payment and nothing else."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.operations import ledger
from payments.errors import PaymentError
from payments.item import from_item
from tests.unit.operations.world import World

TOKENS = ("tok_visa", "tok_declined_expired_card", "tok_refund_declined", "tok_unknown_then_approved")


@st.composite
def histories(draw: st.DrawFn) -> World:
    """Any payments led through any steps that their states allow, archived in batches of any size."""
    world = World()
    for key in "abc"[: draw(st.integers(1, 3))]:
        token = draw(st.sampled_from(TOKENS))
        payment_id = world.take(key, token=token, capture=draw(st.booleans()))
        for number in range(draw(st.integers(0, 4))):
            with contextlib.suppress(PaymentError):  # its state forbids the step
                match draw(st.sampled_from(["take", "capture", "void", "refund"])):
                    case "take":
                        world.take(key, token=token)
                    case "capture":
                        world.capture(payment_id, draw(st.integers(1, 100)))
                    case "void":
                        world.void(payment_id)
                    case "refund":
                        world.refund(payment_id, draw(st.integers(1, 60)), str(number))
    world.archive(draw(st.integers(1, 5)))
    return world


Damage = Callable[[World, int], str]


def records(world: World) -> list[tuple[str, int, dict[str, Any]]]:
    """(object, line, record) of each audit record."""
    return [
        (key, place, json.loads(line))
        for key in sorted(world.audit_objects())
        for place, line in enumerate(gzip.decompress(world.bucket.objects[key][0]).splitlines())
    ]


def replace_record(world: World, place: int, change: Callable[[dict[str, Any]], list[dict[str, Any]]]) -> str:
    """Put other records in the place of one; its payment."""
    found = records(world)
    key, line, record = found[place % len(found)]
    lines = gzip.decompress(world.bucket.objects[key][0]).splitlines()
    lines[line : line + 1] = [json.dumps(one).encode() for one in change(record)]
    if lines:
        world.bucket.put(key, gzip.compress(b"\n".join(lines)))
    else:
        del world.bucket.objects[key]
    return str(record["payment_id"])


def lose_record(world: World, place: int) -> str:
    return replace_record(world, place, lambda _: [])


def double_record(world: World, place: int) -> str:
    return replace_record(world, place, lambda record: [record, {**record, "event": "removed"}])


def change_actor(world: World, place: int) -> str:
    return replace_record(world, place, lambda record: [{**record, "actor": "somebody else"}])


def change_amount(world: World, place: int) -> str:
    return replace_record(world, place, lambda record: [{**record, "after": {**record["after"], "amount": 7}}])


def lose_receipt(world: World, place: int) -> str:
    keys = sorted(key for key in world.bucket.objects if key.startswith("receipts/"))
    del world.bucket.objects[keys[place % len(keys)]]
    return keys[place % len(keys)].rpartition("/")[2].removesuffix(".json")


def lose_item(world: World, place: int) -> str:
    payment_id = sorted(world.database.items)[place % len(world.database.items)]
    del world.database.items[payment_id]
    return payment_id


DAMAGES = [lose_record, double_record, change_actor, change_amount, lose_receipt, lose_item]


@settings(deadline=None)
@given(histories(), st.sampled_from(DAMAGES), st.integers(0, 20))
def test_any_damage_is_named_with_its_payment_and_nothing_else(world: World, damage: Damage, place: int) -> None:
    assert world.differences() == []
    damaged = damage(world, place)
    found = world.differences()
    assert found
    assert all(damaged in difference["where"] for difference in found)
    assert {one["where"] for one in world.differences(day="2026-11-23")} == {one["where"] for one in found}


@settings(deadline=None)
@given(histories())
def test_the_ledger_is_read_as_the_functions_show_it(world: World) -> None:
    """Written down twice on purpose; they must not drift apart."""
    for payment_id, item in world.database.items.items():
        read, shown = ledger.payment_of(item), from_item(item)
        assert read is not None
        assert (read.archived, read.version) == (shown.archived(), shown.version)
        assert read.inconsistencies() == {}
        assert {step.key: vars(step) for step in read.steps.values()} == {
            step.key: vars(step) for step in shown.steps.values()
        }, payment_id


@pytest.mark.parametrize(
    "item",
    [{}, {"payment_id": {"S": "x"}}, {"amount": {"N": "one"}}, {"version": {}}, {"steps": {"M": {"a": {"S": "b"}}}}],
)
def test_an_item_that_is_no_payment_is_none(item: dict[str, Any]) -> None:
    assert ledger.payment_of(item) is None


@pytest.mark.parametrize(
    "value", [{"S": "text"}, {"N": "1.5"}, {"M": {}}, {"NULL": True}, {"S": "2026-11-23T10:15:30"}]
)
@pytest.mark.parametrize("name", ["amount", "captured", "refunded", "refundable", "version", "updated_at", "steps"])
def test_an_item_that_somebody_spoiled_is_named_and_stops_nothing(name: str, value: dict[str, Any]) -> None:
    world = World()
    payment_id = world.take("a")
    world.take("b")
    world.archive()
    world.item(payment_id)[name] = value
    assert world.kinds() == [("no payment", payment_id)]


@pytest.mark.parametrize("value", [7, "text", [], {}, None, "2026-11-23T10:15:30"])
@pytest.mark.parametrize("name", ["at", "actor", "step", "before", "after", "version", "event", "payment_id", "extra"])
def test_an_audit_record_that_somebody_spoiled_is_named_and_stops_nothing(name: str, value: Any) -> None:
    world = World()
    world.take("a")
    world.archive()
    replace_record(world, 1, lambda record: [{**record, name: value}])
    assert world.reconcile()[0] == (0 if name == "extra" else 1)


def test_what_a_pending_refund_reserves_is_no_contradiction() -> None:
    world = World()
    payment_id = world.take("a")
    world.refund(payment_id, 30)
    pending = next(
        record["dynamodb"]["NewImage"]
        for record in world.database.stream
        if record["dynamodb"]["NewImage"]["version"] == {"N": "3"}
    )
    read = ledger.payment_of(pending)
    assert read is not None
    assert (read.refundable, read.inconsistencies()) == (70, {})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("captured", {"N": "99"}),
        ("refunded", {"N": "1"}),
        ("refundable", {"N": "0"}),
        ("status", {"S": "voided"}),
        ("version", {"N": "1"}),
    ],
)
def test_an_item_that_contradicts_its_steps_is_named(name: str, value: dict[str, str]) -> None:
    world = World()
    payment_id = world.take("a")
    world.archive()
    world.item(payment_id)[name] = value
    (found,) = [one for one in world.differences() if one["kind"] == "ledger inconsistent"]
    assert found["where"] == payment_id
    assert list(found["values"]["stored"]) == [name]
