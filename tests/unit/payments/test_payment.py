"""What identifies a payment, and that storing one loses nothing."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import cards
from payments.identifiers import payment_id
from payments.item import from_item, to_item
from payments.payment import Request
from tests.unit.payments.conftest import new_payment

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
    payment = new_payment(request, key)
    assert from_item(to_item(payment)) == payment


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


# Requests and the fingerprints that releases before this one have stored: they never change.
GOLDEN = {
    "5pabgzt4sc5qhzfwqdcsfz7h7okokjru": Request("m-1", 1050, "EUR", "tok_visa"),
    "g2kwwgpwzrgeef4nyydzqavkgx73obb5": Request("m-1", 1050, "EUR", "tok_visa", capture=False),
    "r6xwvrhudvz3dudcqxwfdjxj45ndlu57": Request(
        "m-1", 1050, "EUR", "tok_visa", customer_id="c-1", metadata={"order": "7", "a": "ü"}
    ),
}


@pytest.mark.parametrize("fingerprint", GOLDEN)
def test_fingerprints_are_those_of_earlier_releases(fingerprint: str) -> None:
    assert GOLDEN[fingerprint].fingerprint() == fingerprint


def test_a_field_that_is_added_later_changes_no_fingerprint() -> None:
    """As a later release would add it: optional, with its default."""

    @dataclasses.dataclass(frozen=True)
    class LaterRequest(Request):
        statement_descriptor: str | None = None

    for fingerprint, request in GOLDEN.items():
        assert LaterRequest(**vars(request)).fingerprint() == fingerprint
    other = LaterRequest(**vars(GOLDEN["5pabgzt4sc5qhzfwqdcsfz7h7okokjru"]), statement_descriptor="SHOP")
    assert other.fingerprint() not in GOLDEN


def test_a_payment_begins_pending_with_nothing_captured() -> None:
    payment = new_payment(Request("m", 100, "EUR", "tok", capture=False), "k")
    assert (payment.status, payment.captured, payment.amount, payment.making.kind) == ("pending", 0, 100, "authorize")


def test_what_is_shown_has_no_token() -> None:
    payment = new_payment(Request("m", 100, "EUR", "tok_secret"), "k")
    assert "tok_secret" not in str(payment.shown())
    assert payment.shown()["created_at"] == "2026-11-23T10:15:30.123456Z"


def test_what_is_archived_tells_of_no_person() -> None:
    payment = new_payment(Request("m", 100, "EUR", "tok", customer_id="c-1", metadata={"email": "a@example.com"}))
    assert payment.shown()["metadata"] == {"email": "a@example.com"}
    assert not {"customer_id", "metadata"} & payment.archived().keys()
