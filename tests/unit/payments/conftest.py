"""Processor and archiver with a ledger and an archive in memory. Tests call them with events as AWS sends them."""

from __future__ import annotations

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
os.environ.setdefault("PAYMENT_GATEWAY", "simulated")

from payments import archiver, processor, settler
from payments.archive import Document
from payments.completion import Completion
from payments.gateway import Answer as GatewayAnswer
from payments.gateway import Gateway
from payments.gateway_calls import GatewayCalls
from payments.item import to_item
from payments.ledger import DynamoDbLedger
from payments.observability import logger, report_gateway
from payments.payment import Payment, Request
from payments.service import Payments
from payments.settling import Settler
from payments.simulated import Simulated
from payments.step import Caller
from tests.simulation.dynamodb import Index, MemoryDynamoDb

NOW = datetime(2026, 11, 23, 10, 15, 30, 123456, tzinfo=UTC)
PAYMENTS = "/merchants/m-1/payments"
BODY = {"amount": 1050, "currency": "EUR", "payment_token": "tok_visa"}
CALLER = Caller("arn:aws:iam::123456789012:user/shop", "AIDAEXAMPLE", "request-1")
MAXIMUM = 999_999_999_999
# The attributes of an item, as docs/payments.md lists them ("The item").
LISTED = ("amount", "currency", "status", "captured", "refunded", "livemode", "decline_code", "capture_before",
          "updated_at", "customer_id", "metadata")  # fmt: skip
INDEXES = {
    "merchant": Index("merchant_id", "created_at", LISTED),
    "pending": Index("awaiting", "due_at", ("pending_since",)),
}


@dataclass
class World:
    """The functions with a table in memory and the simulated gateway. Its calls are recorded as (call, key, repeat)."""

    now: datetime = NOW
    maximum_amount: int = MAXIMUM
    gateway_calls: list[tuple[str, str, bool]] = field(default_factory=list)
    slept: float = 0.0
    answers: list[GatewayAnswer] = field(default_factory=list)
    seconds_left: float = 10.0
    unsupported_currencies: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.database = MemoryDynamoDb(INDEXES, clock=lambda: self.now)
        self.ledger = DynamoDbLedger("table", "merchant", "pending", client=cast(Any, self.database))
        self.gateway = cast(Gateway, SpyGateway(self))
        calls = GatewayCalls(lambda _: self.gateway, lambda: self.now, report_gateway)
        self.completion = Completion(self.ledger, calls, lambda: self.now, report_gateway)
        self.settler = Settler(self.ledger, self.completion, lambda: self.now, settler._failure)

    @property
    def items(self) -> dict[str, dict[str, Any]]:
        return self.database.items

    @property
    def payments(self) -> Payments:
        return Payments(self.ledger, self.gateway, self.completion, lambda: self.now, self.maximum_amount)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


class SpyGateway:
    """The simulated gateway. It records each call, and first returns the world's `answers`, whatever the call is."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._simulated = Simulated(clock=lambda: world.now, sleep=world.sleep)

    def __getattr__(self, name: str) -> Any:
        if name == "unsupported_currencies":
            return self._world.unsupported_currencies
        real = getattr(self._simulated, name)
        if not callable(real):
            return real

        def call(*arguments: Any, **options: Any) -> Any:
            world = self._world
            key = arguments[-1]
            world.gateway_calls.append((name, key, options.get("repeat", False)))
            return world.answers.pop(0) if world.answers else real(*arguments, **options)

        return call


class MemorySigner:
    """Signs like KMS, with a key in memory."""

    def sign(self, message: bytes) -> bytes:
        return hmac.digest(b"secret", message, "sha256")

    def verify(self, message: bytes, mac: bytes) -> bool:
        return hmac.compare_digest(self.sign(message), mac)


class MemoryArchive:
    """An archive in memory. Writing a key in `broken` fails."""

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
        """Return the audit records of all objects."""
        return [
            record
            for key, content in self.objects.items()
            if key.startswith("audit/")
            for record in audit_records(content)
        ]


def audit_records(content: bytes) -> list[dict[str, Any]]:
    """Return the records in an audit object."""
    return [json.loads(line) for line in gzip.decompress(content).splitlines()]


@dataclass
class Context:
    """The members of Lambda's context that the functions use."""

    function_name: str = "lambda-payment-processor-test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:lambda-payment-processor-test"
    aws_request_id: str = "52fdfc07-2182-454f-963f-5f0f9a621d72"
    seconds_left: float = 10.0

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds_left * 1000)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: Any = field(default=None)


Call = Callable[..., Answer]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    made = World()
    monkeypatch.setattr(processor, "payments", lambda: made.payments)
    monkeypatch.setattr(processor, "signer", MemorySigner)
    monkeypatch.setattr(settler, "settler", lambda: made.settler)
    return made


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Yield a text buffer that gets the functions' log lines during the test."""
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
def call(world: World) -> Call:
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
        identity: dict[str, str] | None = None,
        request_id: str = "request-1",
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
                "requestId": request_id,
                "stage": "$default",
                "http": {"method": method, "path": path},
                "authorizer": {"iam": identity or {"userArn": CALLER.actor, "userId": CALLER.actor_id}},
            },
            "body": raw if raw is not None else (None if body is None else json.dumps(body)),
            "isBase64Encoded": False,
            **extra,
        }
        result = processor.handler(event, Context(seconds_left=world.seconds_left))  # type: ignore[arg-type]  # a Context has all that is used
        return Answer(result["statusCode"], result["headers"], json.loads(result["body"]))

    return send


def stream_record(
    after: Payment | None, before: Payment | None = None, *, sequence_number: str = "100", at: datetime = NOW
) -> dict[str, Any]:
    """Return a record of the table's stream in the form in which Lambda gets it."""
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
        change["NewImage"] = to_item(after)
    if before:
        change["OldImage"] = to_item(before)
    return {"eventID": sequence_number, "eventName": event, "eventSource": "aws:dynamodb", "dynamodb": change}


def new_payment(request: Request | None = None, key: str = "key-1", at: datetime = NOW) -> Payment:
    """Return a payment whose gateway has not answered."""
    return Payment.new(request or Request("m-1", 1050, "EUR", "tok_visa"), key, Simulated(), CALLER, at)
