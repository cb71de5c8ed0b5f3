"""Stripe's record of what the functions did, as reconcile reads it: the real adapter writes, the operator's reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lib.operations import ledger
from lib.operations.differences import Difference
from lib.operations.gateways.step_comparison import compare_gateway
from lib.operations.gateways.stripe import Stripe
from tests.unit.operations.world import World

from .harness import StripeHarness
from .proxy import KEY


class Records:
    """A ledger whose payments are made at localstripe, and both records of them."""

    def __init__(self, harness: StripeHarness) -> None:
        self.proxy = harness.proxy
        self.world = World(harness.gateway, datetime.now(UTC))
        self.stripe = Stripe(KEY, harness.proxy.url, sleep=lambda _: None)

    def differences(self, payment_id: str) -> list[Difference]:
        payment = ledger.payment_of(self.world.item(payment_id))
        assert payment is not None
        return list(compare_gateway(payment, self.stripe.look_up(payment)))

    def by_hand(self, payment_id: str, path: str, **fields: str) -> None:
        """As in Stripe's dashboard, past the functions."""
        reference = self.world.item(payment_id)["gateway_reference"]["S"]
        fields = {name: value.replace("REFERENCE", reference) for name, value in fields.items()}
        status, _ = self.proxy.upstream.answer("POST", path.replace("REFERENCE", reference), fields)
        assert status == 200


@pytest.fixture
def records(stripe: StripeHarness) -> Records:
    return Records(stripe)


def test_what_the_functions_did_agrees(records: Records) -> None:
    world = records.world
    sale, whole, part, voided = (
        world.take(name, token="pm_card_visa", capture=name == "sale")  # noqa: S106 - the name of a card
        for name in ("sale", "whole", "part", "voided")
    )
    world.refund(sale, 30, "one")
    world.refund(sale, 70, "two")
    world.capture(whole)
    world.capture(part, 60)
    world.refund(part, 10)
    world.void(voided)
    assert {world.item(payment_id)["status"]["S"] for payment_id in (sale, whole, part)} == {"captured"}
    assert [records.differences(payment_id) for payment_id in (sale, whole, part, voided)] == [[], [], [], []]


def test_a_decline_agrees(records: Records) -> None:
    declined = records.world.take("first", token="pm_card_visa_chargeDeclined")  # noqa: S106 - the name of a card
    assert records.world.item(declined)["status"] == {"S": "declined"}
    assert records.differences(declined) == []


def test_an_authorization_agrees_until_somebody_cancels_it_by_hand(records: Records) -> None:
    held = records.world.take("first", token="pm_card_visa", capture=False)  # noqa: S106 - the name of a card
    assert records.differences(held) == []
    records.by_hand(held, "/v1/payment_intents/REFERENCE/cancel")
    (found,) = records.differences(held)
    assert (found.kind, found.values) == (
        "gateway differs",
        {"ledger": {"state": "authorized"}, "gateway": {"state": "voided"}},
    )


def test_a_refund_by_hand_is_named(records: Records) -> None:
    paid = records.world.take("first", token="pm_card_visa")  # noqa: S106 - the name of a card
    records.by_hand(paid, "/v1/refunds", payment_intent="REFERENCE", amount="7")
    (found,) = records.differences(paid)
    assert (found.kind, found.where) == ("only at the gateway", paid)
    assert " of 7, made at" in found.detail


def test_charges_are_listed_with_their_payments(records: Records) -> None:
    paid = [records.world.take(name, token="pm_card_visa") for name in "abc"]  # noqa: S106 - the name of a card
    begin = datetime.now(UTC) - timedelta(hours=1)
    found = {charge.payment_id: charge for charge in records.stripe.charges(begin, begin + timedelta(hours=2))}
    assert set(paid) <= set(found)
    assert {found[payment_id].state for payment_id in paid} == {"captured"}
