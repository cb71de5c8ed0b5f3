"""What every adapter of the gateway port does. docs/gateway.md says how a further one joins."""

from __future__ import annotations

import re

import pytest

from payments.gateway import Approved, Declined, Unknown

from .harness import Effects, Harness, charge

AMOUNT = 4200
TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def approved(harness: Harness) -> str:
    return harness.tokens["approved"]


def authorized(harness: Harness) -> tuple[str, str]:
    """Payment id and reference of an authorization."""
    wanted = charge(approved(harness), AMOUNT)
    answer = harness.gateway.authorize(wanted, f"{wanted.payment_id}-payment", repeat=False)
    assert isinstance(answer, Approved)
    return wanted.payment_id, answer.reference


def sold(harness: Harness) -> tuple[str, str]:
    """Payment id and reference of a sale."""
    wanted = charge(approved(harness), AMOUNT)
    answer = harness.gateway.sale(wanted, f"{wanted.payment_id}-payment", repeat=False)
    assert isinstance(answer, Approved)
    return wanted.payment_id, answer.reference


def assert_effects(harness: Harness, payment_id: str, refunds: list[int]) -> None:
    """One payment, and these refunds, where the gateway keeps anything."""
    assert harness.effects(payment_id) in (None, Effects(1, refunds))


def test_it_is_no_live_gateway_and_has_the_name_that_a_setting_gives_it(harness: Harness) -> None:
    assert harness.gateway.livemode is False
    assert harness.gateway.name in ("simulated", "stripe")


def test_an_authorization_says_when_it_expires_and_a_sale_does_not(harness: Harness) -> None:
    wanted = charge(approved(harness))
    authorization = harness.gateway.authorize(wanted, "authorize-1", repeat=False)
    assert isinstance(authorization, Approved)
    assert TIME.fullmatch(authorization.capture_before or "")
    sale = harness.gateway.sale(charge(approved(harness)), "sale-1", repeat=False)
    assert isinstance(sale, Approved)
    assert sale.capture_before is None


@pytest.mark.parametrize("code", ["insufficient_funds", "lost_card"])
@pytest.mark.parametrize("method", ["authorize", "sale"])
def test_a_decline_has_its_code_also_when_repeated(harness: Harness, method: str, code: str) -> None:
    wanted = charge(harness.tokens[code])
    ask = getattr(harness.gateway, method)
    key = f"{wanted.payment_id}-payment"
    assert ask(wanted, key, repeat=False) == Declined(code)
    assert ask(wanted, key, repeat=True) == Declined(code)
    assert harness.gateway.look_up(wanted.payment_id, key) in (None, Declined(code))


@pytest.mark.parametrize("method", ["authorize", "sale"])
def test_a_repeated_payment_has_the_same_answer_and_one_effect(harness: Harness, method: str) -> None:
    wanted = charge(approved(harness))
    ask = getattr(harness.gateway, method)
    key = f"{wanted.payment_id}-payment"
    first = ask(wanted, key, repeat=False)
    second = ask(wanted, key, repeat=True)
    assert isinstance(first, Approved)
    assert second.reference == first.reference
    assert_effects(harness, wanted.payment_id, [])


@pytest.mark.parametrize("method", ["authorize", "sale"])
def test_a_payment_without_an_answer_is_unknown_and_then_known(harness: Harness, method: str) -> None:
    wanted = charge(harness.without_answer(approved(harness)))
    ask = getattr(harness.gateway, method)
    key = f"{wanted.payment_id}-payment"
    assert isinstance(ask(wanted, key, repeat=False), Unknown)
    assert isinstance(ask(wanted, key, repeat=True), Approved)
    assert_effects(harness, wanted.payment_id, [])


@pytest.mark.parametrize("amount", [1, AMOUNT - 1, AMOUNT])
def test_a_capture_of_all_or_some_repeated_is_one_capture(harness: Harness, amount: int) -> None:
    payment_id, reference = authorized(harness)
    for repeat in (False, True):
        assert isinstance(harness.gateway.capture(reference, amount, f"{payment_id}-capture", repeat=repeat), Approved)
    refund = harness.gateway.refund(reference, amount, f"{payment_id}-refund", repeat=False)
    assert isinstance(refund, Approved)
    assert_effects(harness, payment_id, [amount])


def test_a_void_repeated_is_one_void(harness: Harness) -> None:
    payment_id, reference = authorized(harness)
    for repeat in (False, True):
        assert isinstance(harness.gateway.void(reference, f"{payment_id}-void", repeat=repeat), Approved)


def test_refunds_in_parts_each_once(harness: Harness) -> None:
    payment_id, reference = sold(harness)
    for amount in (1000, 3200):
        for repeat in (False, True):
            key = f"{payment_id}-refund-{amount}"
            assert isinstance(harness.gateway.refund(reference, amount, key, repeat=repeat), Approved)
    effects = harness.effects(payment_id)
    assert effects is None or sorted(effects.refunds) == [1000, 3200]


def test_equal_refunds_with_two_keys_are_two(harness: Harness) -> None:
    payment_id, reference = sold(harness)
    for number in (1, 2):
        answer = harness.gateway.refund(reference, 500, f"{payment_id}-refund-{number}", repeat=False)
        assert isinstance(answer, Approved)
    assert_effects(harness, payment_id, [500, 500])


def test_more_than_was_captured_is_never_given_back(harness: Harness) -> None:
    """A gateway that keeps nothing leaves this to the ledger, which reserves an amount before it asks."""
    payment_id, reference = sold(harness)
    harness.gateway.refund(reference, AMOUNT - 1, f"{payment_id}-refund-1", repeat=False)
    answer = harness.gateway.refund(reference, 2, f"{payment_id}-refund-2", repeat=False)
    effects = harness.effects(payment_id)
    if effects is not None:
        assert isinstance(answer, Declined)
        assert effects.refunds == [AMOUNT - 1]


def test_a_look_up_finds_each_step_by_its_key(harness: Harness) -> None:
    """Or nothing, where the gateway keeps nothing: then the same call again is as good."""
    payment_id, reference = authorized(harness)
    gateway = harness.gateway
    gateway.capture(reference, 2000, f"{payment_id}-capture", repeat=False)
    gateway.refund(reference, 700, f"{payment_id}-refund", repeat=False)
    found = [gateway.look_up(payment_id, f"{payment_id}-{step}") for step in ("payment", "capture", "refund")]
    if harness.effects(payment_id) is None:
        assert found == [None] * 3
    else:
        assert all(isinstance(answer, Approved) for answer in found)
    assert gateway.look_up(payment_id, f"{payment_id}-another") is None


def test_a_look_up_of_a_payment_that_never_reached_the_gateway_finds_nothing(harness: Harness) -> None:
    never = charge(approved(harness))
    assert harness.gateway.look_up(never.payment_id, f"{never.payment_id}-payment") is None
