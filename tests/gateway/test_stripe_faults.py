"""The adapter when answers are lost, late or wrong: one effect for a key, no decline of what is not known."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from payments.gateway import TIMEOUT_SECONDS, Answer, Approved, Declined, Unknown
from payments.stripe import INTENTS

from .harness import Effects, StripeHarness
from .payment import STEPS, Payment
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


def test_what_search_finds_is_read_again(payment: Payment, proxy: Proxy) -> None:
    """It may be as it was a minute ago."""
    payment.sale()
    stale = Fault(rewrite=lambda body: body["data"][0].update(status="requires_payment_method"))
    proxy.fail(stale, f"GET {INTENTS}/search")
    assert isinstance(payment.look_up(), Approved)


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
    assert call() == Unknown("the answer is not from Stripe", reachable=True)
    assert isinstance(call(repeat=True), Approved)


def test_an_outage_shows_and_a_kept_answer_is_none(payment: Payment, proxy: Proxy) -> None:
    proxy.fail(ERROR_WITHOUT_EFFECT)
    assert payment.sale() == Unknown("Stripe answered 500 ", reachable=False)
    assert payment.sale(repeat=True) == Unknown("Stripe answered 500 ", reachable=True)
    proxy.fail(RATE_LIMITED)
    assert Payment(payment.stripe).sale() == Unknown("Stripe answered 429 ", reachable=False)


def test_a_refund_is_found_among_more_than_a_page_of_them(payment: Payment, proxy: Proxy) -> None:
    payment.sale()
    for number in range(101):
        payment.gateway.refund(payment.reference, 1, f"{payment.payment_id}-{number}", repeat=False)
    all_of_them = {"payment_intent": payment.reference, "limit": "200"}
    last = proxy.upstream.answer("GET", "/v1/refunds", all_of_them)[1]["data"][100]
    answer = payment.gateway.look_up(payment.payment_id, last["metadata"]["key"])
    assert answer == Approved(last["id"])
