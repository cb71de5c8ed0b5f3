"""What the gateway's answers make of payments, through the deployed API and the deployed settler."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.console.polling import wait_for
from lib.demo.run_settler import run_settler
from lib.demo.showcase import table_item
from lib.targets.deployment import Deployment
from lib.targets.payments_client import Answer

SETTLED_SECONDS = 120.0  # the settler first looks half a minute after a step began
APPROVED, DECLINED = "tok_unknown_then_approved", "tok_unknown_then_declined"

Wish = Callable[..., dict[str, Any]]


def declined(answer: Answer) -> dict[str, Any]:
    """The problem details of a decline."""
    assert answer.status == 402, answer.body
    assert answer.body["type"] == "urn:payments:problem:declined"
    body: dict[str, Any] = answer.body
    return body


def once_settled(deployment: Deployment, payment_id: str) -> dict[str, Any]:
    """Run the settler until the payment waits for nothing."""

    def settled() -> dict[str, Any] | None:
        run_settler(deployment)
        item = table_item(deployment, payment_id)
        return None if item.get("awaiting") == "gateway" else item

    return wait_for("the outcome", settled, SETTLED_SECONDS, 5.0)


@pytest.mark.aws
def test_every_answer_says_that_no_money_moves(deployment: Deployment, wish: Wish, key: str) -> None:
    api = deployment.payments
    answers = [
        api.create(wish(), key),
        api.create(wish(amount=1), key),
        api.read("pay_" + "a" * 32),
        api.list(limit="1"),
        api.create(wish(amount=0), f"{key}-bad"),
    ]
    assert [answer.status for answer in answers] == [201, 409, 404, 200, 400]
    assert [answer.body["livemode"] for answer in answers] == [False] * len(answers)
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == len(answers)


@pytest.mark.aws
def test_a_declined_payment_stays_declined(deployment: Deployment, wish: Wish, key: str) -> None:
    api, body = deployment.payments, wish(payment_token="tok_declined_expired_card")  # noqa: S106
    first = api.create(body, key)
    again = api.create(body, key)
    assert declined(first)["decline_code"] == declined(again)["decline_code"] == "expired_card"
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    shown = api.read(first.body["payment_id"]).body
    assert (shown["status"], shown["captured"]) == ("declined", 0)
    refused = api.step(first.body["payment_id"], "refunds", {"amount": 1}, "r")
    assert (refused.status, refused.body["state"]) == (409, "declined")


@pytest.mark.aws
@pytest.mark.parametrize(("token", "status"), [(APPROVED, 200), (DECLINED, 402)])
def test_asking_again_brings_the_answer(deployment: Deployment, wish: Wish, key: str, token: str, status: int) -> None:
    api, body = deployment.payments, wish(payment_token=token)
    first = api.create(body, key)
    assert (first.status, first.body["status"], first.headers["Retry-After"].isdigit()) == (202, "pending", True)
    assert api.create(wish(payment_token=token, amount=1), key).status == 409, "another body asks for nothing"
    again = api.create(body, key)
    assert (again.status, again.headers["Idempotency-Replayed"]) == (status, "true")
    item = table_item(deployment, first.body["payment_id"])
    assert item["version"] == 2
    assert "awaiting" not in item
    assert "payment_token" not in item


@pytest.mark.aws
@pytest.mark.parametrize(("token", "status"), [(APPROVED, "captured"), (DECLINED, "declined")])
def test_the_settler_settles_what_nobody_asks_for_again(
    deployment: Deployment, wish: Wish, key: str, token: str, status: str
) -> None:
    api, body = deployment.payments, wish(payment_token=token)
    first = api.create(body, key)
    assert first.status == 202
    payment_id = first.body["payment_id"]
    assert table_item(deployment, payment_id)["awaiting"] == "gateway"
    item = once_settled(deployment, payment_id)
    (step,) = item["steps"].values()
    assert (item["status"], item["version"]) == (status, 2)
    assert step["settled_by"] != step["request_id"], "another than the client's request"
    assert api.read(payment_id).body["status"] == status
    assert api.create(body, key).status == (200 if status == "captured" else 402)


@pytest.mark.aws
def test_an_answer_that_takes_too_long_is_pending_in_time(deployment: Deployment, wish: Wish, key: str) -> None:
    """The function waits for the gateway for less than its own ten seconds."""
    api, body = deployment.payments, wish(payment_token="tok_slow")  # noqa: S106
    first = api.create(body, key)
    assert (first.status, first.body["status"]) == (202, "pending")
    assert api.create(body, key).body["status"] == "captured"


@pytest.mark.aws
def test_a_declined_refund_changes_no_amount(deployment: Deployment, wish: Wish, key: str) -> None:
    api = deployment.payments
    payment_id = api.create(wish(payment_token="tok_refund_declined"), key).body["payment_id"]  # noqa: S106
    for replayed in (None, "true"):
        answer = api.step(payment_id, "refunds", {"amount": 1000}, "r")
        assert declined(answer)["payment_id"] == payment_id
        assert answer.headers.get("Idempotency-Replayed") == replayed
    shown = api.read(payment_id).body
    assert (shown["status"], shown["refunded"]) == ("captured", 0)
    assert [(refund["amount"], refund["status"]) for refund in shown["refunds"]] == [(1000, "declined")]
    assert table_item(deployment, payment_id)["refundable"] == 4200


@pytest.mark.aws
def test_an_authorization_says_until_when_it_holds(deployment: Deployment, wish: Wish, key: str) -> None:
    """The settler has it in its index, to void it before."""
    api = deployment.payments
    made = api.create(wish(capture=False), key).body
    assert made["capture_before"] > made["created_at"]
    item = table_item(deployment, made["payment_id"])
    assert item["awaiting"] == "capture"
    assert made["created_at"] < item["due_at"] < made["capture_before"]
    api.step(made["payment_id"], "capture", None, "c")
    assert "awaiting" not in table_item(deployment, made["payment_id"])


@pytest.mark.aws
def test_a_payment_is_its_merchants_alone(deployment: Deployment, wish: Wish, key: str) -> None:
    """To another merchant it does not exist, whatever is asked."""
    payment_id = deployment.payments.create(wish(capture=False), key).body["payment_id"]
    other = deployment.payments.of("tea-house")
    answers = [
        other.read(payment_id),
        other.step(payment_id, "capture", None, "c"),
        other.step(payment_id, "void", None, "v"),
        other.step(payment_id, "refunds", {"amount": 1}, "r"),
    ]
    assert [answer.status for answer in answers] == [404] * 4
    assert payment_id not in [payment["payment_id"] for payment in other.list().body["payments"]]
    assert deployment.payments.read(payment_id).body["status"] == "authorized"
    assert table_item(deployment, payment_id)["version"] == 2
