"""Which alarms there are and when each goes off, as data. Every one names its page in docs/runbooks.

An alarm whose dimensions name no metric raises no error and never fires, so each metric's source is beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lib.constructs.archiver import Archiver
from lib.constructs.dead_letters import DeadLetters
from lib.constructs.front_door import FrontDoor
from lib.constructs.function import METRICS_NAMESPACE, Function
from lib.constructs.ledger import Ledger
from lib.constructs.processor import TABLE_OPERATIONS, Processor

RUNBOOKS = "docs/runbooks"
PERIOD_SECONDS = 60
SLOW_SHARE_OF_TIMEOUT = 0.8
FAILED_CHANGES_METRIC = "ChangesFailed"  # counted by lib/lambda/payments/archiver.py
OLDEST_STREAM_RECORD_MS = 60_000


@dataclass(frozen=True)
class Metric:
    """One CloudWatch metric: its dimensions are exactly those that the service publishes it under."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True)
class Alarm:
    """Goes off when the sum over `metrics` reaches `threshold` in `datapoints` of `periods` minutes.

    `page` is the runbook's name. `statistic` is a CloudWatch one (Sum, Maximum) or a percentile (p99). No data is no
    alarm: these metrics are published only when there is something to count.
    """

    purpose: str
    page: str
    summary: str
    metrics: tuple[Metric, ...]
    threshold: float
    statistic: str = "Sum"
    datapoints: int = 1
    periods: int = 1

    @property
    def description(self) -> str:
        return f"{self.summary} Runbook: {RUNBOOKS}/{self.page}.md"


def function_alarms(function: Function) -> Iterator[Alarm]:
    """Errors, throttles and duration, of all the function's versions and aliases together.

    docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """
    purpose = function.node.id
    title = purpose.capitalize()

    def metric(name: str) -> Metric:
        return Metric("AWS/Lambda", name, {"FunctionName": function.function.function_name})

    yield Alarm(f"{purpose}-errors", "function-errors", f"{title} raised an error.", (metric("Errors"),), 1)
    yield Alarm(
        f"{purpose}-throttles",
        "function-throttles",
        f"{title} was refused a run.",
        (metric("Throttles"),),
        1,
        datapoints=2,
        periods=3,
    )
    slow = function.timeout * 1000 * SLOW_SHARE_OF_TIMEOUT
    yield Alarm(
        f"{purpose}-duration",
        "function-duration",
        f"{title} needs over {slow / 1000:g} s of the {function.timeout} s after which it is stopped.",
        (metric("Duration"),),
        slow,
        statistic="p99",
        datapoints=3,
        periods=5,
    )


def changes_alarm(archiver: Archiver) -> Alarm:
    """The archiver sets a change aside that it cannot archive and goes on, so Lambda counts no error of it.

    It counts them itself, and those of a batch that fails, in the embedded metric format, under its service's name:
    docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    metric = Metric(METRICS_NAMESPACE, FAILED_CHANGES_METRIC, {"service": archiver.node.id})
    return Alarm("archiver-failed-changes", "archive-failures", "The archiver could not write a change.", (metric,), 1)


def stream_alarm(archiver: Archiver) -> Alarm:
    """docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html (event source mapping)"""
    metric = Metric("AWS/Lambda", "IteratorAge", {"FunctionName": archiver.function.function_name})
    return Alarm(
        "archiver-iterator-age",
        "stream-iterator-age",
        f"The archive is over {OLDEST_STREAM_RECORD_MS // 1000} s behind the ledger.",
        (metric,),
        OLDEST_STREAM_RECORD_MS,
        statistic="Maximum",
        datapoints=3,
        periods=5,
    )


def ledger_alarms(ledger: Ledger) -> Iterator[Alarm]:
    """Throttles of the table and, apart, of its index; system errors of every operation in use.

    docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html: the table's throttle events do not
    hold the index's; system errors are published with an operation, never for the table alone.
    """
    table = {"TableName": ledger.table.name}
    index = {**table, "GlobalSecondaryIndexName": ledger.index_name}
    for purpose, of, dimensions in (("transactions", "the table", table), ("merchant-index", "its index", index)):
        for kind in ("Read", "Write"):
            yield Alarm(
                f"{purpose}-{kind.lower()}-throttles",
                "table-throttles",
                f"DynamoDB throttles {kind.lower()}s of {of}.",
                (Metric("AWS/DynamoDB", f"{kind}ThrottleEvents", dimensions),),
                1,
                datapoints=2,
                periods=3,
            )
    yield Alarm(
        "transactions-system-errors",
        "table-system-errors",
        "DynamoDB answers requests to the table or its index with errors of its own.",
        tuple(Metric("AWS/DynamoDB", "SystemErrors", {**table, "Operation": name}) for name in TABLE_OPERATIONS),
        1,
        datapoints=2,
        periods=3,
    )


def queue_alarm(purpose: str, summary: str, dead_letters: DeadLetters) -> Alarm:
    """docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html"""
    metric = Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": dead_letters.queue.name})
    return Alarm(purpose, purpose, summary, (metric,), 1, statistic="Maximum")


def api_alarm(front_door: FrontDoor) -> Alarm:
    """docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html"""
    metric = Metric("AWS/ApiGateway", "5xx", {"ApiId": front_door.api.id, "Stage": front_door.stage.name})
    return Alarm("api-server-errors", "api-server-errors", "The API answered with a 5xx.", (metric,), 1)


def all_alarms(
    *,
    processor: Processor,
    archiver: Archiver,
    ledger: Ledger,
    front_door: FrontDoor,
    processor_dead_letters: DeadLetters,
    archive_failures: DeadLetters,
) -> list[Alarm]:
    """In the order in which an operator would look: from the client's side inwards."""
    return [
        api_alarm(front_door),
        *function_alarms(processor),
        queue_alarm(
            "payment-dead-letters", "An event waits that the processor could not take.", processor_dead_letters
        ),
        *ledger_alarms(ledger),
        *function_alarms(archiver),
        changes_alarm(archiver),
        stream_alarm(archiver),
        queue_alarm("archive-failures", "Changes of the ledger wait that the archiver gave up.", archive_failures),
    ]
