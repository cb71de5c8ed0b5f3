"""The ledger in DynamoDB: one request for each step, replays and refusals included."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import boto3

from payments.calls import CONFIG, call
from payments.payment import Payment, Step, attribute
from payments.service import MAX_STEPS, Outcome, Page, Place, Query
from payments.states import AUTHORIZED, CAPTURE, CAPTURED, REFUND, VOID, VOIDED

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Kind of step -> what must hold, beside what must for all, and what is set. Conditions cannot calculate: that is why
# the item has `refundable`, what is captured and not refunded.
CONDITIONS = {
    CAPTURE: "#status = :authorized AND #amount >= {amount}",
    VOID: "#status = :authorized",
    REFUND: "#refundable >= {amount}",
}
EFFECTS = {
    CAPTURE: "#status = :captured, #captured = {amount}, #refundable = {amount}",
    VOID: "#status = :voided",
    REFUND: "#refunded = #refunded + {amount}, #refundable = #refundable - {amount}",
}
# One effect for a key, and an item that does not grow for ever.
CONDITION = "attribute_exists(#payment_id) AND NOT contains(#step_keys, :key) AND #version <= :most"
EFFECT = (
    "#version = #version + :one, #updated_at = :at, #actor = :actor, "
    "#steps = list_append(if_not_exists(#steps, :nothing), :steps)"
)


class DynamoDbLedger:
    """Payments as items of one table with the key `payment_id`, and an index by `merchant_id` and `created_at`."""

    def __init__(self, table: str, merchant_index: str, client: DynamoDBClient | None = None) -> None:
        self._table = table
        self._merchant_index = merchant_index
        self._client = client or boto3.client("dynamodb", config=CONFIG)

    def record(self, payment: Payment) -> Payment | None:
        """None when recorded; else the payment that stood there already."""
        try:
            call(
                self._client.put_item,
                TableName=self._table,
                Item=payment.item(),
                ConditionExpression="attribute_not_exists(payment_id)",
                # The refusal carries what stands there: no second request to read it.
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            return _standing(refusal)
        return None

    def find(self, payment_id: str) -> Payment | None:
        found = call(
            self._client.get_item,
            TableName=self._table,
            Key={"payment_id": {"S": payment_id}},
            ConsistentRead=True,  # who was just told of a payment finds it
        )
        return Payment.from_item(found["Item"]) if "Item" in found else None

    def apply(self, payment_id: str, step: Step, actor: str) -> Outcome:
        """Do the step if the payment allows it; a retry of the SDK after a lost answer meets its own key."""
        # A capture of all refers to the amount by its name.
        amount = "#amount" if step.amount is None else ":amount"
        condition = f"{CONDITION} AND {CONDITIONS[step.kind]}".format(amount=amount)
        update = f"SET {EFFECT}, {EFFECTS[step.kind]} ADD #step_keys :keys".format(amount=amount)
        values = {
            ":key": {"S": step.key},
            ":keys": {"SS": [step.key]},
            ":most": attribute(MAX_STEPS),
            ":one": attribute(1),
            ":at": attribute(step.at),
            ":actor": attribute(actor),
            ":nothing": attribute([]),
            ":steps": attribute([step.attributes()]),
            ":authorized": attribute(AUTHORIZED),
            ":captured": attribute(CAPTURED),
            ":voided": attribute(VOIDED),
            ":amount": attribute(step.amount or 0),
        }
        # DynamoDB refuses names and values that no expression uses.
        used = set(re.findall(r"[#:]\w+", f"{condition} {update}"))
        try:
            answer = call(
                self._client.update_item,
                TableName=self._table,
                Key={"payment_id": {"S": payment_id}},
                ConditionExpression=condition,
                UpdateExpression=update,
                ExpressionAttributeNames={name: name[1:] for name in used if name[0] == "#"},
                ExpressionAttributeValues={name: value for name, value in values.items() if name in used},
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            return Outcome(_standing(refusal), done=False)
        return Outcome(Payment.from_item(answer["Attributes"]), done=True)

    def page(self, query: Query, after: Place | None) -> Page:
        """One request; an index of large items may answer fewer than the limit, and more after it."""
        start = {}
        if after:
            key = {"merchant_id": query.merchant_id, **vars(after)}
            start = {"ExclusiveStartKey": {name: attribute(value) for name, value in key.items()}}
        answer = call(
            self._client.query,
            TableName=self._table,
            IndexName=self._merchant_index,
            KeyConditionExpression="merchant_id = :merchant AND created_at BETWEEN :begin AND :end",
            ExpressionAttributeValues={
                ":merchant": attribute(query.merchant_id),
                ":begin": attribute(query.begin),
                ":end": attribute(query.end),
            },
            ScanIndexForward=False,
            Limit=query.limit,
            **start,
        )
        last = answer.get("LastEvaluatedKey")
        return Page(
            [Payment.from_item(item) for item in answer["Items"]],
            Place(last["created_at"]["S"], last["payment_id"]["S"]) if last else None,
        )


def _standing(refusal: Exception) -> Payment | None:
    """What the item held that a condition refused; None where there was none."""
    item = cast(dict[str, Any], cast(Any, refusal).response).get("Item")
    return Payment.from_item(item) if item else None
