"""What is recorded of payments: audit records, receipts, and what is set aside."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lib.console.polling import wait_for
from lib.demo.showcase import archived, audit_trail
from lib.targets.deployment import MERCHANT, Deployment

from .payment_requests import Wish, step

RECORD_SECONDS = 90.0


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
