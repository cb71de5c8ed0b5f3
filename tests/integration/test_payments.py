"""Payments through the deployed API: how they are made, read and listed, and what is refused."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lib.console.polling import wait_for
from lib.demo.showcase import table_item
from lib.targets.deployment import MERCHANT, Deployment

from .payment_requests import Wish, listed, problem, step

# The networks' test card: it passes the Luhn test and belongs to nobody.
LOG_SECONDS = 90.0
CARD = "4242424242424242"


@pytest.mark.aws
def test_a_payment_is_taken_recorded_and_read_back(deployment: Deployment, wish: Wish, key: str) -> None:
    taken = deployment.payments.create(wish(customer_id="c-1", metadata={"order": "17"}), key)
    assert taken.status == 201, taken.body
    assert taken.body["status"] == "captured"
    assert (taken.body["amount"], taken.body["captured"], taken.body["refunded"]) == (4200, 4200, 0)
    assert deployment.payments.read(taken.body["payment_id"]).body == taken.body
    item = table_item(deployment, taken.body["payment_id"])
    assert (item["merchant_id"], item["amount"], item["currency"]) == (MERCHANT, 4200, "EUR")
    assert item["metadata"] == {"order": "17"}


@pytest.mark.aws
def test_a_payment_may_be_authorized_only(deployment: Deployment, wish: Wish, key: str) -> None:
    taken = deployment.payments.create(wish(capture=False), key)
    assert (taken.status, taken.body["status"], taken.body["captured"]) == (201, "authorized", 0)


@pytest.mark.aws
def test_the_same_again_is_the_same_payment(deployment: Deployment, wish: Wish, key: str) -> None:
    first = deployment.payments.create(wish(), key)
    again = deployment.payments.create(wish(), key)
    assert (first.status, again.status) == (201, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert again.body == first.body


@pytest.mark.aws
def test_the_same_key_with_another_body_is_a_conflict(deployment: Deployment, wish: Wish, key: str) -> None:
    first = deployment.payments.create(wish(), key)
    problem(deployment.payments.create(wish(amount=4201), key), 409)
    assert deployment.payments.read(first.body["payment_id"]).body == first.body


@pytest.mark.aws
def test_many_at_once_with_one_key_are_one_payment(deployment: Deployment, wish: Wish, key: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: deployment.payments.create(wish(), key), range(12)))
    assert sorted(answer.status for answer in answers) == [200] * 11 + [201]
    assert len({answer.body["payment_id"] for answer in answers}) == 1


@pytest.mark.aws
def test_another_merchant_may_use_the_same_key(deployment: Deployment, wish: Wish, key: str) -> None:
    ours = deployment.payments.create(wish(), key)
    theirs = deployment.payments.of("other-shop").create(wish(), key)
    assert (ours.status, theirs.status) == (201, 201)
    assert ours.body["payment_id"] != theirs.body["payment_id"]


@pytest.mark.aws
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 0}, "/amount"),
        ({"amount": -5}, "/amount"),
        ({"amount": 1.5}, "/amount"),
        ({"amount": "4200"}, "/amount"),
        ({"currency": "EURO"}, "/currency"),
        ({"currency": "eur"}, "/currency"),
        ({"tip": 100}, "/tip"),
        ({"merchant_id": "m-1"}, "/merchant_id"),
    ],
)
def test_bad_fields_are_named(deployment: Deployment, wish: Wish, key: str, change: dict[str, Any], field: str) -> None:
    refused = problem(deployment.payments.create(wish(**change), key), 400)
    assert [error["pointer"] for error in refused["errors"]] == [field]


@pytest.mark.aws
@pytest.mark.parametrize("body", ["", "{", "[]", '"payment"', '{"amount": 1, "amount": 2}', "\u0000"])
def test_what_is_no_payment_at_all_is_refused(deployment: Deployment, key: str, body: str) -> None:
    problem(deployment.payments.create(body, key), 400)


@pytest.mark.aws
def test_a_missing_key_is_named(deployment: Deployment, wish: Wish) -> None:
    refused = problem(deployment.payments.create(wish(), None), 400)
    assert [error["pointer"] for error in refused["errors"]] == ["Idempotency-Key"]


@pytest.mark.emulator_only("it reads the whole table and the whole log")
@pytest.mark.parametrize("field", ["payment_token", "customer_id", "note"])
def test_a_card_number_is_refused_and_written_nowhere(
    deployment: Deployment, outputs: dict[str, str], wish: Wish, key: str, field: str
) -> None:
    refused = problem(deployment.payments.create(wish(**{field: CARD}), key), 400)
    assert CARD not in json.dumps(refused)
    # The next payment's log lines come after this one's.
    taken = deployment.payments.create(wish(), f"{key}-after").body["payment_id"]
    lines = wait_for("the function's log lines", lambda: _log_with(deployment, outputs, taken), LOG_SECONDS)
    assert CARD not in lines
    pages = (
        deployment.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=outputs["transactions_table_name"], ConsistentRead=True)
    )
    assert CARD not in json.dumps([page["Items"] for page in pages])


def _log_with(deployment: Deployment, outputs: dict[str, str], text: str) -> str | None:
    """Everything that the processor has logged, once that text is in it."""
    pages = (
        deployment.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=f"/aws/lambda/{outputs['payment_function_name']}")
    )
    lines = "\n".join(event["message"] for page in pages for event in page["events"])
    return lines if text in lines else None


@pytest.mark.aws
def test_a_merchants_payments_are_listed_page_by_page(deployment: Deployment, wish: Wish, key: str) -> None:
    api = deployment.payments.of(key)
    made = [api.create(wish(), f"{key}-{number}").body for number in range(5)]
    found: list[Any] = []
    query = {"limit": "2", "from": made[0]["created_at"]}
    answer = listed(deployment, key, **query)
    cursor = answer.body["next_cursor"]
    while "next_cursor" in answer.body:
        found += answer.body["payments"]
        answer = listed(deployment, key, **query, cursor=answer.body["next_cursor"])
        assert answer.status == 200, answer.body
    found += answer.body["payments"]
    assert found == made[::-1]
    assert listed(deployment, key, to=made[2]["created_at"]).body["payments"] == made[1::-1]
    changed = cursor[:-1] + ("a" if cursor[-1] != "a" else "b")
    for merchant, wrong in (("other-shop", cursor), (key, changed), (key, f"{'b' * 64}{cursor[64:]}")):
        refused = problem(listed(deployment, merchant, **query, cursor=wrong), 400)
        assert [error["pointer"] for error in refused["errors"]] == ["cursor"]


@pytest.mark.aws
def test_a_list_names_what_is_wrong_with_its_query(deployment: Deployment) -> None:
    refused = problem(listed(deployment, limit="0", order="up"), 400)
    assert [error["pointer"] for error in refused["errors"]] == ["order", "limit"]


@pytest.mark.aws
@pytest.mark.parametrize("place", ["merchant", "metadata", "a name in metadata", "refund"])
def test_a_card_number_is_refused_wherever_it_would_be_stored(
    deployment: Deployment, wish: Wish, key: str, place: str
) -> None:
    api, spaced = deployment.payments, " ".join(CARD[index : index + 4] for index in range(0, 16, 4))
    answers = {
        "merchant": lambda: api.of(CARD).create(wish(), key),
        "metadata": lambda: api.create(wish(metadata={"order": spaced}), key),
        "a name in metadata": lambda: api.create(wish(metadata={"cvv": "123"}), key),
        "refund": lambda: step(deployment, "pay_" + "a" * 32, "refunds", {"amount": 1, "reason": spaced}, key),
    }
    refused = json.dumps(problem(answers[place](), 400))
    assert CARD not in refused
    assert spaced not in refused


@pytest.mark.aws
@pytest.mark.parametrize("payment_id", ["pay_unknown", "x", "pay_" + "a" * 32])
def test_an_unknown_payment_is_not_found(deployment: Deployment, payment_id: str) -> None:
    problem(deployment.payments.read(payment_id), 404)


@pytest.mark.aws
def test_unsigned_requests_reach_nothing(deployment: Deployment, wish: Wish, key: str) -> None:
    assert deployment.payments.create(wish(), key, signed=False).status == 403
    taken = deployment.payments.create(wish(), key)
    assert taken.status == 201, "the unsigned one left nothing behind: this is the first with its key"
    assert deployment.payments.read(taken.body["payment_id"], signed=False).status == 403
    for method, path in (
        ("GET", ""),
        ("POST", f"/{taken.body['payment_id']}/capture"),
        ("POST", f"/{taken.body['payment_id']}/void"),
        ("POST", f"/{taken.body['payment_id']}/refunds"),
    ):
        assert deployment.payments.call(method, deployment.payments.path + path, signed=False).status == 403
