"""Records that are taken out of the archive, and the message that Lambda would have sent of them."""

from __future__ import annotations

import json
from typing import Any

from lib.demo.showcase import audit_trail
from lib.operations import stream
from lib.operations.archive import ArchiveReader
from lib.operations.deployed import Deployed
from lib.targets.deployment import MERCHANT, Deployment

SHARD = "shardId-00000000000000000000-00000000"


def lose(deployment: Deployment, payment_id: str) -> stream.Range:
    """Take the payment's receipt and audit objects away; where in the stream the objects' records are."""
    s3, bucket = deployment.client("s3"), deployment.outputs["audit_bucket_name"]
    lost = sorted({key for key, _ in audit_trail(deployment, payment_id)})
    found = {record["sequence_number"] for key in lost for record in _records(deployment, key)}
    numbers = sorted(found, key=int)
    for key in (*lost, receipt_key(payment_id)):
        s3.delete_object(Bucket=bucket, Key=key)
    table = deployment.client("dynamodb").describe_table(TableName=deployment.outputs["transactions_table_name"])
    return stream.Range(table["Table"]["LatestStreamArn"], SHARD, numbers[0], numbers[-1], len(numbers))


def _records(deployment: Deployment, key: str) -> list[dict[str, Any]]:
    reader = ArchiveReader(deployment.client("s3"), deployment.outputs["audit_bucket_name"])
    return [record for _, record in reader.audit(key)]


def receipt_key(payment_id: str) -> str:
    return f"receipts/{MERCHANT}/{payment_id}.json"


def send(stack: Deployed, wanted: stream.Range) -> None:
    """What Lambda sends when it gives a batch up: docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html"""
    body = {
        "requestContext": {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": 11},
        "DDBStreamBatchInfo": {
            "shardId": wanted.shard,
            "startSequenceNumber": wanted.first,
            "endSequenceNumber": wanted.last,
            "batchSize": wanted.size,
            "streamArn": wanted.stream,
        },
    }
    queue = stack.outputs["archive_failures_queue_url"]
    stack.connect("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps(body))
