"""What identifies a payment, and that storing one loses nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from payments import cards
from payments.payment import Payment, Request, payment_id
from tests.unit.payments.conftest import NOW

IDENTIFIERS = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
REQUESTS = st.builds(
    Request,
    merchant_id=IDENTIFIERS,
    amount=st.integers(1, 999_999_999_999),
    currency=st.sampled_from(["EUR", "JPY", "KWD"]),
    payment_token=IDENTIFIERS,
    customer_id=st.none() | IDENTIFIERS,
    capture=st.booleans(),
    metadata=st.dictionaries(IDENTIFIERS, st.text(max_size=20), max_size=3),
)


@given(REQUESTS, st.text(min_size=1))
def test_a_payment_comes_back_from_its_item_as_it_was(request: Request, key: str) -> None:
    payment = Payment.new(request, key, "shop", NOW)
    assert Payment.from_item(payment.item()) == payment


@given(IDENTIFIERS, st.text(), IDENTIFIERS, st.text())
def test_ids_differ_where_merchant_or_key_do(merchant: str, key: str, other: str, other_key: str) -> None:
    same = (merchant, key) == (other, other_key)
    assert (payment_id(merchant, key) == payment_id(other, other_key)) == same


def test_merchant_and_key_cannot_run_into_each_other() -> None:
    assert payment_id("ab", "c") != payment_id("a", "bc")


@given(IDENTIFIERS, st.text())
def test_an_id_never_looks_like_a_card_number(merchant: str, key: str) -> None:
    assert not cards.contains(payment_id(merchant, key))


@given(REQUESTS, REQUESTS)
def test_fingerprints_are_equal_for_equal_requests_only(one: Request, other: Request) -> None:
    assert (one.fingerprint() == other.fingerprint()) == (one == other)


def test_a_payment_that_is_not_captured_has_nothing_captured() -> None:
    payment = Payment.new(Request("m", 100, "EUR", "tok", capture=False), "k", "shop", NOW)
    assert (payment.status, payment.captured, payment.amount) == ("authorized", 0, 100)


def test_what_is_shown_has_no_token() -> None:
    payment = Payment.new(Request("m", 100, "EUR", "tok_secret"), "k", "shop", NOW)
    assert "tok_secret" not in str(payment.shown())
    assert payment.shown()["created_at"] == "2026-11-23T10:15:30.123456Z"
