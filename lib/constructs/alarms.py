"""Declares the alarms as data: the metric of each, and when it fires. Every alarm names its page in docs/runbooks.

CloudWatch accepts an alarm on a metric that does not exist, and such an alarm never fires. So a comment or docstring
names the source of each metric.
"""

from __future__ import annotations

from collections.abc import Iterator

from lib.constructs.alarm import Alarm, Metric
from lib.constructs.archiver import BATCHING_WINDOW_SECONDS, Archiver
from lib.constructs.dead_letters import DEPTH_METRICS, DeadLetters
from lib.constructs.front_door import THROTTLED_METRIC, FrontDoor
from lib.constructs.function import Function
from lib.constructs.gateway_alarms import gateway_alarms, settler_failures_alarm, settler_stopped_alarm
from lib.constructs.ledger import Ledger
from lib.constructs.processor import TABLE_OPERATIONS, Processor
from lib.constructs.settler import Settler

SLOW_SHARE_OF_TIMEOUT = 0.8
SLOW_ANSWER_MS = 3_000  # in ms: a cold start with its first DynamoDB request is faster
REFUSED_A_MINUTE, REFUSED_PERCENT = 50, 25
THROTTLED_A_MINUTE = 10
CLAIMED_PERCENT = 80
CHANGES_METRIC = "LedgerChanges"  # counted by lib/lambda/payments/observability.py
FAILED_CHANGES_METRIC = "ChangesFailed"  # counted by lib/lambda/payments/archiver.py
# A batch that fills slowly waits for the batching window; after four windows it is stuck.
STREAM_BEHIND_SECONDS = 4 * BATCHING_WINDOW_SECONDS


def function_alarms(function: Function) -> Iterator[Alarm]:
    """Yield alarms on errors, throttles and duration of all versions and aliases of a function.

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
        f"{title} was throttled.",
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


def stopped_alarms(processor: Processor, archiver: Archiver) -> Iterator[Alarm]:
    """Yield alarms that fire if the archiver does not run while the ledger changes.

    A disabled mapping or a missing permission stops the archiver. A stopped archiver publishes no errors and no
    iterator age, but the processor still counts changes. The alarms need two consecutive periods, because a change at
    the end of a period is archived in the next one. The hourly alarm is for environments with few payments.
    """
    changes = Metric(processor.metrics_namespace, CHANGES_METRIC, {"service": processor.node.id})
    runs = Metric("AWS/Lambda", "Invocations", {"FunctionName": archiver.function.function_name})
    for purpose, period in (("archiver-stopped", 300), ("archiver-stopped-for-hours", 3600)):
        yield Alarm(
            purpose,
            "archiver-stopped",
            f"Payments change, and the archiver has not run for {2 * period // 60} minutes.",
            (changes, runs),
            1,
            datapoints=2,
            periods=2,
            period=period,
            expression="IF(FILL(m1, 0) > 0 AND FILL(m2, 0) < 1, 1, 0)",
        )


def lost_alarm(archiver: Archiver) -> Alarm:
    """Return the alarm on failed batches that Lambda could not send to the queue.

    docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html says that the metric covers stream mappings.
    """
    metric = Metric("AWS/Lambda", "DestinationDeliveryFailures", {"FunctionName": archiver.function.function_name})
    return Alarm(
        "archiver-lost-batches",
        "archiver-lost-batches",
        "The archiver gave up a batch, and Lambda could not put it into the queue.",
        (metric,),
        1,
    )


def changes_alarm(archiver: Archiver) -> Alarm:
    """Return the alarm on changes that the archiver set aside or could not archive.

    Lambda counts no error if the archiver sets a change aside. So the archiver counts them in a metric of its own:
    docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    metric = Metric(archiver.metrics_namespace, FAILED_CHANGES_METRIC, {"service": archiver.node.id})
    return Alarm("archiver-failed-changes", "archive-failures", "The archiver could not write a change.", (metric,), 1)


def stream_alarm(archiver: Archiver) -> Alarm:
    """Return the alarm on an archive that is behind the ledger, by the age of the newest stream record in a batch.

    docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html (IteratorAge)
    """
    metric = Metric("AWS/Lambda", "IteratorAge", {"FunctionName": archiver.function.function_name})
    return Alarm(
        "archiver-iterator-age",
        "stream-iterator-age",
        f"The archive is over {STREAM_BEHIND_SECONDS} s behind the ledger.",
        (metric,),
        STREAM_BEHIND_SECONDS * 1000,
        statistic="Maximum",
        datapoints=3,
        periods=5,
    )


def ledger_alarms(ledger: Ledger) -> Iterator[Alarm]:
    """Yield alarms on throttles of the table and of each index, and on system errors of every operation in use.

    docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html: the throttle events of a table do
    not include those of its indexes. System errors are published for each operation, never for the table alone.
    """
    table = {"TableName": ledger.table.name}
    merchants = {**table, "GlobalSecondaryIndexName": ledger.index_name}
    pending = {**table, "GlobalSecondaryIndexName": ledger.pending_index_name}
    for purpose, of, dimensions in (
        ("transactions", "the table", table),
        ("merchant-index", "the merchants' index", merchants),
        ("pending-index", "the index of pending payments", pending),
    ):
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
        "DynamoDB answers requests to the table or its indexes with 5xx.",
        tuple(Metric("AWS/DynamoDB", "SystemErrors", {**table, "Operation": name}) for name in TABLE_OPERATIONS),
        1,
        datapoints=2,
        periods=3,
        # FILL, because a sum with a missing part would itself be missing.
        expression=" + ".join(f"FILL(m{number}, 0)" for number in range(1, len(TABLE_OPERATIONS) + 1)),
    )


def queue_alarm(purpose: str, summary: str, dead_letters: DeadLetters) -> Alarm:
    """Return the alarm on messages in a dead-letter queue, whether they are visible or in flight.

    docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    """
    queue = {"QueueName": dead_letters.queue.name}
    return Alarm(
        purpose,
        purpose,
        summary,
        tuple(Metric("AWS/SQS", name, queue) for name in DEPTH_METRICS),
        1,
        statistic="Maximum",
        # SQS's number of messages in flight is approximate: for an empty queue it may be 1 for a moment
        # (github.com/cdklabs/construct-hub/pull/1779). And FILL counts a minute whose data is late as 0
        # (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html).
        datapoints=2,
        periods=3,
        expression="FILL(m1, 0) + FILL(m2, 0)",
    )


def api_alarms(front_door: FrontDoor) -> Iterator[Alarm]:
    """Yield alarms on the API's 5xx, latency, share of 4xx, and throttled requests.

    docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    """

    def metric(name: str) -> Metric:
        return Metric("AWS/ApiGateway", name, {"ApiId": front_door.api.id, "Stage": front_door.stage.name})

    yield Alarm("api-server-errors", "api-server-errors", "The API answered with a 5xx.", (metric("5xx"),), 1)
    yield Alarm(
        "api-latency",
        "api-latency",
        f"The slowest answers of the API take over {SLOW_ANSWER_MS // 1000} s.",
        (metric("Latency"),),
        SLOW_ANSWER_MS,
        statistic="p99",
        datapoints=3,
        periods=5,
    )
    yield Alarm(
        "api-client-errors",
        "api-client-errors",
        f"Over {REFUSED_PERCENT} % of the requests are refused with a 4xx, {REFUSED_A_MINUTE} a minute or more.",
        (metric("4xx"), metric("Count")),
        REFUSED_PERCENT,
        datapoints=3,
        periods=5,
        expression=f"IF(m1 >= {REFUSED_A_MINUTE}, 100 * m1 / m2, 0)",
    )
    yield Alarm(
        "api-throttled",
        "api-throttled",
        "The API refuses requests with 429, because they exceed its throttling limits.",
        (Metric(front_door.metrics_namespace, THROTTLED_METRIC, {}),),
        THROTTLED_A_MINUTE,
        datapoints=3,
        periods=5,
    )


def concurrency_alarm() -> Alarm:
    """Return the alarm on the account's concurrency, which all functions share; CloudWatch looks up the quota.

    docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html#claimed-account-concurrency
    """
    return Alarm(
        "account-concurrency",
        "account-concurrency",
        f"Over {CLAIMED_PERCENT} % of the account's concurrent Lambda executions are used.",
        (Metric("AWS/Lambda", "ClaimedAccountConcurrency", {}), Metric("AWS/Lambda", "ConcurrentExecutions", {})),
        CLAIMED_PERCENT,
        statistic="Maximum",
        datapoints=2,
        periods=3,
        expression="100 * m1 / SERVICE_QUOTA(m2)",
    )


def all_alarms(
    *,
    processor: Processor,
    archiver: Archiver,
    settler: Settler,
    ledger: Ledger,
    front_door: FrontDoor,
    processor_dead_letters: DeadLetters,
    archive_failures: DeadLetters,
    settler_dead_letters: DeadLetters,
) -> list[Alarm]:
    """Return all alarms: first those on the API, then those on the functions and stores behind it."""
    return [
        *api_alarms(front_door),
        *function_alarms(processor),
        concurrency_alarm(),
        queue_alarm(
            "payment-dead-letters", "An event that bypassed the API failed in the processor.", processor_dead_letters
        ),
        *gateway_alarms(processor, settler),
        *function_alarms(settler),
        settler_failures_alarm(settler),
        settler_stopped_alarm(settler),
        queue_alarm("settler-dead-letters", "The settler failed, or was not started.", settler_dead_letters),
        *ledger_alarms(ledger),
        *function_alarms(archiver),
        changes_alarm(archiver),
        stream_alarm(archiver),
        *stopped_alarms(processor, archiver),
        lost_alarm(archiver),
        queue_alarm("archive-failures", "The archiver gave up changes of the ledger.", archive_failures),
    ]
