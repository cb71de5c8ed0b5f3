"""A handler that takes payments with Powertools' idempotency utility, written as the utility's documentation describes.

Router, logger and metrics are those of Powertools too. The idempotency key is the header's value, and the utility
compares the body with the body of the first request, so it refuses the same key with another body. The handler only
parses the body and validates less than our processor. It calls the gateway between the utility's two writes. After a
crash between the two writes, the handler cannot settle the payment.
docs.aws.amazon.com/powertools/python/latest/utilities/idempotency
"""

from __future__ import annotations

import json
import os
import uuid
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent
from aws_lambda_powertools.utilities.typing import LambdaContext

from payments.gateway import Approved, Charge
from payments.simulated import Simulated

logger = Logger()
metrics = Metrics()
app = APIGatewayHttpResolver()
client = boto3.client("dynamodb")
gateway = Simulated()
persistence = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])
config = IdempotencyConfig(
    event_key_jmespath='headers."idempotency-key"',
    payload_validation_jmespath="body",
    raise_on_no_idempotency_key=True,
)


@app.post("/merchants/<merchant_id>/payments")
def take(merchant_id: str) -> Response[str]:
    body = app.current_event.json_body
    payment_id = uuid.uuid4().hex
    charge = Charge(payment_id, merchant_id, body["amount"], body["currency"], body["payment_token"])
    approved = isinstance(gateway.sale(charge, payment_id, repeat=False), Approved)
    payment = {
        "payment_id": payment_id,
        "merchant_id": merchant_id,
        "status": "captured" if approved else "declined",
        "created_at": datetime.now(UTC).isoformat(),
        **body,
    }
    item = {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in payment.items()}
    client.put_item(TableName=os.environ["TRANSACTIONS_TABLE"], Item=item)
    metrics.add_metric(name="PaymentsTaken", unit=MetricUnit.Count, value=1)
    logger.info("payment taken", payment_id=payment["payment_id"])
    return Response(status_code=201 if approved else 402, content_type="application/json", body=json.dumps(payment))


@app.post("/merchants/<merchant_id>/payments/<payment_id>/refunds")
def refund(merchant_id: str, payment_id: str) -> Response[str]:
    body = app.current_event.json_body
    gateway.refund(f"sim_{payment_id}", body["amount"], payment_id, repeat=False)
    client.update_item(
        TableName=os.environ["TRANSACTIONS_TABLE"],
        Key={"payment_id": {"S": payment_id}},
        UpdateExpression="ADD refunded :amount",
        ConditionExpression="merchant_id = :merchant AND (attribute_not_exists(refunded) OR refunded < amount)",
        ExpressionAttributeValues={":amount": {"N": str(body["amount"])}, ":merchant": {"S": merchant_id}},
    )
    metrics.add_metric(name="RefundsTaken", unit=MetricUnit.Count, value=1)
    logger.info("refund taken", payment_id=payment_id)
    answer = {"payment_id": payment_id, "refunded": body["amount"]}
    return Response(status_code=201, content_type="application/json", body=json.dumps(answer))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@metrics.log_metrics
@idempotent(config=config, persistence_store=persistence)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request, once."""
    return app.resolve(event, context)
