"""DynamoDB in memory, as far as the ledger uses it: a table, its two indexes and its stream, behind a client's methods.

It refuses what DynamoDB refuses: names and values that no expression uses, paths that overlap, an operand that the item
does not have, an index key of another type. tests/simulation/test_dynamodb.py compares it with moto.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from tests.simulation.expressions import InvalidExpressionError, Names, condition, update

Item = dict[str, dict[str, Any]]


class ConditionalCheckFailedException(ClientError):  # noqa: N818 - boto3's name
    pass


class Exceptions:
    ConditionalCheckFailedException = ConditionalCheckFailedException


@dataclass(frozen=True)
class Index:
    """Its two keys; only items that have both are in it. `projected` of None: everything."""

    hash_key: str
    range_key: str
    projected: tuple[str, ...] | None = None


@dataclass
class MemoryDynamoDb:
    """A client of DynamoDB whose table has the key `payment_id`. `clock` is that of the stream's records.

    An item is never changed, but replaced: what was handed out stays as it was.
    """

    indexes: dict[str, Index]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    items: dict[str, Item] = field(default_factory=dict)
    stream: list[dict[str, Any]] = field(default_factory=list)
    exceptions: type[Exceptions] = Exceptions
    indexed: dict[str, Item] | None = None  # what the indexes have while they are behind
    requests: list[str] = field(default_factory=list)  # the operations, in their order

    def put_item(self, **arguments: Any) -> dict[str, Any]:
        self.requests.append("PutItem")
        item = arguments["Item"]
        key = item["payment_id"]["S"]
        self._check(key, arguments)
        self._write("PutItem", key, item)
        return {}

    def get_item(self, **arguments: Any) -> dict[str, Any]:
        self.requests.append("GetItem")
        item = self.items.get(arguments["Key"]["payment_id"]["S"])
        return {"Item": item} if item else {}

    def update_item(self, **arguments: Any) -> dict[str, Any]:
        self.requests.append("UpdateItem")
        key = arguments["Key"]["payment_id"]["S"]
        self._check(key, arguments)
        before = self.items.get(key, {"payment_id": {"S": key}})
        try:
            after = update(arguments["UpdateExpression"])(before, _names(arguments))
        except InvalidExpressionError as error:
            raise _error("ValidationException", "UpdateItem", str(error)) from error
        self._write("UpdateItem", key, after)
        return {"Attributes": after} if arguments.get("ReturnValues") == "ALL_NEW" else {}

    def query(self, **arguments: Any) -> dict[str, Any]:
        self.requests.append("Query")
        index = self.indexes[arguments["IndexName"]]
        forward = arguments.get("ScanIndexForward", True)
        matches = condition(arguments["KeyConditionExpression"])
        found = [
            item
            for item in (self.items if self.indexed is None else self.indexed).values()
            if index.hash_key in item and index.range_key in item and matches(item, _names(arguments))
        ]

        def place(item: Item) -> tuple[str, str]:
            return item[index.range_key]["S"], item["payment_id"]["S"]

        found.sort(key=place, reverse=not forward)
        if start := arguments.get("ExclusiveStartKey"):
            after = place(start)
            found = [item for item in found if (place(item) > after if forward else place(item) < after)]
        limit = arguments.get("Limit", len(found))
        page = [self._projected(index, item) for item in found[:limit]]
        keys = ("payment_id", index.hash_key, index.range_key)
        last = {"LastEvaluatedKey": {name: page[-1][name] for name in keys}} if page and limit < len(found) else {}
        return {"Items": page, **last}

    def delete(self, key: str) -> None:
        """As by hand: no function deletes."""
        self._record("REMOVE", key, self.items.pop(key), None)

    def _check(self, key: str, arguments: dict[str, Any]) -> None:
        standing = self.items.get(key)
        names = _names(arguments)
        expressions = f"{arguments['ConditionExpression']} {arguments.get('UpdateExpression', '')}"
        if unused := names.unused_in(expressions):
            raise _error("ValidationException", "", f"{unused} are not used in expressions")
        if not condition(arguments["ConditionExpression"])(standing or {}, names):
            shown = {"Item": standing} if standing else {}
            raise _error("ConditionalCheckFailedException", "", "The conditional request failed", **shown)

    def _write(self, operation: str, key: str, item: Item) -> None:
        for index in self.indexes.values():
            for name in (index.hash_key, index.range_key):
                if name in item and item[name].keys() != {"S"}:
                    raise _error("ValidationException", operation, f"type mismatch for index key {name}")
        before = self.items.get(key)
        self.items[key] = item
        if before != item:
            self._record("MODIFY" if before else "INSERT", key, before, item)

    def _record(self, event: str, key: str, before: Item | None, after: Item | None) -> None:
        number = str(len(self.stream) + 1)
        change: dict[str, Any] = {
            "ApproximateCreationDateTime": float(int(self.clock().timestamp())),
            "Keys": {"payment_id": {"S": key}},
            "SequenceNumber": number,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        }
        if before:
            change["OldImage"] = before
        if after:
            change["NewImage"] = after
        self.stream.append({"eventID": number, "eventName": event, "eventSource": "aws:dynamodb", "dynamodb": change})

    def _projected(self, index: Index, item: Item) -> Item:
        keys = ("payment_id", index.hash_key, index.range_key)
        return {
            name: value for name, value in item.items() if index.projected is None or name in (*keys, *index.projected)
        }


def _names(arguments: dict[str, Any]) -> Names:
    return Names(arguments.get("ExpressionAttributeNames", {}), arguments.get("ExpressionAttributeValues", {}))


def _error(code: str, operation: str, message: str, **response: Any) -> ClientError:
    kind = ConditionalCheckFailedException if code == "ConditionalCheckFailedException" else ClientError
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": 400}, **response}
    return kind(answer, operation)
