"""The ledger in DynamoDB: one request for each step, replays included."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from payments.payment import Payment
from payments.problems import unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Three tries of at most three seconds stay within the function's ten.
CONFIG = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3})
# docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html: "OK to retry? Yes"
RETRYABLE = {
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
}


class DynamoDbLedger:
    """Payments as items of one table, with the key `payment_id`."""

    def __init__(self, table: str, client: DynamoDBClient | None = None) -> None:
        self._table = table
        self._client = client or boto3.client("dynamodb", config=CONFIG)

    def record(self, payment: Payment) -> Payment | None:
        """None when recorded; else the payment that stood there already."""
        try:
            _call(
                self._client.put_item,
                TableName=self._table,
                Item=payment.item(),
                ConditionExpression="attribute_not_exists(payment_id)",
                # The refusal carries what stands there: no second request to read it.
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            return Payment.from_item(cast(dict[str, Any], refusal.response)["Item"])
        return None

    def find(self, payment_id: str) -> Payment | None:
        found = _call(
            self._client.get_item,
            TableName=self._table,
            Key={"payment_id": {"S": payment_id}},
            ConsistentRead=True,  # who was just told of a payment finds it
        )
        return Payment.from_item(found["Item"]) if "Item" in found else None


def _call(operation: Callable[..., Any], **arguments: Any) -> Any:
    try:
        return operation(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] in RETRYABLE:
            raise unavailable() from error
        raise
    except BotoCoreError as error:  # no connection, no answer in time
        raise unavailable() from error
