"""Captures, voids and refunds through the deployed API."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib.demo.showcase import table_item
from lib.targets.deployment import Deployment

from .payment_requests import Wish, problem, step


@pytest.mark.aws
def test_an_authorization_is_captured_in_part_and_refunded(deployment: Deployment, wish: Wish, key: str) -> None:
    payment_id = deployment.payments.create(wish(capture=False), key).body["payment_id"]
    captured = step(deployment, payment_id, "capture", {"amount": 4000}, "c")
    assert (captured.status, captured.body["status"], captured.body["captured"]) == (200, "captured", 4000)
    first = step(deployment, payment_id, "refunds", {"amount": 1000}, "r1")
    assert (first.status, first.body["amount"]) == (201, 1000)
    assert (first.body["payment"]["status"], first.body["payment"]["refunded"]) == ("partially_refunded", 1000)
    over = problem(step(deployment, payment_id, "refunds", {"amount": 3001}, "r2"), 409)
    assert (over["state"], over["limit"]) == ("partially_refunded", 3000)
    last = step(deployment, payment_id, "refunds", {"amount": 3000}, "r2")
    assert (last.status, last.body["payment"]["status"]) == (201, "refunded")
    assert deployment.payments.read(payment_id).body == last.body["payment"]
    for name, body, used, earlier in (
        ("capture", {"amount": 4000}, "c", captured),
        ("refunds", {"amount": 1000}, "r1", first),
        ("refunds", {"amount": 3000}, "r2", last),
    ):
        again = step(deployment, payment_id, name, body, used)
        assert (again.status, again.headers["Idempotency-Replayed"], again.body) == (200, "true", earlier.body)
    assert "Idempotency-Replayed" not in last.headers
    problem(step(deployment, payment_id, "refunds", {"amount": 1}, "r1"), 409)
    again = deployment.payments.create(wish(capture=False), key)
    assert (again.status, again.body["status"], again.body["refunded"]) == (200, "authorized", 0)
    item = table_item(deployment, payment_id)
    assert (item["captured"], item["refunded"], item["refundable"], item["version"]) == (4000, 4000, 0, 8)


@pytest.mark.aws
def test_an_authorization_is_captured_whole(deployment: Deployment, wish: Wish, key: str) -> None:
    payment_id = deployment.payments.create(wish(capture=False), key).body["payment_id"]
    assert problem(step(deployment, payment_id, "capture", {"amount": 4201}, "c"), 409)["limit"] == 4200
    assert step(deployment, payment_id, "capture", None, "c").body["captured"] == 4200
    assert problem(step(deployment, payment_id, "capture", None, "c2"), 409)["state"] == "captured"
    assert problem(step(deployment, payment_id, "void", None, "v"), 409)["state"] == "captured"


@pytest.mark.aws
def test_an_authorization_is_voided(deployment: Deployment, wish: Wish, key: str) -> None:
    payment_id = deployment.payments.create(wish(capture=False), key).body["payment_id"]
    voided = step(deployment, payment_id, "void", None, "v")
    assert (voided.status, voided.body["status"]) == (200, "voided")
    assert step(deployment, payment_id, "void", None, "v").body == voided.body
    assert problem(step(deployment, payment_id, "capture", None, "c"), 409)["state"] == "voided"
    assert problem(step(deployment, payment_id, "refunds", {"amount": 1}, "r"), 409)["state"] == "voided"


@pytest.mark.aws
def test_refunds_that_race_for_the_last_unit_are_one(deployment: Deployment, wish: Wish, key: str) -> None:
    payment_id = deployment.payments.create(wish(amount=1), key).body["payment_id"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda number: step(deployment, payment_id, "refunds", {"amount": 1}, f"r{number}"), range(12))
        )
    assert sorted(answer.status for answer in answers) == [201] + [409] * 11
    assert deployment.payments.read(payment_id).body["refunded"] == 1


@pytest.mark.aws
def test_one_refund_asked_for_many_times_at_once_is_one(deployment: Deployment, wish: Wish, key: str) -> None:
    payment_id = deployment.payments.create(wish(), key).body["payment_id"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: step(deployment, payment_id, "refunds", {"amount": 100}, "r"), range(12)))
    assert sorted(answer.status for answer in answers) == [200] * 11 + [201]
    assert len({json.dumps(answer.body, sort_keys=True) for answer in answers}) == 1
    assert deployment.payments.read(payment_id).body["refunded"] == 100


@pytest.mark.aws
def test_a_payment_has_a_hundred_steps_and_the_last_refund(deployment: Deployment, wish: Wish, key: str) -> None:
    payment_id = deployment.payments.create(wish(), key).body["payment_id"]
    for number in range(100):
        assert step(deployment, payment_id, "refunds", {"amount": 1}, f"r{number}").status == 201
    refused = problem(step(deployment, payment_id, "refunds", {"amount": 1}, "r100"), 409)
    assert refused["type"] == "urn:payments:problem:too-many-steps"
    assert step(deployment, payment_id, "refunds", {"amount": 1}, "r0").status == 200
    assert deployment.payments.read(payment_id).body["refunded"] == 100
    rest = step(deployment, payment_id, "refunds", {"amount": 4100}, "rest")
    assert (rest.status, rest.body["payment"]["status"]) == (201, "refunded"), "what is left can always be refunded"


@pytest.mark.aws
@pytest.mark.parametrize("name", ["capture", "void", "refunds"])
def test_a_step_of_an_unknown_payment_is_not_found(deployment: Deployment, name: str) -> None:
    problem(step(deployment, "pay_" + "a" * 32, name, {"amount": 1} if name == "refunds" else None, "k"), 404)
