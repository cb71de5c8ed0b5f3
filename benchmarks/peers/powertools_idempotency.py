"""The same job with Powertools' idempotency utility, as its documentation has it for an API with an idempotency key.

Router, logger and metrics are Powertools' too, as in our handler; the key is the header's and the body is validated as
its payload, so that the same key with another body is refused. Validation is a parse: less than ours does.
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

logger = Logger()
metrics = Metrics()
app = APIGatewayHttpResolver()
client = boto3.client("dynamodb")
persistence = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])
config = IdempotencyConfig(
    event_key_jmespath='headers."idempotency-key"',
    payload_validation_jmespath="body",
    raise_on_no_idempotency_key=True,
)


@app.post("/payments")
def take() -> Response[str]:
    body = app.current_event.json_body
    payment = {
        "payment_id": uuid.uuid4().hex,
        "status": "captured",
        "created_at": datetime.now(UTC).isoformat(),
        **body,
    }
    item = {name: {"N": str(value)} if isinstance(value, int) else {"S": value} for name, value in payment.items()}
    client.put_item(TableName=os.environ["TRANSACTIONS_TABLE"], Item=item)
    metrics.add_metric(name="PaymentsTaken", unit=MetricUnit.Count, value=1)
    logger.info("payment taken", payment_id=payment["payment_id"])
    return Response(status_code=201, content_type="application/json", body=json.dumps(payment))


@app.post("/payments/<payment_id>/refunds")
def refund(payment_id: str) -> Response[str]:
    body = app.current_event.json_body
    client.update_item(
        TableName=os.environ["TRANSACTIONS_TABLE"],
        Key={"payment_id": {"S": payment_id}},
        UpdateExpression="ADD refunded :amount",
        ConditionExpression="attribute_exists(payment_id) AND (attribute_not_exists(refunded) OR refunded < amount)",
        ExpressionAttributeValues={":amount": {"N": str(body["amount"])}},
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
