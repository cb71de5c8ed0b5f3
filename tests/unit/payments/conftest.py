"""The two functions over a ledger and an archive in memory, driven by events as AWS sends them."""

from __future__ import annotations

import dataclasses
import gzip
import hmac
import io
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlencode

import pytest

os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "payments")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Payments")
os.environ.setdefault("MAXIMUM_AMOUNT", "999999999999")

from payments import archiver, processor
from payments.archive import Document
from payments.observability import logger
from payments.payment import Payment, Step
from payments.service import Outcome, Page, Payments, Place, Query, refusal

NOW = datetime(2026, 11, 23, 10, 15, 30, 123456, tzinfo=UTC)
BODY = {"merchant_id": "m-1", "amount": 1050, "currency": "EUR", "payment_token": "tok_visa"}


class MemoryLedger:
    """Keeps what DynamoDB would keep: items, not objects."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}
        self.now = NOW

    def record(self, payment: Payment) -> Payment | None:
        if payment.payment_id in self.items:
            return Payment.from_item(self.items[payment.payment_id])
        self.items[payment.payment_id] = payment.item()
        return None

    def find(self, payment_id: str) -> Payment | None:
        item = self.items.get(payment_id)
        return Payment.from_item(item) if item else None

    def apply(self, payment_id: str, step: Step, actor: str) -> Outcome:
        standing = self.find(payment_id)
        if standing is None or standing.step(step.key) or refusal(standing, step):
            return Outcome(standing, done=False)
        done = dataclasses.replace(standing.after(step), actor=actor)
        self.items[payment_id] = done.item()
        return Outcome(done, done=True)

    def page(self, query: Query, after: Place | None) -> Page:
        found = sorted(
            (
                (item["created_at"]["S"], payment_id)
                for payment_id, item in self.items.items()
                if item["merchant_id"]["S"] == query.merchant_id and query.begin <= item["created_at"]["S"] <= query.end
            ),
            reverse=True,
        )
        rest = [place for place in found if after is None or place < (after.created_at, after.payment_id)]
        shown = rest[: query.limit]
        payments = [Payment.from_item(self.items[payment_id]) for _, payment_id in shown]
        return Page(payments, Place(*shown[-1]) if len(shown) < len(rest) else None)


class MemorySeal:
    """What KMS does, with a key of our own."""

    def mac(self, message: bytes) -> bytes:
        return hmac.digest(b"secret", message, "sha256")

    def holds(self, message: bytes, mac: bytes) -> bool:
        return hmac.compare_digest(self.mac(message), mac)


class MemoryArchive:
    """Keeps what S3 would keep; `broken` keys cannot be written."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.versions: dict[str, int] = {}
        self.broken: set[str] = set()
        self.written: list[str] = []

    def write(self, document: Document) -> None:
        self.written.append(document.key)
        if document.key in self.broken:
            raise OSError("the archive does not answer")
        if document.version is None or self.versions.get(document.key, 0) < document.version:
            self.objects[document.key] = document.content
            self.versions[document.key] = document.version or 0

    def audit(self) -> list[dict[str, Any]]:
        """Every audit record, of every object."""
        return [
            record
            for key, content in self.objects.items()
            if key.startswith("audit/")
            for record in audit_records(content)
        ]


def audit_records(content: bytes) -> list[dict[str, Any]]:
    """Of an audit object."""
    return [json.loads(line) for line in gzip.decompress(content).splitlines()]


@dataclass
class Context:
    """What the functions see of the Lambda context."""

    function_name: str = "lambda-payment-processor-test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:lambda-payment-processor-test"
    aws_request_id: str = "52fdfc07-2182-454f-963f-5f0f9a621d72"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: Any = field(default=None)


Call = Callable[..., Answer]


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> MemoryLedger:
    memory = MemoryLedger()
    monkeypatch.setattr(processor, "payments", lambda: Payments(memory, clock=lambda: memory.now))
    monkeypatch.setattr(processor, "seal", MemorySeal)
    return memory


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the functions log, from here on."""
    stream = io.StringIO()
    handler = cast(logging.StreamHandler[Any], logger.registered_handler)
    before = handler.setStream(stream)
    yield stream
    handler.setStream(before or sys.stdout)


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> MemoryArchive:
    memory = MemoryArchive()
    monkeypatch.setattr(archiver, "archive", lambda: memory)
    return memory


@pytest.fixture
def call(ledger: MemoryLedger) -> Call:  # noqa: ARG001 - the ledger stands behind the function
    """Call the processor as an HTTP API does (payload format 2.0)."""

    def send(
        method: str,
        path: str,
        body: Any = None,
        key: str | None = "key-1",
        *,
        raw: str | None = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> Answer:
        event = {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": path,
            "rawQueryString": urlencode(query or {}),
            **({"queryStringParameters": query} if query else {}),
            "headers": {
                "content-type": "application/json",
                **({"idempotency-key": key} if key is not None else {}),
                **(headers or {}),
            },
            "requestContext": {
                "requestId": "request-1",
                "stage": "$default",
                "http": {"method": method, "path": path},
                "authorizer": {"iam": {"userArn": "arn:aws:iam::123456789012:user/shop"}},
            },
            "body": raw if raw is not None else (None if body is None else json.dumps(body)),
            "isBase64Encoded": False,
            **extra,
        }
        result = processor.handler(event, Context())  # type: ignore[arg-type]  # a Context has all that is used
        return Answer(result["statusCode"], result["headers"], json.loads(result["body"]))

    return send


def stream_record(
    after: Payment | None, before: Payment | None = None, *, sequence_number: str = "100", at: datetime = NOW
) -> dict[str, Any]:
    """A record of the table's stream, as Lambda hands it over."""
    event = "INSERT" if before is None else "REMOVE" if after is None else "MODIFY"
    payment = after or before
    assert payment is not None
    change: dict[str, Any] = {
        "ApproximateCreationDateTime": at.timestamp(),
        "Keys": {"payment_id": {"S": payment.payment_id}},
        "SequenceNumber": sequence_number,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    if after:
        change["NewImage"] = after.item()
    if before:
        change["OldImage"] = before.item()
    return {"eventID": sequence_number, "eventName": event, "eventSource": "aws:dynamodb", "dynamodb": change}
