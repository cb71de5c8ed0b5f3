"""Payments through the deployed API: what it answers, and what is recorded of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lib.console.polling import wait_for
from lib.demo.showcase import archived, audit_trail, table_item
from lib.targets.deployment import MERCHANT, Deployment
from lib.targets.payments_client import Answer

RECORD_SECONDS = 90.0
# The networks' test card: it passes the Luhn test and belongs to nobody.
CARD = "4242424242424242"

Wish = Callable[..., dict[str, Any]]


def problem(answer: Answer, status: int) -> dict[str, Any]:
    """The problem details of a refusal."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.body["status"] == status
    body: dict[str, Any] = answer.body
    return body


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
    lines = wait_for("the function's log lines", lambda: _log_with(deployment, outputs, taken), RECORD_SECONDS)
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


def step(
    deployment: Deployment,
    payment_id: str,
    name: str,
    body: Any,
    key: str | None,
    headers: dict[str, str] | None = None,
) -> Answer:
    """A step, with these headers and no others."""
    sent = {"content-type": "application/json", **({"idempotency-key": key} if key else {}), **(headers or {})}
    return deployment.payments.call(
        "POST", f"{deployment.payments.path}/{payment_id}/{name}", sent, "" if body is None else json.dumps(body)
    )


def listed(deployment: Deployment, merchant: str = MERCHANT, **query: str) -> Answer:
    return deployment.payments.of(merchant).list(**query)


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


@pytest.mark.aws
def test_audit_record_and_receipt_arrive(deployment: Deployment, outputs: dict[str, str], wish: Wish, key: str) -> None:
    payment = deployment.payments.create(wish(), key).body
    deployment.payments.create(wish(), key)  # a replay changes nothing, and so leaves no record
    payment_id = payment["payment_id"]
    receipt_key = f"receipts/{MERCHANT}/{payment_id}.json"

    def newest() -> dict[str, Any] | None:
        receipt = archived(deployment, receipt_key)
        return receipt if receipt and receipt["version"] == 2 else None

    receipt = wait_for("the receipt", newest, RECORD_SECONDS)
    assert receipt["receipt_for"] == payment_id
    assert {name: receipt[name] for name in payment} == payment
    assert "payment_token" not in receipt

    def trail() -> list[tuple[str, dict[str, Any]]] | None:
        found = audit_trail(deployment, payment_id)
        return found if len(found) == 2 else None

    (_, intent), (audit_key, outcome) = wait_for("the audit records", trail, RECORD_SECONDS)
    assert (intent["event"], intent["payment_id"], intent["before"]) == ("created", payment_id, None)
    assert (intent["after"]["status"], intent["step"]["state"]) == ("pending", "pending")
    assert (outcome["before"], outcome["after"]) == (intent["after"], payment)
    assert outcome["step"]["state"] == "succeeded"
    stored = deployment.client("s3").head_object(Bucket=outputs["audit_bucket_name"], Key=audit_key)
    assert stored["ServerSideEncryption"] == "aws:kms"


@pytest.mark.aws
def test_a_receipt_follows_its_payment(deployment: Deployment, wish: Wish, key: str) -> None:
    payment_id = deployment.payments.create(wish(capture=False), key).body["payment_id"]
    step(deployment, payment_id, "capture", {"amount": 4000}, "c")
    last = step(deployment, payment_id, "refunds", {"amount": 1000}, "r").body["payment"]

    def newest() -> dict[str, Any] | None:
        receipt = archived(deployment, f"receipts/{MERCHANT}/{payment_id}.json")
        return receipt if receipt and receipt["version"] == 6 else None

    receipt = wait_for("the receipt of the last version", newest, RECORD_SECONDS)
    assert {name: receipt[name] for name in last} == last

    def trail() -> list[dict[str, Any]] | None:
        records = [record for _, record in audit_trail(deployment, payment_id)]
        return records if len(records) == 6 else None

    records = wait_for("its audit records", trail, RECORD_SECONDS)
    states = ["pending", "authorized", "authorized", "captured", "captured", "partially_refunded"]
    events = ["created", *["changed"] * 5]
    told = [(record["version"], record["event"], record["after"]["status"]) for record in records]
    assert told == list(zip(range(1, 7), events, states, strict=True))
    assert len({record["request_id"] for record in records}) == 3, "one for each step"


@pytest.mark.emulator_only("a change that cannot be archived raises an alarm")
def test_a_change_that_is_no_payments_is_set_aside_and_blocks_nothing(
    deployment: Deployment, outputs: dict[str, str], wish: Wish, key: str
) -> None:
    dynamodb, table = deployment.client("dynamodb"), outputs["transactions_table_name"]
    item = {"payment_id": {"S": f"nobody-{key}"}, "note": {"S": "written by hand"}}
    dynamodb.put_item(TableName=table, Item=item)
    payment_id = deployment.payments.create(wish(), key).body["payment_id"]
    receipt_key = f"receipts/{MERCHANT}/{payment_id}.json"
    assert wait_for("the receipt behind it", lambda: archived(deployment, receipt_key), RECORD_SECONDS)
    kept = wait_for("what is set aside", lambda: _set_aside(deployment, outputs, key), RECORD_SECONDS)
    assert kept["record"]["dynamodb"]["NewImage"] == item
    dynamodb.delete_item(TableName=table, Key={"payment_id": item["payment_id"]})


def _set_aside(deployment: Deployment, outputs: dict[str, str], key: str) -> dict[str, Any] | None:
    """The record below set-aside/ that has the text in it."""
    pages = (
        deployment.client("s3")
        .get_paginator("list_objects_v2")
        .paginate(Bucket=outputs["audit_bucket_name"], Prefix="set-aside/")
    )
    found = [archived(deployment, item["Key"]) for page in pages for item in page.get("Contents", [])]
    return next((record for record in found if record and key in json.dumps(record)), None)
