"""The ledger in DynamoDB. A step needs one request to begin, and one to record its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import boto3

from payments import expressions
from payments.calls import CONFIG, call
from payments.errors import UnavailableError
from payments.item import attribute, from_item, to_item
from payments.payment import GATEWAY, Payment
from payments.service import Begun, Page, Place, Query
from payments.settling import Due
from payments.states import CAPTURE
from payments.step import Outcome, Step

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TRIES = 4  # attempts to record an outcome while other refunds of the payment begin or end


class DynamoDbLedger:
    """Payments as items of one table with the key `payment_id`.

    `merchant_index` has the key `merchant_id`, `created_at`. `pending_index` has the key `awaiting`, `due_at`; only
    payments that wait for the gateway or a capture have these attributes.
    """

    def __init__(
        self, table: str, merchant_index: str, pending_index: str, client: DynamoDBClient | None = None
    ) -> None:
        self._table = table
        self._merchant_index = merchant_index
        self._pending_index = pending_index
        self._client = client or boto3.client("dynamodb", config=CONFIG)

    def record(self, payment: Payment) -> Payment | None:
        """Record a new payment and return None; if one with its id exists, change nothing and return that one."""
        try:
            call(
                self._client.put_item,
                TableName=self._table,
                Item=to_item(payment),
                ConditionExpression="attribute_not_exists(payment_id)",
                # The failed condition returns the existing item, so no second request is needed.
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            return _standing(refusal, payment.merchant_id)
        return None

    def find(self, merchant_id: str, payment_id: str) -> Payment | None:
        found = call(
            self._client.get_item,
            TableName=self._table,
            Key={"payment_id": {"S": payment_id}},
            ConsistentRead=True,  # consistent: a client can read a payment that it just created
        )
        return _of_merchant(found.get("Item"), merchant_id)

    def begin(self, merchant_id: str, payment_id: str, step: Step, due_at: str) -> Begun:
        """Begin the step if the payment allows it.

        If DynamoDB's answer is lost, the SDK's retry finds the key of its own step.
        """
        try:
            return Begun(self._updated(payment_id, expressions.intent(merchant_id, step, due_at)), begun=True)
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            return Begun(_standing(refusal, merchant_id), begun=False)

    def settle(self, payment: Payment, step: Step, outcome: Outcome) -> Payment:
        """Record the outcome with one request, or several if other refunds of the payment begin or end meanwhile."""
        standing: Payment | None = payment
        for _ in range(TRIES):
            if standing is None or step.key not in standing.steps:
                raise ValueError("the payment or its step is no longer in the ledger")
            if standing.steps[step.key].version:
                return standing
            last = (standing.pending_refunds or 1) == 1
            arguments = expressions.outcome(payment, step, outcome, last=last)
            try:
                if step.makes_the_payment:  # nothing else can have changed, so the new item need not be read
                    self._update(payment.payment_id, {**arguments, "ReturnValues": "NONE"})
                    return payment.made(step, outcome)
                return self._updated(payment.payment_id, arguments)
            except self._client.exceptions.ConditionalCheckFailedException as refusal:
                standing = _standing(refusal, payment.merchant_id)
        raise UnavailableError("the ledger refused a write several times")

    def page(self, query: Query, after: Place | None) -> Page:
        """Read one page with one request. It reads at most 1 MB, so a page may have fewer payments than the limit."""
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
            [from_item(item) for item in answer["Items"]],
            Place(last["created_at"]["S"], last["payment_id"]["S"]) if last else None,
        )

    def pending(self) -> list[Due]:
        return self._waiting(GATEWAY)

    def uncaptured(self, now: str, limit: int) -> list[Due]:
        return self._waiting(CAPTURE, now, limit)

    def read(self, payment_id: str) -> Payment | None:
        found = call(
            self._client.get_item, TableName=self._table, Key={"payment_id": {"S": payment_id}}, ConsistentRead=True
        )
        return from_item(found["Item"]) if "Item" in found else None

    def postpone(self, payment: Payment, due_at: str) -> None:
        try:
            self._update(payment.payment_id, expressions.postponement(payment, due_at))
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # it has changed: that change has set the settler's next time

    def _waiting(self, what: str, until: str | None = None, limit: int | None = None) -> list[Due]:
        """Return waiting payments, the next due first. One request reads at most 1 MB: some thousands of payments."""
        answer = call(
            self._client.query,
            TableName=self._table,
            IndexName=self._pending_index,
            KeyConditionExpression="awaiting = :what" + (" AND due_at <= :until" if until else ""),
            ExpressionAttributeValues={
                ":what": attribute(what),
                **({":until": attribute(until)} if until else {}),
            },
            **({"Limit": limit} if limit else {}),
        )
        return [
            Due(item["payment_id"]["S"], item["due_at"]["S"], item.get("pending_since", item["due_at"])["S"])
            for item in answer["Items"]
        ]

    def _updated(self, payment_id: str, arguments: dict[str, Any]) -> Payment:
        return from_item(self._update(payment_id, {**arguments, "ReturnValues": "ALL_NEW"})["Attributes"])

    def _update(self, payment_id: str, arguments: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = call(
            self._client.update_item,
            TableName=self._table,
            Key={"payment_id": {"S": payment_id}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
            **arguments,
        )
        return answer


def _standing(refusal: Exception, merchant_id: str) -> Payment | None:
    """Return the payment that made a condition fail; None if there is none, or if it belongs to another merchant."""
    return _of_merchant(cast(dict[str, Any], cast(Any, refusal).response).get("Item"), merchant_id)


def _of_merchant(item: Any, merchant_id: str) -> Payment | None:
    payment = from_item(item) if item else None
    return payment if payment and payment.merchant_id == merchant_id else None
