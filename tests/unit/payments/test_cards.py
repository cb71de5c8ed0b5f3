"""Card numbers are found however they are written; what only resembles one is left alone."""

from __future__ import annotations

import base64
import string
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import cards, issuers
from tests.generators.accidents import NETWORKS, card_number, with_check_digit

# The networks' published test numbers.
NUMBERS = [
    "4222222222222",
    "4111111111111111",
    "5555555555554444",
    "2223003122003222",
    "378282246310005",
    "6011111111111117",
    "30569309025904",
    "36227206271667",
    "3530111333300000",
    "6200000000000005",
    "6759649826438453",
    "6304000000000000",
    "5019717010103742",
    "9792030394440796",
]


@pytest.mark.parametrize("number", NUMBERS)
def test_the_test_number_of_a_network_is_found(number: str) -> None:
    assert cards.luhn(number)
    assert cards.contains(number)


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "card=4111111111111111;",
        "order 17 4111 1111 1111 1111",
        "2026 4111 1111 1111 1111",
        "4111.1111.1111.1111",
        "4111,1111,1111,1111",
        "4,111,111,111,111,111",
        "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "41 11 11 11 11 11 11 11",
        "41111111 11111111",
        "3782 822463 10005",
        "x4111111111111111y",
        "4111 - 1111 - 1111 - 1111",
        "4111\n1111\n1111\n1111",
        "4111\\n1111\\n1111\\n1111",
        "4111\u200b1111\u200b1111\u200b1111",
        "4111\u00a01111\u00a01111\u00a01111",
        "4111\\u00a01111\\u00a01111\\u00a01111",
        "4111&nbsp;1111&nbsp;1111&nbsp;1111",
        "4111%201111%201111%201111",
        "4111%25201111%25201111%25201111",
        "4111%2D1111%2D1111%2D1111",
        "４１１１１１１１１１１１１１１１",
        "٤١١١١١١١١١١١١١١١",
        "4\ufe0f\u20e31\ufe0f\u20e3" + "1" * 14,
        "41111111111111111227",
        "41111111111111112712",
        "4111111111111111122027",
        "4111111111111111123",
        "41111111111111111227123",
        "41111111111111111231227",
        "411111111111111112/27",
        "41111111111111112027-12",
        "3782822463100051234",
        "37828224631000512271234",
        "4111 1111 1111 11111227",
        "4111111111111111|12|27|123",
        "%B4111111111111111^DOE/JANE^2712101?",
        ";4111111111111111=27121010000?",
        "NDExMTExMTExMTExMTExMQ==",
        "card_NDExMSAxMTExIDExMTEgMTExMQ",
        "DE89 3704 0044 0532 0130 00, 4111 1111 1111 1111",
        "FI4111111111111111",
        "4111-1111-1111-1111-111111111111",
    ],
)
def test_a_card_number_is_found(text: str) -> None:
    assert cards.contains(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4111111111111112",  # Luhn
        "411111111111",  # length
        "41111111111111111111111111111111",
        "1234567812345670",  # issuer
        "2026-11-23T10:15:30.123456Z",
        "tok_visa",
        "1050",
        "0.4111111111111111",
        "72cb4692-9145-4966-8736-46d0becb6714",
        "246329f4dc7e4620918772175837e749",
        "e3b0c44298fc1c144111111111111111af0c1fb",
        "DE44 4111 1111 1111 1111 00",
        "Pay to AT61 4111 1111 1111 1111 BIC ABCDATWW",
        "GB82WEST12345698765432",
        "+4915112345678",
        "4006381333931",
        "302-1234567-1234567",
        "GPA.3312-3456-7890-12345",
        "2611241045310001",
        with_check_digit("18005269593241") + "1227",  # January 2027 in nanoseconds
        "3011202610453101",
    ],
)
def test_other_digits_are_no_card_number(text: str) -> None:
    assert not cards.contains(text)


def test_an_account_number_that_is_none_is_looked_through() -> None:
    """Wrong country or length; wrong check digits where it is written in one."""
    for text in ("XX44 4111 1111 1111 1111 00", "DE44 4111 1111 1111 1111", "DE004111111111111111111"):
        assert cards.contains(text) == (text[:4] != "DE00")
    assert cards.contains("NO44 4111 1111 1111 1111")


def test_ranges_of_issuers_do_not_overlap() -> None:
    for before, after in zip(issuers.RANGES, issuers.RANGES[1:], strict=False):
        assert before[0] <= before[1] < after[0], (before, after)
    assert {length for _, _, lengths in issuers.RANGES for length in lengths} == set(
        range(issuers.SHORTEST, issuers.LONGEST + 1)
    )


NETWORK = st.sampled_from(sorted(NETWORKS))
CHANCE = st.integers(0, 2**32).map(Random)


@given(NETWORK, CHANCE, st.sampled_from([" ", "-", ".", "/", "_", "%20", " – "]))
def test_every_number_is_found_in_groups_of_four(network: str, chance: Random, separator: str) -> None:
    number = card_number(chance, network)
    written = separator.join(number[index : index + 4] for index in range(0, len(number), 4))
    assert cards.contains(f"before {written} after")


@given(NETWORK, CHANCE, st.text("abc {}:,", max_size=20), st.text("xyz {}:,", max_size=20))
def test_redacting_removes_the_number_and_nothing_around_it(
    network: str, chance: Random, before: str, after: str
) -> None:
    written = " ".join(card_number(chance, network)[index : index + 4] for index in range(0, 16, 4))
    if cards.contains(written):
        assert cards.redact(f"{before}_{written}_{after}") == f"{before}_{cards.MASK}_{after}"


@given(st.text(string.ascii_letters + " {}:,\"'"))
def test_text_without_digits_is_left_as_it_is(text: str) -> None:
    assert cards.redact(text) == text


PIECES = st.one_of(
    st.text(max_size=6),
    st.text(string.digits + " -./%&;\\+=", max_size=30),
    st.text(string.hexdigits + "-", max_size=40),
    st.sampled_from([*NUMBERS, "%20", "%25", "&nbsp;", "\\u00a0", "DE44 4111 1111 1111 1111 00", cards.MASK, "NDEx"]),
    st.sampled_from(NUMBERS).map(lambda number: base64.b64encode(number.encode()).decode()),
    st.builds(card_number, CHANCE, NETWORK),
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_what_is_redacted_holds_no_card_number(text: str) -> None:
    """Of any text: no error, nothing left, and nothing changed where nothing was found."""
    redacted = cards.redact(text)
    assert not cards.contains(redacted)
    assert (redacted == text) == (not cards.contains(text))
    assert cards.redact_all({text: [text, {"a": text}]}) == {redacted: [redacted, {"a": redacted}]}


def test_redacting_reaches_every_key_value_and_number() -> None:
    value = {"4111111111111111": ["4111\u200b1111 1111 1111", 4111111111111111, 7, True, None], "fine": "１２"}
    assert cards.redact_all(value) == {cards.MASK: [cards.MASK, cards.MASK, 7, True, None], "fine": "１２"}


@pytest.mark.parametrize(
    "piece",
    ["4", "4 ", "41", "4%20", "%2", "A1", "-", "4---", "0123456789abcdef", "DE12 4111 ", "NDEx", "\\u00a04", "&nbsp;4"],
)
def test_a_body_of_the_largest_size_is_searched_in_time(piece: str) -> None:
    """Nothing in the patterns grows faster than the text: ten times as much takes about ten times as long."""
    import time

    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        begin = time.process_time()
        cards.contains(text)
        return time.process_time() - begin

    assert seconds(16_000) < max(0.05, 60 * min(seconds(1_600) for _ in range(3)))
