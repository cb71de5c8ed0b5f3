"""A merchant's payments, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import cards, cursor
from payments.errors import InvalidRequestError
from payments.service import Place, Query
from tests.unit.payments.conftest import BODY, NOW, PAYMENTS, Answer, Call, MemorySigner, World


@pytest.fixture
def made(call: Call, world: World) -> list[dict[str, Any]]:
    """Seven payments, a second apart, oldest first, the last two at one moment; and one of somebody else."""
    payments = []
    for number in range(7):
        world.now = NOW + timedelta(seconds=min(number, 5))
        payments.append(call("POST", PAYMENTS, BODY, f"key-{number}").body)
    call("POST", "/merchants/m-2/payments", BODY)
    return payments


def ids(payments: list[dict[str, Any]]) -> list[str]:
    return [payment["payment_id"] for payment in payments]


def pages(call: Call, **query: str) -> list[list[str]]:
    found, more = [], {}
    while True:
        answer = call("GET", PAYMENTS, query={**query, **more})
        assert answer.status == 200
        found.append(ids(answer.body["payments"]))
        if "next_cursor" not in answer.body:
            return found
        more = {"cursor": answer.body["next_cursor"]}


def wrong(answer: Answer) -> list[str]:
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
    return [error["pointer"] for error in answer.body["errors"]]


def test_a_list_has_the_merchants_payments_newest_first(call: Call, made: list[dict[str, Any]]) -> None:
    answer = call("GET", PAYMENTS, query=None)
    times = [payment["created_at"] for payment in answer.body["payments"]]
    assert times == sorted(times, reverse=True)
    assert sorted(ids(answer.body["payments"])) == sorted(ids(made))
    assert made[0] in answer.body["payments"]


@pytest.mark.parametrize("limit", ["1", "2", "6", "7"])
def test_pages_have_every_payment_once(call: Call, made: list[dict[str, Any]], limit: str) -> None:
    found = pages(call, limit=limit)
    together = [payment_id for page in found for payment_id in page]
    assert together == pages(call)[0]
    assert len(together) == len(made)
    assert {len(page) for page in found[:-1]} <= {int(limit)}


def test_payments_made_meanwhile_move_no_page(call: Call, made: list[dict[str, Any]], world: World) -> None:
    first = call("GET", PAYMENTS, query={"limit": "3"}).body
    world.now = NOW + timedelta(minutes=1)
    call("POST", PAYMENTS, BODY, "meanwhile")
    second = call("GET", PAYMENTS, query={"cursor": first["next_cursor"]}).body
    assert sorted(ids(first["payments"] + second["payments"])) == sorted(ids(made))


@pytest.mark.parametrize(
    ("begin", "end", "count"),
    [
        ("2026-11-23T10:15:30.123456Z", "2026-11-23T10:15:31.123456Z", 1),
        ("2026-11-23T10:15:31Z", "2026-11-23T11:15:33+01:00", 2),
        ("2026-11-23t10:15:30z", "2026-11-23T10:15:30.123456z", 0),
        ("1970-01-01T00:00:00Z", "9998-12-31T23:59:59Z", 7),
    ],
)
@pytest.mark.usefixtures("made")
def test_from_is_included_and_to_is_not(call: Call, begin: str, end: str, count: int) -> None:
    answer = call("GET", PAYMENTS, query={"from": begin, "to": end})
    assert (answer.status, len(answer.body["payments"])) == (200, count)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"merchant_id": "m-1"}, ["merchant_id"]),
        ({"from": "yesterday", "to": "2026-11-23"}, ["from", "to"]),
        ({"from": "2026-11-23T10:15:30"}, ["from"]),
        ({"from": "2026-13-23T10:15:30Z"}, ["from"]),
        ({"from": "0001-01-01T00:00:00+23:59"}, ["from"]),
        ({"from": "2026-11-23T10:15:30.1234567Z"}, ["from"]),
        ({"from": "2026-11-23T10:15:30Z", "to": "2026-11-23T10:15:30Z"}, ["from"]),
        ({"limit": "0"}, ["limit"]),
        ({"limit": "101"}, ["limit"]),
        ({"limit": "1,2"}, ["limit"]),
        ({"limit": "١"}, ["limit"]),
        ({"order": "asc", "limit": "x"}, ["order", "limit"]),
        ({"cursor": ""}, ["cursor"]),
        ({"cursor": "abc"}, ["cursor"]),
        ({"cursor": "zz"}, ["cursor"]),
        ({"cursor": "ab" * 300}, ["cursor"]),
        ({"cursor": "ab" * 40}, ["cursor"]),
    ],
)
def test_wrong_parameters_are_named(call: Call, query: dict[str, str], fields: list[str]) -> None:
    assert wrong(call("GET", PAYMENTS, query=query)) == fields


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("merchant", "other"),
    [
        ("m-2", {}),
        ("m-1", {"from": "2026-01-01T00:00:00Z"}),
        ("m-1", {"to": "2027-01-01T00:00:00Z"}),
    ],
)
def test_a_cursor_of_another_query_is_refused(call: Call, merchant: str, other: dict[str, str]) -> None:
    answered = call("GET", PAYMENTS, query={"limit": "1"}).body["next_cursor"]
    assert wrong(call("GET", f"/merchants/{merchant}/payments", query={**other, "cursor": answered})) == ["cursor"]


@pytest.mark.usefixtures("made")
def test_a_changed_cursor_is_refused(call: Call) -> None:
    answered = call("GET", PAYMENTS, query={"limit": "1"}).body["next_cursor"]
    for index, letter in enumerate(answered):
        changed = answered[:index] + ("b" if letter == "a" else "a") + answered[index + 1 :]
        assert wrong(call("GET", PAYMENTS, query={"cursor": changed})) == ["cursor"]


QUERY = Query("m-1", "a", "b", 1)


@given(
    st.datetimes().map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")),
    st.from_regex(r"pay_[a-z2-7]{32}", fullmatch=True),
)
def test_a_cursor_comes_back_and_never_looks_like_a_card_number(created_at: str, payment_id: str) -> None:
    written = cursor.write(Place(created_at, payment_id), QUERY, MemorySigner())
    assert cursor.read(written, QUERY, MemorySigner()) == Place(created_at, payment_id)
    assert not cards.contains(written)
    assert len(written) <= cursor.LONGEST


@given(st.text() | st.text("abcdefghijklmnop", max_size=200))
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidRequestError):
        cursor.read(text, QUERY, MemorySigner())
