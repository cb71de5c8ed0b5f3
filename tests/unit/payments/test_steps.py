"""Capture, void and refunds through the function's handler."""

from __future__ import annotations

import json
from typing import Any

import pytest

from payments import states
from payments.gateway import Declined
from tests.unit.payments.conftest import BODY, PAYMENTS, Call, World


@pytest.fixture
def authorized(call: Call) -> str:
    payment_id: str = call("POST", PAYMENTS, {**BODY, "capture": False}).body["payment_id"]
    return payment_id


@pytest.fixture
def sale(call: Call) -> str:
    payment_id: str = call("POST", PAYMENTS, BODY).body["payment_id"]
    return payment_id


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status, answer.body["type"].rsplit(":", 1)[1]


@pytest.mark.parametrize("body", [None, {}, {"amount": 1050}])
def test_an_authorization_is_captured(call: Call, authorized: str, body: Any) -> None:
    answer = call("POST", f"{PAYMENTS}/{authorized}/capture", body, "c")
    assert answer.status == 200
    assert (answer.body["status"], answer.body["captured"]) == ("captured", 1050)
    assert call("GET", f"{PAYMENTS}/{authorized}").body == answer.body


def test_a_part_is_captured_once(call: Call, authorized: str) -> None:
    answer = call("POST", f"{PAYMENTS}/{authorized}/capture", {"amount": 50}, "c")
    assert (answer.body["amount"], answer.body["captured"]) == (1050, 50)
    again = call("POST", f"{PAYMENTS}/{authorized}/capture", {"amount": 50}, "c2")
    assert problem(again) == (409, "state-forbids")
    assert again.body["state"] == "captured"


def test_no_more_than_authorized_is_captured(call: Call, authorized: str) -> None:
    answer = call("POST", f"{PAYMENTS}/{authorized}/capture", {"amount": 1051}, "c")
    assert problem(answer) == (409, "amount-exceeded")
    assert (answer.body["state"], answer.body["limit"]) == ("authorized", 1050)
    assert [error["pointer"] for error in answer.body["errors"]] == ["/amount"]


def test_an_authorization_is_voided_and_allows_nothing_more(call: Call, authorized: str) -> None:
    answer = call("POST", f"{PAYMENTS}/{authorized}/void", None, "v")
    assert (answer.status, answer.body["status"]) == (200, "voided")
    for step, body in (("capture", {}), ("refunds", {"amount": 1}), ("void", None)):
        refused = call("POST", f"{PAYMENTS}/{authorized}/{step}", body, f"other-{step}")
        assert problem(refused) == (409, "state-forbids")
        assert refused.body["state"] == "voided"


def test_a_sale_is_not_voided(call: Call, sale: str) -> None:
    assert call("POST", f"{PAYMENTS}/{sale}/void", None, "v").body["state"] == "captured"


def test_refunds_add_up_to_what_was_captured_and_no_further(call: Call, sale: str) -> None:
    first = call("POST", f"{PAYMENTS}/{sale}/refunds", {"amount": 1000}, "r1")
    assert first.status == 201
    assert (first.body["amount"], first.body["currency"], first.body["payment_id"]) == (1000, "EUR", sale)
    assert (first.body["payment"]["status"], first.body["payment"]["refunded"]) == ("partially_refunded", 1000)
    over = call("POST", f"{PAYMENTS}/{sale}/refunds", {"amount": 51}, "r2")
    assert problem(over) == (409, "amount-exceeded")
    assert (over.body["state"], over.body["limit"]) == ("partially_refunded", 50)
    last = call("POST", f"{PAYMENTS}/{sale}/refunds", {"amount": 50}, "r3")
    assert last.body["payment"]["status"] == "refunded"
    assert last.body["refund_id"] != first.body["refund_id"]
    assert call("POST", f"{PAYMENTS}/{sale}/refunds", {"amount": 1}, "r4").body["state"] == "refunded"


def test_a_replay_answers_what_was_answered_then(call: Call, authorized: str) -> None:
    made = call("GET", f"{PAYMENTS}/{authorized}").body
    requests = [("capture", {"amount": 100}, "c"), ("refunds", {"amount": 10}, "r1"), ("refunds", {"amount": 90}, "r2")]
    first = [call("POST", f"{PAYMENTS}/{authorized}/{step}", body, key) for step, body, key in requests]
    again = [call("POST", f"{PAYMENTS}/{authorized}/{step}", body, key) for step, body, key in requests]
    assert [answer.status for answer in first] == [200, 201, 201]
    assert [answer.status for answer in again] == [200, 200, 200]
    assert [answer.headers.get("Idempotency-Replayed") for answer in again] == ["true"] * 3
    assert [answer.body for answer in again] == [answer.body for answer in first]
    assert call("POST", PAYMENTS, {**BODY, "capture": False}).body == made
    assert call("GET", f"{PAYMENTS}/{authorized}").body == first[-1].body["payment"]


@pytest.mark.parametrize(
    ("step", "body"), [("refunds", {"amount": 11}), ("capture", {}), ("capture", {"amount": 10}), ("void", None)]
)
def test_a_key_that_came_with_something_else_is_a_conflict(call: Call, sale: str, step: str, body: Any) -> None:
    call("POST", f"{PAYMENTS}/{sale}/refunds", {"amount": 10}, "r")
    assert problem(call("POST", f"{PAYMENTS}/{sale}/{step}", body, "r")) == (409, "idempotency-conflict")


def test_two_payments_may_use_the_same_key(call: Call) -> None:
    ids = [call("POST", PAYMENTS, BODY, key).body["payment_id"] for key in ("1", "2")]
    refunds = [call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 1}, "r") for payment_id in ids]
    assert [answer.status for answer in refunds] == [201, 201]
    assert refunds[0].body["refund_id"] != refunds[1].body["refund_id"]


@pytest.mark.parametrize("step", ["capture", "void", "refunds"])
@pytest.mark.parametrize("payment_id", ["pay_" + "a" * 32, "nonsense"])
def test_an_unknown_payment_has_no_steps(call: Call, step: str, payment_id: str) -> None:
    body = {"amount": 1} if step == "refunds" else None
    assert problem(call("POST", f"{PAYMENTS}/{payment_id}/{step}", body)) == (404, "payment-not-found")


@pytest.mark.parametrize(
    ("step", "body", "fields"),
    [
        ("capture", {"amount": 0}, ["/amount"]),
        ("capture", {"amount": None, "tip": 1}, ["/tip", "/amount"]),
        ("capture", [], [""]),
        ("void", {"amount": 1}, ["/amount"]),
        ("refunds", None, [""]),
        ("refunds", {}, ["/amount"]),
        ("refunds", {"amount": "1"}, ["/amount"]),
        ("refunds", {"amount": 4111111111111111}, ["/amount"]),
    ],
)
def test_wrong_fields_of_a_step_are_named(call: Call, sale: str, step: str, body: Any, fields: list[str]) -> None:
    answer = call("POST", f"{PAYMENTS}/{sale}/{step}", body)
    assert answer.status == 400
    assert [error["pointer"] for error in answer.body["errors"]] == fields


@pytest.mark.parametrize("step", ["capture", "void", "refunds"])
def test_a_step_asks_for_a_key(call: Call, sale: str, step: str) -> None:
    assert call("POST", f"{PAYMENTS}/{sale}/{step}", {"amount": 1}, None).status == 400


def test_steps_are_bounded_but_for_the_refund_of_all_that_is_left(call: Call, world: World, sale: str) -> None:
    for number in range(states.MAX_STEPS):
        assert call("POST", f"{PAYMENTS}/{sale}/refunds", {"amount": 1}, f"r{number}").status == 201
    refused = call("POST", f"{PAYMENTS}/{sale}/refunds", {"amount": 1}, "one-more")
    assert problem(refused) == (409, "too-many-steps")
    assert call("POST", f"{PAYMENTS}/{sale}/refunds", {"amount": 1}, "r0").status == 200, "replays go on"
    assert len(json.dumps(world.items[sale])) < 100_000, "and DynamoDB's limit is 400 KB"
    left = 1050 - states.MAX_STEPS
    last = call("POST", f"{PAYMENTS}/{sale}/refunds", {"amount": left}, "all-that-is-left")
    assert (last.status, last.body["payment"]["status"]) == (201, "refunded")


def test_the_last_refund_is_bounded_too(call: Call, world: World, sale: str) -> None:
    """Each is declined, so that it never ends: an item has room for so many."""
    world.answers += [Declined("closed")] * 1000
    for number in range(states.MAX_LAST_STEPS):
        assert call("POST", f"{PAYMENTS}/{sale}/refunds", {"amount": 1050}, f"r{number}").status == 402
    assert problem(call("POST", f"{PAYMENTS}/{sale}/refunds", {"amount": 1050}, "one-more")) == (409, "too-many-steps")
    assert len(json.dumps(world.items[sale])) < 400_000


def test_no_key_is_stored_as_it_came(call: Call, world: World, sale: str) -> None:
    call("POST", f"{PAYMENTS}/{sale}/refunds", {"amount": 1}, "my-own-key")
    assert "my-own-key" not in str(world.items)


def test_each_step_keeps_who_asked_for_it(call: Call, world: World, sale: str) -> None:
    call(
        *("POST", f"{PAYMENTS}/{sale}/refunds", {"amount": 1}, "r"),
        identity={"userArn": "arn:aws:iam::123456789012:user/clerk", "userId": "AIDACLERK"},
        request_id="request-2",
    )
    steps = world.items[sale]["steps"]["M"]
    told = {
        step["M"]["kind"]["S"]: [step["M"][name]["S"] for name in ("actor", "actor_id", "request_id")]
        for step in steps.values()
    }
    assert told == {
        "sale": ["arn:aws:iam::123456789012:user/shop", "AIDAEXAMPLE", "request-1"],
        "refund": ["arn:aws:iam::123456789012:user/clerk", "AIDACLERK", "request-2"],
    }
