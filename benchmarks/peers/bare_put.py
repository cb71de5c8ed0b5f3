"""The least that records a payment or a refund: parse the body, write it. No keys, validation, logs or metrics."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from typing import Any

import boto3

client = boto3.client("dynamodb")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Record what was asked for."""
    body = json.loads(event["body"])
    if event["rawPath"].endswith("/refunds"):
        return _refund(event["rawPath"].split("/")[2], body["amount"])
    payment = {
        "payment_id": hashlib.sha256(event["headers"]["idempotency-key"].encode()).hexdigest()[:32],
        "status": "captured",
        "created_at": datetime.now(UTC).isoformat(),
        **body,
    }
    item = {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in payment.items()}
    client.put_item(TableName=os.environ["TRANSACTIONS_TABLE"], Item=item)
    return {"statusCode": 201, "headers": {"Content-Type": "application/json"}, "body": json.dumps(payment)}


def _refund(payment_id: str, amount: int) -> dict[str, Any]:
    client.update_item(
        TableName=os.environ["TRANSACTIONS_TABLE"],
        Key={"payment_id": {"S": payment_id}},
        UpdateExpression="ADD refunded :amount",
        ExpressionAttributeValues={":amount": {"N": str(amount)}},
    )
    answer = {"payment_id": payment_id, "refunded": amount}
    return {"statusCode": 201, "headers": {"Content-Type": "application/json"}, "body": json.dumps(answer)}
