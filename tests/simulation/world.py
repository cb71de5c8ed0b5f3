"""The real functions over a world in memory: containers of the processor and the settler, the archiver, and a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, cast

from botocore.exceptions import ReadTimeoutError

from payments import archiver, processor, settler
from payments.circuit import Circuit
from payments.completion import Completion
from payments.errors import PaymentError, UnavailableError
from payments.gateway import Gateway
from payments.gateway_calls import GatewayCalls
from payments.ledger import DynamoDbLedger
from payments.observability import report_gateway
from payments.s3_archive import S3Archive
from payments.service import Payments
from payments.settling import Settler
from tests.simulation.dynamodb import Index, MemoryDynamoDb
from tests.simulation.gateway import MemoryGateway
from tests.simulation.s3 import MemoryS3
from tests.simulation.tasks import LostError, Task, outside

BEGIN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PROCESSOR_SECONDS, SETTLER_SECONDS, ARCHIVER_SECONDS = 10.0, 50.0, 60.0
CONTAINERS = 2
INDEXES = {
    "merchant": Index("merchant_id", "created_at"),
    "pending": Index("awaiting", "due_at", ("pending_since",)),
}


class Faulty:
    """A client whose calls a schedule decides; where an answer is lost it calls again, as the SDK does, or raises."""

    def __init__(self, client: Any, name: str, random: Random) -> None:
        self._client, self._name, self._random = client, name, random
        self.exceptions = getattr(client, "exceptions", None)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        effect = getattr(self._client, operation)

        def call(**arguments: Any) -> Any:
            while True:
                try:
                    return outside(f"{self._name} {operation}", lambda: effect(**arguments))
                except LostError:
                    if self._random.random() < 0.5:
                        raise ReadTimeoutError(endpoint_url=self._name) from None

        return call


@dataclass
class Context:
    """What a function sees of Lambda."""

    aws_request_id: str
    seconds_left: Callable[[], float]
    function_name: str = "simulated"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:simulated"

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds_left() * 1000)


@dataclass
class World:
    random: Random
    seconds: float = 0.0
    requests: int = 0
    containers: list[Payments] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.database = MemoryDynamoDb(INDEXES, clock=self.now)
        self.s3 = MemoryS3()
        self.gateway = MemoryGateway(self.random, self.now)
        client = cast(Any, Faulty(self.database, "dynamodb", self.random))
        self.ledger = DynamoDbLedger("table", "merchant", "pending", client=client)
        self.containers = [
            Payments(self.ledger, cast(Gateway, self.gateway), self._completion(), self.now, 1000)
            for _ in range(CONTAINERS)
        ]
        self.settler = Settler(self.ledger, self._completion(), self.now, self._failure)
        self.archive = S3Archive("bucket", client=cast(Any, Faulty(self.s3, "s3", self.random)))

    def _failure(self, payment_id: str, error: Exception) -> None:
        """A lost answer, and a void beside a capture, are no mistakes."""
        if not isinstance(error, PaymentError | UnavailableError | RuntimeError):
            self.failures.append(f"settling {payment_id} failed: {error!r}")

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.seconds)

    def _completion(self) -> Completion:
        calls = GatewayCalls(lambda _: cast(Gateway, self.gateway), self.now, report_gateway)
        calls.circuits.default_factory = lambda: Circuit(clock=lambda: self.seconds)
        return Completion(self.ledger, calls, self.now, report_gateway)

    def request(self, method: str, path: str, body: str | None, key: str) -> Task:
        """A request on its way to one of the containers."""
        request_id, deadline = self._begin(PROCESSOR_SECONDS)
        event = {
            "rawPath": path,
            "headers": {"idempotency-key": key},
            "requestContext": {
                "requestId": request_id,
                "http": {"method": method},
                "authorizer": {"iam": {"userArn": "arn:aws:iam::123456789012:user/shop", "userId": "AIDASHOP"}},
            },
            "body": body,
        }
        container = self.random.randrange(CONTAINERS)

        def handle() -> Any:
            processor.payments = lambda: self.containers[container]  # type: ignore[assignment]
            return processor.handler(event, self._context(request_id, deadline))

        return Task(f"request {request_id}", handle, deadline)

    def settle(self) -> Task:
        """A run of the settler."""
        request_id, deadline = self._begin(SETTLER_SECONDS)
        settler.settler = lambda: self.settler  # type: ignore[assignment]
        return Task("settler", lambda: settler.handler({}, self._context(request_id, deadline)), deadline)

    def archive_batch(self, first: int, last: int) -> Task:
        """A delivery of some of the stream's records."""
        request_id, deadline = self._begin(ARCHIVER_SECONDS)
        records = self.database.stream[first:last]
        archiver.archive = lambda: self.archive  # type: ignore[assignment]
        return Task(
            "archiver", lambda: archiver.handler({"Records": records}, self._context(request_id, deadline)), deadline
        )

    def _begin(self, seconds: float) -> tuple[str, float]:
        self.requests += 1
        return f"request-{self.requests}", self.seconds + seconds

    def _context(self, request_id: str, deadline: float) -> Any:
        return Context(request_id, lambda: deadline - self.seconds)
