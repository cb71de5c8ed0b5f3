"""A body with card data is refused: by its numbers, wherever they stand, and by the names in its metadata."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import cards
from payments.screening import CARD_DATA, CARD_NUMBER, findings, is_card_data

CARD = "4111111111111111"
# fmt: off
CARD_DATA_NAMES = [
    "cvv", "CVV", "cvv2", "cvc", "CVC2", "cvn", "csc", "ccv", "cvv_code", "CVVCode", "card_cvv", "cardCvv",
    "cardCVC", "cardcvv", "customer_cvv", "cc-cvv", "pan", "PAN", "card_pan", "cardPan", "card_number", "cardNumber",
    "CardNumber", "CARD_NUMBER", "cardnumber", "card-number", "card.number", "card_no", "card_num", "cc_number",
    "ccNumber", "ccnum", "creditCardNumber", "credit_card_number", "creditcardnumber", "debit_card_number",
    "customer_card_number", "primary_account_number", "expiry", "exp", "expiration", "EXP", "expiry_date",
    "expiryDate", "exp_date", "exp_month", "expMonth", "exp_year", "expmonth", "expiration_date", "expiration.year",
    "card_expiry", "cardExpiry", "cc_exp", "ccExp", "card_exp_month", "valid_thru", "validThru", "track1", "track2",
    "track_2", "track-data", "trackData", "magstripe", "mag_stripe", "pin", "PIN", "card_pin", "pin_block",
    "pinblock", "security_code", "securityCode", "card_security_code",
]
# fmt: on
# fmt: off
OTHER_NAMES = [
    "order", "order_id", "number", "company", "panel", "japan", "pincode", "pin_code", "shipping_pin", "spinner",
    "offer_expiry", "token_expiry", "expires_at", "expense", "experience", "export", "expected_delivery", "track",
    "tracking_number", "track_id", "soundtrack2", "card_brand", "card_type", "card_last4", "last4", "card_id",
    "card_token", "gift_card_number", "giftCardNumber", "loyalty_card_number", "id_card_number", "simCardNumber",
    "scorecard", "code", "postcode", "discount_code", "cid", "ccy", "cc", "campaign", "invoice_number",
    "account_number",
]
# fmt: on


@pytest.mark.parametrize("name", CARD_DATA_NAMES)
def test_a_name_for_card_data_is_refused_and_named(name: str) -> None:
    (error,) = findings({"metadata": {"order": "17", name: "123"}})
    assert (error.pointer, error.detail) == (f"/metadata/{name}", CARD_DATA)


@pytest.mark.parametrize("name", OTHER_NAMES)
def test_another_name_is_not(name: str) -> None:
    assert not is_card_data(name)
    assert findings({"metadata": {name: "123"}}) == []


@pytest.mark.parametrize("metadata", [None, [], ["cvv"], "cvv", 7, {"order": {"cvv": "123"}}])
def test_metadata_of_another_kind_is_left_to_the_validation(metadata: Any) -> None:
    assert findings({"metadata": metadata, "cvv": "123"}) == []


def test_pointers_name_the_place_and_never_the_number() -> None:
    document = {"a": ["x", {"b/c": CARD}], "n": int(CARD), CARD: 1, "ok": True, "metadata": {f"cvv {CARD}": "1"}}
    errors = findings(document)
    assert {(error.pointer, error.detail) for error in errors} == {
        (pointer, CARD_NUMBER) for pointer in ("/a/1/b~1c", "/n", "", "/metadata")
    }
    assert not cards.contains(json.dumps([vars(error) for error in errors]))


def test_an_object_is_named_once_and_a_long_name_is_cut() -> None:
    assert [error.pointer for error in findings({CARD: 1, f"x{CARD}": 2})] == [""]
    (error,) = findings({"metadata": {"cvv-" + "x" * 200: "1"}})
    assert error.pointer == "/metadata/cvv-" + "x" * 60


NAMES = st.text(max_size=50) | st.sampled_from([CARD, "x" * 60 + CARD, *CARD_DATA_NAMES])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([CARD, f"cvv {CARD}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAMES | st.just("metadata"), JSON, max_size=4))
def test_what_passes_holds_no_card_number(document: dict[str, Any]) -> None:
    """Of any object: no error, and each text in what passes is free of card numbers."""
    if findings(document):
        return

    def texts(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for name, inner in value.items() for text in (name, *texts(inner))]
        if isinstance(value, list):
            return [text for inner in value for text in texts(inner)]
        return [str(value)]

    assert not any(cards.contains(text) for text in texts(document))
