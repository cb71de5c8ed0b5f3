"""The adapter for Stripe when things go wrong: one effect for a key, and never a decline for what is not known."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from payments.gateway import TIMEOUT_SECONDS, Answer, Approved, Declined, Unknown
from payments.stripe import INTENTS, TwoPaymentsError
from payments.stripe_api import VERSION, LiveModeError, RefusedError, StripeApi

from .harness import Effects, FixedKeys, StripeHarness, charge
from .proxy import (
    ANSWER_LOST,
    CONFLICT,
    CONNECTION_CLOSED,
    ERROR_AFTER_EFFECT,
    ERROR_WITHOUT_EFFECT,
    RATE_LIMITED,
    Fault,
    Proxy,
)

FAULTS = {
    "answer lost after the effect": ANSWER_LOST,
    "connection closed before it": CONNECTION_CLOSED,
    "429": RATE_LIMITED,
    "409": CONFLICT,
    "500 kept for the key, with the effect": ERROR_AFTER_EFFECT,
}
PASSING = pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())


class Payment:
    """One payment at Stripe, and each step of it as a call that can be repeated."""

    def __init__(self, stripe: StripeHarness, token: str = "pm_card_visa") -> None:  # noqa: S107
        self.stripe = stripe
        self.gateway = stripe.gateway
        self.charge = charge(token)
        self.payment_id = self.charge.payment_id
        self.reference = ""

    def authorize(self, repeat: bool = False) -> Answer:
        return self._referred(self.gateway.authorize(self.charge, f"{self.payment_id}-payment", repeat=repeat))

    def sale(self, repeat: bool = False) -> Answer:
        return self._referred(self.gateway.sale(self.charge, f"{self.payment_id}-payment", repeat=repeat))

    def capture(self, repeat: bool = False, amount: int = 4200) -> Answer:
        return self.gateway.capture(self.reference, amount, f"{self.payment_id}-capture", repeat=repeat)

    def void(self, repeat: bool = False) -> Answer:
        return self.gateway.void(self.reference, f"{self.payment_id}-void", repeat=repeat)

    def refund(self, repeat: bool = False) -> Answer:
        return self.gateway.refund(self.reference, 1000, f"{self.payment_id}-refund", repeat=repeat)

    def look_up(self, step: str = "payment") -> Answer | None:
        return self.gateway.look_up(self.payment_id, f"{self.payment_id}-{step}")

    def effects(self) -> Effects | None:
        return self.stripe.effects(self.payment_id)

    def _referred(self, answer: Answer) -> Answer:
        if isinstance(answer, Approved):
            self.reference = answer.reference
        return answer


@pytest.fixture
def payment(stripe: StripeHarness) -> Payment:
    return Payment(stripe)


@pytest.fixture
def made(payment: Payment) -> Callable[[str], Callable[..., Answer]]:
    """The call of a step, with what comes before it done."""

    def step(name: str) -> Callable[..., Answer]:
        if name in ("capture", "void"):
            payment.authorize()
        if name == "refund":
            payment.sale()
        call: Callable[..., Answer] = getattr(payment, name)
        return call

    return step


STEPS = pytest.mark.parametrize("name", ["authorize", "sale", "capture", "void", "refund"])


@STEPS
@PASSING
def test_after_a_fault_the_same_call_again_gives_the_answer_and_has_one_effect(
    payment: Payment, made: Callable[[str], Callable[..., Answer]], proxy: Proxy, name: str, fault: Fault
) -> None:
    call = made(name)
    proxy.fail(fault)
    assert isinstance(call(), Unknown)
    assert isinstance(call(repeat=True), Approved)
    assert payment.effects() == Effects(1, [1000] if name == "refund" else [])


@STEPS
def test_a_kept_500_without_an_effect_stays_unknown_until_stripe_forgets_the_key(
    payment: Payment, made: Callable[[str], Callable[..., Answer]], proxy: Proxy, name: str
) -> None:
    call = made(name)
    proxy.fail(ERROR_WITHOUT_EFFECT)
    assert isinstance(call(), Unknown)
    assert isinstance(call(repeat=True), Unknown)
    proxy.forget_keys()
    assert payment.look_up("payment" if name in ("authorize", "sale") else name) is None
    assert isinstance(call(repeat=True), Approved)
    assert payment.effects() == Effects(1, [1000] if name == "refund" else [])


@STEPS
def test_after_24_hours_a_look_up_finds_what_was_done(
    payment: Payment, made: Callable[[str], Callable[..., Answer]], proxy: Proxy, name: str
) -> None:
    call = made(name)
    proxy.fail(ANSWER_LOST)
    assert isinstance(call(), Unknown)
    proxy.forget_keys()
    answer = payment.look_up("payment" if name in ("authorize", "sale") else name)
    if name == "void":  # does not show, and can be made again
        assert answer is None
        answer = call(repeat=True)
    assert isinstance(answer, Approved)
    assert payment.effects() == Effects(1, [1000] if name == "refund" else [])


def test_search_that_is_late_leaves_a_kept_500_unknown(payment: Payment, proxy: Proxy) -> None:
    proxy.fail(ERROR_AFTER_EFFECT)
    payment.sale()
    proxy.search_is_late = True
    assert isinstance(payment.sale(repeat=True), Unknown)
    proxy.search_is_late = False
    assert isinstance(payment.sale(repeat=True), Approved)


def test_a_declined_payment_whose_answer_is_a_kept_500_is_declined(stripe: StripeHarness, proxy: Proxy) -> None:
    payment = Payment(stripe, stripe.tokens["insufficient_funds"])
    proxy.fail(ERROR_AFTER_EFFECT)
    assert isinstance(payment.sale(), Unknown)
    assert payment.sale(repeat=True) == Declined("insufficient_funds")


def test_nobody_listens(payment: Payment, proxy: Proxy) -> None:
    with proxy.down():
        assert payment.sale() == Unknown("no answer: NewConnectionError")
    assert isinstance(payment.sale(repeat=True), Approved)


def test_an_answer_that_is_late_is_not_waited_for(payment: Payment, proxy: Proxy, monkeypatch: Any) -> None:
    monkeypatch.setattr("payments.stripe_api.TIMEOUT_SECONDS", 0.3)
    proxy.fail(Fault(wait=5))
    begin = time.monotonic()
    assert isinstance(payment.sale(), Unknown)
    assert time.monotonic() - begin < 1
    assert isinstance(payment.sale(repeat=True), Approved)
    assert payment.effects() == Effects(1, [])


def test_all_requests_of_a_call_share_its_seconds(payment: Payment, proxy: Proxy, monkeypatch: Any) -> None:
    monkeypatch.setattr("payments.stripe_api.TIMEOUT_SECONDS", 0.6)
    proxy.fail(ERROR_AFTER_EFFECT)
    payment.sale()
    proxy.fail(Fault(wait=0.4))
    proxy.fail(Fault(wait=0.4), "GET /v1/payment_intents/search")
    begin = time.monotonic()
    assert isinstance(payment.sale(repeat=True), Unknown)
    assert time.monotonic() - begin < 0.8


def test_the_function_has_time_for_a_call_and_its_own_writes() -> None:
    assert TIMEOUT_SECONDS <= 5  # of the ten that the function has


def test_many_at_once_with_one_key_make_one_payment(payment: Payment) -> None:
    """Stripe answers 409 while the first one is under way."""
    with ThreadPoolExecutor(16) as clients:
        answers = list(clients.map(lambda _: payment.sale(repeat=True), range(16)))
    assert any(isinstance(answer, Approved) for answer in answers)
    assert {type(answer) for answer in answers} <= {Approved, Unknown}
    assert payment.effects() == Effects(1, [])


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


def test_what_search_finds_is_read_again(payment: Payment, proxy: Proxy) -> None:
    """It may be as it was a minute ago."""
    payment.sale()
    stale = Fault(rewrite=lambda body: body["data"][0].update(status="requires_payment_method"))
    proxy.fail(stale, f"GET {INTENTS}/search")
    assert isinstance(payment.look_up(), Approved)


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


GARBLED = [
    b"",
    b"<html>",
    b"\xff",
    b"[]",
    b"{}",
    b"null",
    b'{"id": 1, "status": "succeeded"}',
    b'{"data": 3}',
    b'{"data": [3]}',
]


@STEPS
@pytest.mark.parametrize("body", GARBLED)
def test_an_answer_that_is_not_stripes_says_nothing(
    made: Callable[[str], Callable[..., Answer]], proxy: Proxy, name: str, body: bytes
) -> None:
    call = made(name)
    proxy.fail(Fault(garbled=body))
    assert call() == Unknown("an answer that is not Stripe's", reachable=True)
    assert isinstance(call(repeat=True), Approved)


def test_an_outage_shows_and_a_kept_answer_is_none(payment: Payment, proxy: Proxy) -> None:
    proxy.fail(ERROR_WITHOUT_EFFECT)
    assert payment.sale() == Unknown("Stripe answered 500 ", reachable=False)
    assert payment.sale(repeat=True) == Unknown("Stripe answered 500 ", reachable=True)
    proxy.fail(RATE_LIMITED)
    assert Payment(payment.stripe).sale() == Unknown("Stripe answered 429 ", reachable=False)


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


def test_a_refund_is_found_among_more_than_a_page_of_them(payment: Payment, proxy: Proxy) -> None:
    payment.sale()
    for number in range(101):
        payment.gateway.refund(payment.reference, 1, f"{payment.payment_id}-{number}", repeat=False)
    all_of_them = {"payment_intent": payment.reference, "limit": "200"}
    last = proxy.upstream.answer("GET", "/v1/refunds", all_of_them)[1]["data"][100]
    answer = payment.gateway.look_up(payment.payment_id, last["metadata"]["key"])
    assert answer == Approved(last["id"])


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


def intent_of(payment: Payment) -> str:
    return payment.stripe.proxy.upstream.intents_of[payment.payment_id][0]
