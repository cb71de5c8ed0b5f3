"""A merchant's payments are reached through that merchant's path only; and every change says who made it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.payments.conftest import BODY, PAYMENTS, Call, World

OTHER = "/merchants/m-2/payments"
ARN = "arn:aws:sts::123456789012:assumed-role/clerk"


@pytest.mark.parametrize(
    ("method", "step", "body"),
    [("GET", "", None), ("POST", "/capture", None), ("POST", "/void", None), ("POST", "/refunds", {"amount": 1})],
)
@pytest.mark.parametrize("capture", [True, False])
def test_another_merchants_payment_is_not_found(
    call: Call, world: World, method: str, step: str, body: Any, capture: bool
) -> None:
    payment_id = call("POST", PAYMENTS, {**BODY, "capture": capture}).body["payment_id"]
    before = dict(world.items[payment_id])
    for path in (OTHER, "/merchants/M-1/payments"):
        answer = call(method, f"{path}/{payment_id}{step}", body, "another-key" if method == "POST" else None)
        assert (answer.status, answer.body["type"]) == (404, "urn:payments:problem:payment-not-found")
    assert (world.items[payment_id], len(world.gateway_calls)) == (before, 1)


def test_another_merchant_learns_nothing_by_the_same_step_key(call: Call) -> None:
    payment_id = call("POST", PAYMENTS, BODY).body["payment_id"]
    call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 1}, "r")
    assert call("POST", f"{OTHER}/{payment_id}/refunds", {"amount": 1}, "r").status == 404


def test_lists_are_of_one_merchant(call: Call) -> None:
    call("POST", PAYMENTS, BODY)
    assert call("GET", OTHER, key=None).body["payments"] == []


def test_every_condition_names_the_merchant(call: Call, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    conditions = []
    update = world.database.update_item

    def listen(**arguments: Any) -> Any:
        conditions.append((arguments["ConditionExpression"], arguments["ExpressionAttributeValues"]))
        return update(**arguments)

    monkeypatch.setattr(world.database, "update_item", listen)
    payment_id = call("POST", PAYMENTS, {**BODY, "capture": False}).body["payment_id"]
    call("POST", f"{PAYMENTS}/{payment_id}/capture", None, "c")
    call("POST", f"{PAYMENTS}/{payment_id}/refunds", {"amount": 1}, "r")
    assert len(conditions) == 5
    for condition, values in conditions:
        assert "#merchant_id = :merchant_id" in condition
        assert values[":merchant_id"] == {"S": "m-1"}


@pytest.mark.parametrize(
    ("identity", "actor", "actor_id"),
    [
        ({"userArn": f"{ARN}/shift-7", "userId": "AROAEXAMPLE:shift-7"}, f"{ARN}/shift-7", "AROAEXAMPLE"),
        # The SDKs' default session names are a time: one in ten passes for a card number.
        (
            {"userArn": f"{ARN}/4111111111111111", "userId": "AROAEXAMPLE:4111111111111111"},
            f"{ARN}/[card number removed]",
            "AROAEXAMPLE",
        ),
        ({"userArn": 7}, "unknown", "unknown"),
        ({}, "unknown", "unknown"),
    ],
)
def test_the_actor_is_the_redacted_arn_and_the_unique_id(
    call: Call, world: World, identity: Any, actor: str, actor_id: str
) -> None:
    call("POST", PAYMENTS, BODY, identity=identity or {"userArn": ""})
    (item,) = world.items.values()
    step = item["steps"]["M"]["sale"]["M"]
    assert (step["actor"]["S"], step["actor_id"]["S"]) == (actor, actor_id)
