"""A day, or the time since one: what happened in it is compared, whoever's clock dates it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lib.errors import ToolError
from tests.unit.operations.damage import edit_audit, of
from tests.unit.operations.world import World


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
        ({"day": "yesterday"}, "'yesterday' is not a day"),
        ({"day": "2026-11-31"}, "is not a day"),
        ({"day": "2026-11-25"}, "2026-11-25 begins after 20"),
        ({"since": "noon"}, "'noon' is neither a day nor a time"),
        ({"since": "2027-01-01"}, "2027-01-01 begins after 20"),
        ({"day": "9999-12-31"}, "9999-12-31 begins after 20"),
        ({"day": "0001-01-01"}, "0001-01-01 is before 2000"),
        ({"since": "1999-12-31"}, "1999-12-31 is before 2000"),
        ({"since": "0001-01-01T00:00:00+23:00"}, "is neither a day nor a time"),
    ],
)
def test_a_time_that_cannot_be_compared_is_wrong_input(world: World, options: dict[str, str], says: str) -> None:
    with pytest.raises(ToolError, match=says):
        world.reconcile(**options)
