"""A stack in memory: the functions' own code over a ledger, its stream and an archive, and clients like boto3's."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, cast

from botocore.exceptions import ClientError

from lib.operations.deployed import Deployed
from lib.operations.reconcile import ReconcileOptions, reconcile
from payments.archive import Change, audit_trail, poison, receipts
from payments.completion import Completion
from payments.gateway import Gateway
from payments.gateway_calls import GatewayCalls
from payments.ledger import DynamoDbLedger
from payments.payment import Payment, Request
from payments.service import Payments, StepRequest
from payments.simulated import Simulated
from payments.step import Caller
from tests.silent_progress import SilentProgress
from tests.simulation.dynamodb import MemoryDynamoDb
from tests.simulation.expressions import Names, condition
from tests.unit.payments.conftest import INDEXES

MONDAY = datetime(2026, 11, 23, 10, 15, 30, 123456, tzinfo=UTC)
SHOP = Caller("arn:aws:iam::123456789012:user/shop", "AIDASHOP", "request-shop")
CLERK = Caller("arn:aws:iam::123456789012:user/clerk", "AIDACLERK", "request-clerk")
PAGE = 2  # objects and items: so that there are several pages


def no_payments(_: str) -> NoReturn:
    raise AssertionError("it calls the API of nobody")


class NoSuchKeyError(ClientError):
    pass


@dataclass
class Bucket:
    """A client of S3 with one bucket. `requests` counts them by operation."""

    clock: Any
    objects: dict[str, tuple[bytes, dict[str, str], datetime]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    class exceptions:  # noqa: N801 - as boto3 names it
        NoSuchKey = NoSuchKeyError

    def get_paginator(self, operation: str) -> Bucket:
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - as boto3 has it
        assert Bucket == "archive"
        found = sorted(key for key in self.objects if key.startswith(Prefix))
        for start in range(0, max(1, len(found)), PAGE):
            self.requests.append("LIST")
            page = [
                {"Key": key, "ETag": self.etag(key), "LastModified": self.objects[key][2]}
                for key in found[start : start + PAGE]
            ]
            yield {"Contents": page} if page else {}

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == "archive"
        self.requests.append("GET")
        if Key not in self.objects:
            raise NoSuchKeyError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Key][0]), "ETag": self.etag(Key)}

    def put_object(
        self,
        *,
        Key: str,  # noqa: N803
        Body: bytes,  # noqa: N803
        Metadata: dict[str, str] | None = None,  # noqa: N803
        IfMatch: str | None = None,  # noqa: N803
        IfNoneMatch: str | None = None,  # noqa: N803
        **_: Any,
    ) -> None:
        if (IfNoneMatch and Key in self.objects) or (IfMatch and self.etag(Key) != IfMatch):
            raise ClientError({"Error": {"Code": "PreconditionFailed"}}, "PutObject")
        self.put(Key, Body, Metadata)

    def delete_object(self, *, Bucket: str, Key: str) -> None:  # noqa: N803
        assert Bucket == "archive"
        self.objects.pop(Key, None)

    def put(self, key: str, content: bytes, metadata: dict[str, str] | None = None) -> None:
        self.objects[key] = (content, metadata or {}, self.clock())

    def etag(self, key: str) -> str:
        return str(hash(self.objects[key][0])) if key in self.objects else ""


@dataclass
class Table:
    """What reads the table: Scan in pages, GetItem, and the name of its stream."""

    database: MemoryDynamoDb

    def get_paginator(self, operation: str) -> Table:
        assert operation == "scan"
        return self

    def paginate(self, **arguments: Any) -> Iterator[dict[str, Any]]:
        assert arguments["ConsistentRead"] is True
        names = Names(arguments["ExpressionAttributeNames"], arguments.get("ExpressionAttributeValues", {}))
        matches = condition(arguments["FilterExpression"]) if "FilterExpression" in arguments else lambda *_: True
        read = [names.names[name] for name in re.findall(r"#\w+", arguments["ProjectionExpression"])]
        items = [item for _, item in sorted(self.database.items.items()) if matches(item, names)]
        for start in range(0, max(1, len(items)), PAGE):
            yield {
                "Items": [{name: item[name] for name in read if name in item} for item in items[start : start + PAGE]]
            }

    def get_item(self, **arguments: Any) -> dict[str, Any]:
        return self.database.get_item(**arguments)

    def describe_table(self, *, TableName: str) -> dict[str, Any]:  # noqa: N803
        return {"Table": {"LatestStreamArn": f"{TableName}/stream"}}


class World:
    """Payments are taken, led through steps and archived; `now` is what every clock says."""

    def __init__(self, gateway: Gateway | None = None, now: datetime = MONDAY) -> None:
        self.now = now
        self.database = MemoryDynamoDb(INDEXES, clock=lambda: self.now)
        ledger = DynamoDbLedger("table", "merchant", "pending", client=cast(Any, self.database))
        gateway = gateway or Simulated(clock=lambda: self.now, sleep=lambda _: None)
        calls = GatewayCalls(lambda _: gateway, lambda: self.now, lambda *_: None)
        completion = Completion(ledger, calls, lambda: self.now, lambda *_: None)
        self.payments = Payments(ledger, gateway, completion, lambda: self.now, 10**12)
        self.bucket = Bucket(lambda: self.now)
        self.clients: dict[str, Any] = {"s3": self.bucket, "dynamodb": Table(self.database)}
        self.outputs = {
            "audit_bucket_name": "archive",
            "transactions_table_name": "table",
            "archive_function_name": "archiver",
            "archive_failures_queue_url": "failures",
            "settler_function_name": "lambda-settler-dev",
            "dead_letter_queue_url": "dead-letters",
            "gateway_secret_arn": "",
        }
        self.archived = 0

    def take(self, key: str, *, token: str = "tok_visa", capture: bool = True, amount: int = 100) -> str:  # noqa: S107
        """The payment's id."""
        request = Request("m-1", amount, "EUR", token, "customer-1", capture=capture, metadata={"order": "1"})
        return self.payments.take(request, self._ask("", key, SHOP)).payment.payment_id

    def capture(self, payment_id: str, amount: int | None = None) -> None:
        self.payments.capture(self._ask(payment_id, f"capture {payment_id}", CLERK), amount)

    def void(self, payment_id: str) -> None:
        self.payments.void(self._ask(payment_id, f"void {payment_id}", CLERK))

    def refund(self, payment_id: str, amount: int, key: str = "refund") -> None:
        self.payments.refund(self._ask(payment_id, f"{key} {payment_id}", CLERK), amount)

    def archive(self, size: int = 2) -> None:
        """What the stream has and was not archived, in batches of that size, by the archiver's own code."""
        records = self.database.stream[self.archived :]
        for start in range(0, len(records), size):
            self.deliver(records[start : start + size])
        self.archived = len(self.database.stream)

    def deliver(self, records: list[dict[str, Any]]) -> None:
        changes = []
        for record in records:
            try:
                changes.append(Change.from_stream(record))
            except ValueError as error:
                made = poison(record, str(error))
                self.bucket.put(made.key, made.content)
        for made in (*receipts(changes), *audit_trail(changes)):
            self.bucket.put(made.key, made.content, {"version": str(made.version)} if made.version else None)

    @property
    def stack(self) -> Deployed:
        return Deployed("the stack", self.outputs, self.clients.__getitem__, no_payments)

    def reconcile(self, **options: Any) -> tuple[int, list[str], str]:
        """Exit code, lines, and what was written as JSON; a day later, so that all has settled."""
        progress, written = SilentProgress(), io.StringIO()
        chosen = dataclasses.replace(ReconcileOptions(120), **options)
        code = reconcile(self.stack, chosen, progress, written, self.now + timedelta(days=1))
        return code, progress.lines, written.getvalue()

    def differences(self, **options: Any) -> list[dict[str, Any]]:
        """As JSON has them."""
        code, _, written = self.reconcile(as_json=True, **options)
        found: list[dict[str, Any]] = json.loads(written)["differences"]
        assert code == (1 if [one for one in found if one["kind"] != "audited twice"] else 0)
        return found

    def kinds(self, **options: Any) -> list[tuple[str, str]]:
        return [(one["kind"], one["where"]) for one in self.differences(**options)]

    def audit_objects(self) -> list[str]:
        return [key for key in self.bucket.objects if key.startswith("audit/")]

    def item(self, payment_id: str) -> dict[str, Any]:
        return self.database.items[payment_id]

    def change(self, payment_id: str, **attributes: dict[str, Any]) -> None:
        """As by hand: the stream tells of it."""
        self.database._write("UpdateItem", payment_id, {**self.item(payment_id), **attributes})

    def _ask(self, payment_id: str, key: str, caller: Caller) -> StepRequest:
        return StepRequest("m-1", payment_id, key, caller, lambda: 10.0)


def receipt_key(payment_id: str) -> str:
    return f"receipts/m-1/{payment_id}.json"


__all__ = ["CLERK", "MONDAY", "SHOP", "Bucket", "Payment", "World", "receipt_key"]
