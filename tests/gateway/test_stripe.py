"""What Stripe's answers mean. docs/decisions/0025-what-stripes-answers-mean.md"""

from __future__ import annotations

from typing import Any

import pytest

from payments.gateway import Approved, Declined, Unknown
from payments.stripe import INTENTS, TwoPaymentsError
from payments.stripe_api import VERSION, LiveModeError, RefusedError, StripeApi

from .harness import FixedKeys, StripeHarness
from .payment import Payment, intent_of
from .proxy import (
    CONNECTION_CLOSED,
    Fault,
    Proxy,
)


def test_a_payment_that_asks_for_the_payer_is_declined_and_cancelled(stripe: StripeHarness, proxy: Proxy) -> None:
    payment = Payment(stripe, "pm_card_authenticationRequired")
    assert payment.sale() == Declined("authentication_required")
    assert payment.sale(repeat=True) == Declined("authentication_required")
    assert payment.look_up() == Declined("authentication_required")
    assert proxy.upstream.answer("GET", f"/v1/payment_intents/{intent_of(payment)}", {})[1]["status"] == "canceled"


def test_a_payment_that_is_to_be_cancelled_is_unknown_until_it_is(stripe: StripeHarness, proxy: Proxy) -> None:
    payment = Payment(stripe, "pm_card_authenticationRequired")
    proxy.fail(CONNECTION_CLOSED, "/cancel")
    assert isinstance(payment.sale(), Unknown)
    assert payment.sale(repeat=True) == Declined("authentication_required")


def test_a_payment_that_was_made_before_it_could_be_cancelled_is_approved(payment: Payment, proxy: Proxy) -> None:
    proxy.fail(Fault(rewrite=lambda body: body.update(status="requires_action")))
    assert payment.sale() == Approved(intent_of(payment))


def test_processing_is_unknown_and_no_outage(payment: Payment, proxy: Proxy) -> None:
    proxy.fail(Fault(rewrite=lambda body: body.update(status="processing")))
    assert payment.sale() == Unknown("the payment is processing", reachable=True)
    assert payment.look_up() == Approved(intent_of(payment))
    assert payment.sale(repeat=True) == Approved(intent_of(payment))


def test_a_capture_that_is_processing_is_unknown_until_it_is_done(payment: Payment, proxy: Proxy) -> None:
    payment.authorize()
    proxy.fail(Fault(rewrite=lambda body: body.update(status="processing")))
    assert payment.capture() == Unknown("the payment is processing", reachable=True)
    proxy.fail(Fault(rewrite=lambda body: body.update(status="processing")), f"GET {INTENTS}/{payment.reference}")
    assert payment.look_up("capture") == Unknown("the payment is processing", reachable=True)
    assert isinstance(payment.capture(repeat=True), Approved)


@pytest.mark.parametrize(
    ("then", "answer"),
    [
        ({"status": "succeeded"}, Approved),
        ({"status": "failed", "failure_reason": "expired_or_canceled_card"}, Declined),
        ({"status": "pending"}, Unknown),
    ],
)
def test_a_refund_that_is_pending_is_asked_for_when_repeated(
    payment: Payment, proxy: Proxy, then: dict[str, str], answer: type
) -> None:
    payment.sale()
    proxy.fail(Fault(rewrite=lambda body: body.update(status="pending")))
    assert payment.refund() == Unknown("the refund is pending", reachable=True)
    proxy.fail(Fault(rewrite=lambda body: body.update(then)), "GET /v1/refunds/")
    assert isinstance(payment.refund(repeat=True), answer)


def test_the_same_key_with_another_amount_is_our_defect(payment: Payment) -> None:
    payment.authorize()
    payment.capture(amount=100)
    with pytest.raises(RefusedError, match="400 idempotency_error"):
        payment.capture(amount=200)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 302])
def test_what_is_no_answer_about_the_payment_raises(payment: Payment, proxy: Proxy, status: int) -> None:
    proxy.fail(Fault(effect=False, status=status))
    with pytest.raises(RefusedError, match=f"Stripe answered {status} .* to request req_proxy"):
        payment.sale()
    assert isinstance(payment.sale(repeat=True), Approved)


def test_a_token_that_stripe_does_not_know_is_the_clients_error(stripe: StripeHarness) -> None:
    assert Payment(stripe, "pm_nobody").sale() == Declined("resource_missing")


def test_an_authorization_that_expired_cannot_be_captured(payment: Payment, proxy: Proxy) -> None:
    payment.authorize()
    proxy.upstream.answer("POST", f"/v1/payment_intents/{payment.reference}/cancel", {})
    assert payment.capture() == Declined("payment_intent_unexpected_state")


def test_what_was_captured_cannot_be_voided(payment: Payment) -> None:
    payment.sale()
    assert payment.void() == Declined("payment_intent_unexpected_state")


def test_more_than_was_authorized_is_not_captured(payment: Payment) -> None:
    payment.authorize()
    assert payment.capture(amount=4201) == Declined("amount_too_large")


def test_when_an_authorization_expires_is_what_stripe_says(payment: Payment, proxy: Proxy) -> None:
    def without(body: dict[str, Any]) -> None:
        body["latest_charge"]["payment_method_details"] = None
        body["created"] = 1_700_000_000

    def with_time(body: dict[str, Any]) -> None:
        body["latest_charge"]["payment_method_details"]["card"]["capture_before"] = 1_700_000_000

    proxy.fail(Fault(rewrite=with_time))
    answer = payment.authorize()
    assert isinstance(answer, Approved)
    assert answer.capture_before == "2023-11-14T22:13:20.000000Z"
    proxy.fail(Fault(rewrite=without))
    answer = Payment(payment.stripe).authorize()
    assert isinstance(answer, Approved)
    assert answer.capture_before == "2023-11-21T22:13:20.000000Z"  # seven days


def test_an_object_of_the_live_mode_raises(payment: Payment, proxy: Proxy) -> None:
    proxy.fail(Fault(rewrite=lambda body: body.update(livemode=True)))
    with pytest.raises(LiveModeError):
        payment.sale()


def test_two_payments_at_stripe_for_one_of_ours_raise(payment: Payment, proxy: Proxy) -> None:
    payment.sale()
    proxy.forget_keys()
    payment.sale(repeat=True)  # what the settler must not do: it looks up first
    with pytest.raises(TwoPaymentsError, match=payment.payment_id):
        payment.look_up()


def test_requests_have_version_key_and_names_of_ours(payment: Payment, proxy: Proxy) -> None:
    payment.authorize()
    request = proxy.received[0]
    assert request.key == f"{payment.payment_id}-payment"
    assert request.version == VERSION
    assert request.fields["currency"] == "eur"
    assert request.fields["metadata[payment_id]"] == payment.payment_id
    assert request.fields["payment_method_types[]"] == "card"  # none that redirects a payer


@pytest.mark.parametrize("base", ["https://stripe.example", "http://127.0.0.1.example", "http://10.0.0.1:80"])
def test_a_key_goes_to_stripe_only(base: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        StripeApi(FixedKeys(), base)
