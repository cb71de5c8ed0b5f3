"""The service and the settler over Stripe's adapter: whatever is lost between them, each step has one effect."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from payments.errors import InvalidRequestError
from payments.payment import Payment, Request
from payments.service import StepRequest, StepResult
from payments.stripe_currencies import UNSUPPORTED
from tests.unit.payments.conftest import CALLER, World

from .harness import Effects, StripeHarness
from .proxy import (
    ANSWER_LOST,
    CONFLICT,
    CONNECTION_CLOSED,
    ERROR_AFTER_EFFECT,
    ERROR_WITHOUT_EFFECT,
    RATE_LIMITED,
    Proxy,
)

FAULTS = {
    "answer lost": ANSWER_LOST,
    "connection closed": CONNECTION_CLOSED,
    "429": RATE_LIMITED,
    "409": CONFLICT,
    "500 kept, with the effect": ERROR_AFTER_EFFECT,
    "500 kept, without it": ERROR_WITHOUT_EFFECT,
}
# Step -> the refunds that Stripe has in the end.
STEPS = {"sale": [], "authorize": [], "capture": [], "void": [], "refund": [300]}


class Shop:
    """A merchant's requests to the service, and time that passes."""

    def __init__(self, stripe: StripeHarness) -> None:
        self.stripe = stripe
        self.world = World()
        self.world.gateway = stripe.gateway
        self.merchant = f"m-{uuid.uuid4()}"  # the payment's id follows from it, and Stripe knows those of other tests

    def pay(self, capture: bool = True, currency: str = "EUR") -> StepResult:
        request = Request(self.merchant, 1000, currency, "pm_card_visa", capture=capture)
        return self.world.payments.take(request, self._ask("", "pay"))

    def do(self, step: str, payment_id: str) -> StepResult:
        ask = self._ask(payment_id, step)
        if step == "capture":
            return self.world.payments.capture(ask, 700)
        return self.world.payments.void(ask) if step == "void" else self.world.payments.refund(ask, 300)

    def settle(self, minutes: float) -> None:
        """One run of the settler, so much later."""
        self.world.now += timedelta(minutes=minutes)
        self.world.settler.run("run", lambda: 60.0)

    def read(self, payment_id: str) -> Payment:
        return self.world.payments.read(self.merchant, payment_id)

    def _ask(self, payment_id: str, key: str) -> StepRequest:
        return StepRequest(self.merchant, payment_id, key, CALLER, lambda: 10.0)


@pytest.fixture
def shop(stripe: StripeHarness) -> Shop:
    return Shop(stripe)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", FAULTS)
def test_the_settler_ends_what_a_fault_left(shop: Shop, proxy: Proxy, step: str, fault: str) -> None:
    """Within minutes; after a day, if Stripe keeps a 500 for the key that had no effect."""
    making = step in ("sale", "authorize")
    if making:
        proxy.fail(FAULTS[fault])
        done = shop.pay(capture=step == "sale")
    else:
        payment_id = shop.pay(capture=step == "refund").payment.payment_id
        proxy.fail(FAULTS[fault])
        done = shop.do(step, payment_id)
    payment_id = done.payment.payment_id
    assert done.step.state == "pending"
    shop.settle(2)
    if fault == "500 kept, without it":
        assert shop.read(payment_id).awaiting == "gateway"
        proxy.forget_keys()
        shop.settle(25 * 60)
    payment = shop.read(payment_id)
    assert {step.state for step in payment.steps.values()} == {"succeeded"}
    assert payment.awaiting == ("capture" if step == "authorize" else None)
    assert shop.stripe.effects(payment_id) == Effects(1, STEPS[step])


def test_stripe_is_down_for_a_day_and_a_half(shop: Shop, proxy: Proxy) -> None:
    with proxy.down():
        payment_id = shop.pay().payment.payment_id
        for _ in range(36):
            shop.settle(60)
    proxy.forget_keys()
    shop.world.completion.gateway_calls.circuits.clear()  # of a container that is new by then
    shop.settle(61)
    assert shop.read(payment_id).status == "captured"
    assert shop.stripe.effects(payment_id) == Effects(1, [])


def test_an_authorization_is_voided_before_stripe_says_that_it_expires(shop: Shop, proxy: Proxy) -> None:
    payment = shop.pay(capture=False).payment
    days = 5  # as localstripe.py says, and not the seven of want of an answer
    shop.world.now = shop.world.now.fromtimestamp(proxy.upstream.created(payment.payment_id), shop.world.now.tzinfo)
    shop.settle(days * 24 * 60 - 90)
    assert shop.read(payment.payment_id).status == "authorized"
    shop.settle(60)
    assert shop.read(payment.payment_id).status == "voided"


@pytest.mark.parametrize("currency", ["ISK", "UGX", "MGA", "KWD"])
def test_a_currency_that_means_another_amount_is_refused_before_anything_is_written(
    shop: Shop, proxy: Proxy, currency: str
) -> None:
    assert currency in UNSUPPORTED
    with pytest.raises(InvalidRequestError) as refused:
        shop.pay(currency=currency)
    assert [error.pointer for error in refused.value.errors] == ["/currency"]
    assert shop.world.items == {}
    assert proxy.received == []
