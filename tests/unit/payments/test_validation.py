"""Every wrong field is named; nothing wrong gets through."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import cards
from payments.problems import Problem
from payments.validation import FIELDS, idempotency_key, merchant_id, payment_request
from tests.unit.payments.conftest import BODY


def refused(body: str) -> list[str]:
    with pytest.raises(Problem) as caught:
        payment_request("m-1", body)
    return [error.pointer for error in caught.value.errors]


def test_a_full_body_is_accepted() -> None:
    body = {**BODY, "customer_id": "c-1", "capture": False, "metadata": {"order": "17"}}
    request = payment_request("m-1", json.dumps(body))
    assert vars(request) == {"merchant_id": "m-1", **body}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", 0),
        ("amount", -1),
        ("amount", 10.0),
        ("amount", "10"),
        ("amount", True),
        ("amount", None),
        ("amount", 10**12),
        ("currency", "eur"),
        ("currency", "XXX"),
        ("currency", "EURO"),
        ("currency", ""),
        ("payment_token", ""),
        ("payment_token", "t" * 256),
        ("payment_token", "4111111111111111"),
        ("payment_token", "1234567890"),
        ("payment_token", "-1.5e3"),
        ("payment_token", "41-11/22_33"),
        ("customer_id", None),
        ("capture", "true"),
        ("capture", 1),
        ("metadata", []),
        ("metadata", {"k": 1}),
        ("metadata", {"k": "v" * 501}),
        ("metadata", {f"k{index}": "v" for index in range(21)}),
    ],
)
def test_a_wrong_field_is_named(field: str, value: Any) -> None:
    assert refused(json.dumps({**BODY, field: value})) == [f"/{field}"]


@pytest.mark.parametrize("field", ["amount", "currency", "payment_token"])
def test_a_missing_field_is_named(field: str) -> None:
    assert refused(json.dumps({name: value for name, value in BODY.items() if name != field})) == [f"/{field}"]


def test_an_unknown_field_is_named_beside_what_else_is_wrong() -> None:
    assert refused(json.dumps({**BODY, "amount": 0, "cvv": "123"})) == ["/cvv", "/amount"]


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD", "USD"])
def test_currencies_of_the_standard_are_accepted(currency: str) -> None:
    assert payment_request("m-1", json.dumps({**BODY, "currency": currency})).currency == currency


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "null",
        "[]",
        '"x"',
        "NaN",
        '{"amount": NaN}',
        '{"amount": 1, "amount": 2}',
        "[" * 9000,
        '{"a": "\\ud800"}',
    ],
)
def test_what_is_no_object_is_refused(body: str) -> None:
    assert refused(body) == [""]


@pytest.mark.parametrize("levels", [9, 1200, 5000])
def test_a_deep_body_is_refused(levels: int) -> None:
    """Found by review: between the parser's limit and Python's own, a deep body was a 5xx."""
    assert refused(json.dumps({**BODY, "metadata": 0}).replace(": 0}", f": {'[' * levels}{']' * levels}}}")) == [""]


def test_a_large_body_is_refused_as_such() -> None:
    with pytest.raises(Problem) as caught:
        payment_request("m-1", json.dumps({**BODY, "metadata": {"k": "v" * 20_000}}))
    assert caught.value.status == 413


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_card_number_is_refused_in_any_field_and_not_repeated(field: str) -> None:
    with pytest.raises(Problem) as caught:
        payment_request("m-1", json.dumps({**BODY, field: {"note": "4111 1111 1111 1111"}}))
    assert caught.value.status == 400
    assert [error.pointer for error in caught.value.errors] == [f"/{field}/note"]
    assert "4111" not in json.dumps(caught.value.body())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(FIELDS)) | st.text(max_size=5), JSON, max_size=8))
def test_any_document_is_accepted_or_refused(document: dict[str, Any]) -> None:
    with contextlib.suppress(Problem):  # anything else fails the test
        assert payment_request("m-1", json.dumps({**BODY, **document})).amount > 0


@given(st.text())
def test_any_text_is_accepted_or_refused_with_reasons(body: str) -> None:
    with pytest.raises(Problem):
        payment_request("m-1", body)


@pytest.mark.parametrize("value", [None, "", " ", "ü", "k" * 256, "4111-1111-1111-1111"])
def test_a_wrong_key_is_refused(value: str | None) -> None:
    with pytest.raises(Problem) as caught:
        idempotency_key(value)
    assert [error.pointer for error in caught.value.errors] == ["Idempotency-Key"]


@pytest.mark.parametrize("value", ["3f0e5b84-4111-4111-8111-11111111111f", "018f4f6e-7b7a-7000-8000-000000000000"])
def test_a_uuid_is_accepted_whatever_its_digits(value: str) -> None:
    assert idempotency_key(value) == value


def test_digits_alone_are_no_uuid() -> None:
    digits = "41111111-1111-4111-8111-411111111111"
    with pytest.raises(Problem):
        idempotency_key(next(digits[:-1] + last for last in "0123456789" if cards.contains(digits[:-1] + last)))


def test_a_key_of_255_characters_is_accepted() -> None:
    assert idempotency_key("k" * 255) == "k" * 255


@pytest.mark.parametrize("value", ["", "a b", "m" * 65, "4111111111111111", "m-4111-1111-1111-1111"])
def test_a_wrong_merchant_is_refused(value: str) -> None:
    with pytest.raises(Problem) as caught:
        merchant_id(value)
    assert [error.pointer for error in caught.value.errors] == ["merchant_id"]
