"""Card numbers are found however they are written; what only resembles one is left alone."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import cards

# The card brands' published test numbers, by length.
NUMBERS = ["4222222222222", "30569309025904", "378282246310005", "4111111111111111", "6304000000000000000"[:19]]


def with_check_digit(digits: str) -> str:
    return next(digits + last for last in string.digits if cards.luhn(digits + last))


@pytest.mark.parametrize(
    "text",
    [
        "4222222222222",
        "378282246310005",
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111 - 1111".replace(" - ", "-") + "-1111-1111",
        "card=4111111111111111;",
        "order 17 4111 1111 1111 1111",
        "4111.1111.1111.1111",
        "４１１１１１１１１１１１１１１１",
        "x4111111111111111y",
        "3782 822463 10005",
        "4111 - 1111 - 1111 - 1111",
        "4111\u200b1111\u200b1111\u200b1111",
        "4111\u00a01111\u00a01111\u00a01111",
        "4111\n1111\n1111\n1111",
    ],
)
def test_a_card_number_is_found(text: str) -> None:
    assert cards.contains(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4111111111111112",
        "411111111111",
        "2026-11-23T10:15:30.123456Z",
        "12345678901234567890123",
        "tok_visa",
        "1050",
    ],
)
def test_other_digits_are_no_card_number(text: str) -> None:
    assert not cards.contains(text)


@given(st.text(string.digits, min_size=12, max_size=18), st.sampled_from(["", " ", "-"]), st.integers(1, 8))
def test_every_number_that_passes_luhn_is_found_in_groups_of_any_size(digits: str, separator: str, size: int) -> None:
    number = with_check_digit(digits)
    written = separator.join(number[index : index + size] for index in range(0, len(number), size))
    assert cards.contains(f"before {written} after")


@given(
    st.text(string.digits, min_size=12, max_size=18), st.text("abc {}:,", max_size=20), st.text("xyz {}:,", max_size=20)
)
def test_redacting_removes_the_number_and_nothing_around_it(digits: str, before: str, after: str) -> None:
    number = with_check_digit(digits)
    assert cards.redact(f"{before}_{number}_{after}") == f"{before}_{cards.MASK}_{after}"


@given(st.text(string.ascii_letters + " {}:,\"'"))
def test_text_without_digits_is_left_as_it_is(text: str) -> None:
    assert cards.redact(text) == text


def test_pointers_name_the_place_and_never_the_number() -> None:
    document = {"a": ["x", {"b/c": "4111111111111111"}], "n": 4111111111111111, "4111111111111111": 1, "ok": True}
    assert list(cards.pointers(document)) == ["/a/1/b~1c", "/n", ""]


def test_redacting_reaches_every_key_value_and_number() -> None:
    value = {"4111111111111111": ["4111\u200b1111 1111 1111", 4111111111111111, 7, True, None], "fine": "１２"}
    assert cards.redact_all(value) == {cards.MASK: [cards.MASK, cards.MASK, 7, True, None], "fine": "１２"}
