"""The third record: what a gateway has, or would answer, beside what the ledger says that it answered."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from lib.operations import ledger
from lib.operations.gateways import configured, simulated
from lib.operations.gateways.record import Charge, Found, Refund, gateway_key
from lib.operations.gateways.simulated import Simulated
from lib.operations.ledger import Payment
from payments.completion import token_hash
from payments.item import from_item
from tests.unit.operations.world import World

TOKENS = {
    "tok_visa": "captured",
    "tok_declined_insufficient_funds": "declined",
    "tok_declined_some_code_of_ours": "declined",
    "tok_declined_": "declined",
    "tok_refund_declined": "captured",
    "tok_unknown_then_approved": "captured",
    "tok_unknown_then_declined": "declined",
}


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("token", TOKENS)
def test_what_the_simulated_gateway_answers_agrees(world: World, token: str) -> None:
    """Payments by each of its tokens, with a refund where one is possible."""
    paid = world.take("first", token=token)
    if token.startswith("tok_unknown"):
        world.take("first", token=token)  # the answer to the second call is known
    if TOKENS[token] == "captured":
        world.refund(paid, 10)
    world.archive()
    assert world.item(paid)["status"] == {"S": TOKENS[token]}
    assert world.kinds() == []
    assert "gateway simulated about 1" in world.reconcile()[1][-1]


def test_a_token_is_hashed_as_the_functions_do() -> None:
    assert simulated.token_hash("tok_visa") == token_hash("tok_visa")


@pytest.mark.parametrize("kind", ["sale", "authorize", "capture", "void", "refund"])
def test_the_gateways_key_is_derived_as_the_functions_do(world: World, kind: str) -> None:
    paid = world.take("first", capture=kind in ("sale", "refund"))
    if kind not in ("sale", "authorize"):
        {"capture": world.capture, "void": world.void, "refund": lambda id_: world.refund(id_, 10)}[kind](paid)
    steps = from_item(world.item(paid)).steps.values()
    (step,) = [step for step in steps if step.kind == kind]
    assert gateway_key(paid, kind, step.key) == step.gateway_key(paid)


@pytest.mark.parametrize(
    ("token", "changes", "gateway"),
    [
        ("tok_visa", {"token_hash": simulated.token_hash("tok_declined_lost_card")}, {"state": "declined"}),
        ("tok_declined_lost_card", {"token_hash": simulated.token_hash("tok_visa")}, {"state": "captured"}),
        ("tok_declined_lost_card", {"decline_code": "expired_card"}, {"decline_code": "lost_card"}),
        ("tok_visa", {"gateway_reference": "sim_other"}, {"reference": "sim_{}"}),
    ],
)
def test_another_answer_than_the_simulated_gateways_is_named(
    world: World, token: str, changes: dict[str, str], gateway: dict[str, str]
) -> None:
    paid = world.take("first", token=token)
    world.item(paid).update({name: {"S": value} for name, value in changes.items()})
    world.archive()
    (found,) = [one for one in world.differences() if one["kind"] == "gateway differs"]
    assert found["where"] == paid
    assert (
        gateway.items()
        <= {
            name: value.replace(paid, "{}") if isinstance(value, str) else value
            for name, value in found["values"]["gateway"].items()
        }.items()
    )
    assert found["runbook"] == "docs/runbooks/gateway-differences.md"


def test_what_waits_for_its_gateway_is_counted_and_not_compared_with_it(world: World) -> None:
    world.take("first", token="tok_slow")  # noqa: S106 - the name of a case
    world.archive()
    code, lines, _ = world.reconcile()
    assert code == 0
    assert "pending: 1 payments wait for their gateway, and are not compared with it" in lines
    assert lines[-1] == "[green]ledger and archive agree about 1 payments[/green]"


class Recorded:
    """A gateway whose record is what the ledger says, but for what a test changes."""

    keeps_record = True

    def __init__(self, world: World) -> None:
        self.world = world
        self.charged: list[Charge] = []
        self.refunded: list[Refund] = []
        self.looked_up = 0

    def record(self) -> None:
        """All that the ledger has now."""
        answers = [Simulated().look_up(payment) for payment in self.payments()]
        self.charged = [charge for found in answers for charge in found.charges]
        self.refunded = [
            dataclasses.replace(refund, reference=f"re_{number}")
            for found in answers
            for number, refund in enumerate(found.refunds)
        ]

    def payments(self) -> list[Payment]:
        read = map(ledger.payment_of, self.world.database.items.values())
        return [payment for payment in read if payment]

    def charges(self, begin: datetime, end: datetime) -> Iterator[Charge]:
        early = begin - timedelta(days=8)
        return (charge for charge in self.charged if early <= datetime.fromisoformat(charge.created) < end)

    def refunds(self, begin: datetime, end: datetime) -> Iterator[Refund]:
        return (refund for refund in self.refunded if begin <= datetime.fromisoformat(refund.created) < end)

    def look_up(self, payment: Payment) -> Found:
        self.looked_up += 1
        return Found(
            tuple(charge for charge in self.charged if charge.reference == payment.gateway_reference),
            tuple(refund for refund in self.refunded if refund.payment_id == payment.payment_id),
        )


@pytest.fixture
def recorded(world: World, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """A payment that was captured and refunded, a sale, and a decline; the gateway has all of it."""
    paid = world.take("first", capture=False)
    world.take("second")
    world.take("third", token="tok_declined_lost_card")  # noqa: S106 - the name of a case
    world.capture(paid, 90)
    world.refund(paid, 10)
    world.archive()
    made = Recorded(world)
    made.record()
    monkeypatch.setattr("lib.operations.reconcile.configured", lambda _: {"simulated": made})
    return made


def charge_of(recorded: Recorded, state: str, *, whole: bool = True) -> int:
    """The place of the charge of that state, captured as a whole or in part."""
    places = [
        place
        for place, charge in enumerate(recorded.charged)
        if charge.state == state and (charge.captured == charge.amount) == whole
    ]
    return places[0]


def test_a_gateway_that_has_all_of_it_agrees_and_is_not_asked_again(world: World, recorded: Recorded) -> None:
    assert world.kinds() == []
    assert recorded.looked_up == 0


@pytest.mark.parametrize(
    ("change", "ours", "theirs"),
    [
        ({"amount": 101}, {"amount": 100}, {"amount": 101}),
        ({"currency": "USD"}, {"currency": "EUR"}, {"currency": "USD"}),
        ({"captured": 99}, {"captured": 100}, {"captured": 99}),
        ({"state": "voided"}, {"state": "captured"}, {"state": "voided"}),
        ({"livemode": True}, {"livemode": False}, {"livemode": True}),
    ],
)
def test_a_charge_that_differs_is_named_with_both_values(
    world: World, recorded: Recorded, change: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any]
) -> None:
    place = charge_of(recorded, "captured")
    recorded.charged[place] = dataclasses.replace(recorded.charged[place], **change)
    (found,) = world.differences()
    assert (found["kind"], found["where"]) == ("gateway differs", recorded.charged[place].payment_id)
    assert found["values"] == {"ledger": ours, "gateway": theirs}


def test_a_charge_that_the_gateway_lacks_is_named(world: World, recorded: Recorded) -> None:
    lost = recorded.charged.pop(charge_of(recorded, "captured"))
    assert world.kinds() == [("not at the gateway", lost.payment_id)]


def test_a_decline_need_not_be_at_the_gateway(world: World, recorded: Recorded) -> None:
    del recorded.charged[next(place for place, charge in enumerate(recorded.charged) if charge.state == "declined")]
    assert world.kinds() == []


def test_a_second_charge_of_a_payment_is_named(world: World, recorded: Recorded) -> None:
    first = recorded.charged[charge_of(recorded, "captured")]
    recorded.charged.append(dataclasses.replace(first, reference="another"))
    (found,) = world.differences()
    assert (found["kind"], found["where"]) == ("only at the gateway", first.payment_id)
    assert "another" in found["detail"]


def test_a_charge_that_the_ledger_has_as_declined_is_named(world: World, recorded: Recorded) -> None:
    place = next(place for place, charge in enumerate(recorded.charged) if charge.state == "declined")
    recorded.charged[place] = dataclasses.replace(recorded.charged[place], state="captured", reference="ch_1")
    (found,) = world.differences()
    assert found["values"]["gateway"]["state"] == "captured"


def test_a_charge_without_payment_is_named(world: World, recorded: Recorded) -> None:
    first = recorded.charged[0]
    recorded.charged.append(dataclasses.replace(first, payment_id="pay_x", state="captured"))
    recorded.charged.append(dataclasses.replace(first, payment_id="pay_y", state="voided"))
    assert world.kinds() == [("only at the gateway", "pay_x")]


@pytest.mark.parametrize(
    ("change", "kind"), [({"amount": 11}, "gateway differs"), ({"state": "declined"}, "gateway differs")]
)
def test_a_refund_that_differs_is_named(world: World, recorded: Recorded, change: dict[str, Any], kind: str) -> None:
    (refund,) = recorded.refunded
    recorded.refunded = [dataclasses.replace(refund, **change)]
    assert world.kinds() == [(kind, refund.payment_id)]


def test_a_refund_under_way_at_the_gateway_or_refused_there_is_no_difference(world: World, recorded: Recorded) -> None:
    (refund,) = recorded.refunded
    declined = dataclasses.replace(refund, key="another", reference="re_2", state="declined")
    recorded.refunded = [dataclasses.replace(refund, state="pending"), declined]
    assert world.kinds() == []


def test_a_refund_that_only_one_side_has_is_named(world: World, recorded: Recorded) -> None:
    (refund,) = recorded.refunded
    recorded.refunded = []
    assert world.kinds() == [("not at the gateway", refund.payment_id)]
    recorded.refunded = [refund, dataclasses.replace(refund, key="by hand", reference="re_2")]
    assert world.kinds() == [("only at the gateway", refund.payment_id)]


def test_a_day_finds_the_charges_of_authorizations_of_the_days_before(world: World, recorded: Recorded) -> None:
    """And asks for a charge that is older than what was listed."""
    early, old = world.take("early", capture=False), world.take("old")
    world.archive()
    recorded.record()
    world.now += timedelta(days=5)
    world.capture(early)
    world.archive()
    day = f"{world.now:%Y-%m-%d}"
    recorded.record()
    assert (world.kinds(day=day), recorded.looked_up) == ([], 0)
    world.now += timedelta(days=20)
    world.refund(old, 10)
    world.archive()
    recorded.record()
    recorded.refunded[-1] = dataclasses.replace(recorded.refunded[-1], created=f"{world.now:%Y-%m-%dT%H:%M:%SZ}")
    assert (world.kinds(day=f"{world.now:%Y-%m-%d}"), recorded.looked_up) == ([], 1)


def test_a_refund_by_hand_of_an_older_payment_is_all_that_its_day_tells(world: World, recorded: Recorded) -> None:
    """The payment is read for it; its receipt is another day's."""
    (refund,) = recorded.refunded
    by_hand = dataclasses.replace(refund, key="by hand", reference="re_2", created="2026-11-25T10:00:00Z")
    recorded.refunded.append(by_hand)
    world.now += timedelta(days=2)
    assert world.kinds(day="2026-11-25") == [("only at the gateway", refund.payment_id)]


def test_the_gateways_clock_may_differ_a_little(world: World, recorded: Recorded) -> None:
    """A refund of 00:01 by ours, and of 23:59 by its clock; it is listed all the same."""
    paid = world.take("around midnight")
    world.now = world.now.replace(day=24, hour=0, minute=1)
    world.refund(paid, 10)
    world.archive()
    recorded.record()
    recorded.refunded = [
        dataclasses.replace(refund, created="2026-11-23T23:59:00Z") if refund.payment_id == paid else refund
        for refund in recorded.refunded
    ]
    assert (world.kinds(day="2026-11-24"), recorded.looked_up) == ([], 0)


def test_a_gateway_that_cannot_be_asked_is_told(world: World) -> None:
    paid = world.take("first")
    world.item(paid)["gateway"] = {"S": "stripe"}
    world.archive()
    code, lines, _ = world.reconcile()
    assert code == 0
    assert "gateway not queried: 1 payments of stripe, for which this deployment has no key" in lines
    assert lines[-1] == "[green]ledger and archive agree about 1 payments[/green]"


def test_without_a_secret_only_the_simulated_gateway_is_asked(world: World) -> None:
    assert list(configured.configured(world.stack, {})) == ["simulated"]
