"""The least that takes a payment: two writes and the gateway call. No keys, conditions, validation, logs or metrics."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from typing import Any

import boto3

from payments.gateway import Approved, Charge
from payments.simulated import Simulated

client = boto3.client("dynamodb")
gateway = Simulated()
TABLE = os.environ["TRANSACTIONS_TABLE"]


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Record what was asked for, ask the gateway, record its answer."""
    body = json.loads(event["body"])
    _, _, merchant_id, _, *rest = event["rawPath"].split("/")
    if rest:
        return _refund(rest[0], body["amount"])
    payment_id = hashlib.sha256(event["headers"]["idempotency-key"].encode()).hexdigest()[:32]
    payment = {
        "payment_id": payment_id,
        "merchant_id": merchant_id,
        "status": "pending",
        "created_at": datetime.now(UTC).isoformat(),
        **body,
    }
    item = {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in payment.items()}
    client.put_item(TableName=TABLE, Item=item)
    charge = Charge(payment_id, merchant_id, body["amount"], body["currency"], body["payment_token"])
    answer = gateway.sale(charge, payment_id, repeat=False)
    payment["status"] = "captured" if isinstance(answer, Approved) else "declined"
    _update(payment_id, "SET #status = :value", {"#status": "status"}, {"S": payment["status"]})
    return _answer(201 if isinstance(answer, Approved) else 402, payment)


def _refund(payment_id: str, amount: int) -> dict[str, Any]:
    _update(payment_id, "ADD refunding :value", {}, {"N": str(amount)})
    gateway.refund(f"sim_{payment_id}", amount, payment_id, repeat=False)
    _update(payment_id, "ADD refunded :value", {}, {"N": str(amount)})
    return _answer(201, {"payment_id": payment_id, "refunded": amount})


def _update(payment_id: str, expression: str, names: dict[str, str], value: dict[str, str]) -> None:
    client.update_item(
        TableName=TABLE,
        Key={"payment_id": {"S": payment_id}},
        UpdateExpression=expression,
        ExpressionAttributeValues={":value": value},
        **({"ExpressionAttributeNames": names} if names else {}),
    )


def _answer(status: int, document: dict[str, Any]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(document)}
