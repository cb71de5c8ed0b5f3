"""Each failure of docs/operations.md has an alarm on a metric that is still published when the component is dead.

A component that does not run publishes nothing, and an alarm that only looks at its metrics stays green. `PUBLISHED`
says, from AWS's documentation, what has to be alive for a metric to have data; `FAILURES` says what each failure kills.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from lib.environments import ROOT

if TYPE_CHECKING:
    from tests.unit.conftest import Template

AWS = "https://docs.aws.amazon.com/"
HTTP_API = f"{AWS}apigateway/latest/developerguide/http-api-metrics.html"
LAMBDA = f"{AWS}lambda/latest/dg/monitoring-metrics-types.html"
CONCURRENCY = f"{AWS}lambda/latest/dg/monitoring-concurrency.html"
DYNAMODB = f"{AWS}amazondynamodb/latest/developerguide/metrics-dimensions.html"
SQS = f"{AWS}AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html"
EMF = f"{AWS}AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html"
FILTERS = f"{AWS}AmazonCloudWatch/latest/logs/MonitoringLogData.html"

# What can be dead. API Gateway calls the processor; the mapping's poller calls the archiver.
API, PROCESSOR, TABLE = "the API", "the processor's code", "the table"
POLLER, ARCHIVER, BUCKET, QUEUE = "the mapping's poller", "the archiver's code", "the archive bucket", "the queue"
GATEWAY, SCHEDULE, SETTLER = "the gateway", "the schedule", "the settler's code"
CALLER = {"processor": API, "archiver": POLLER, "settler": SCHEDULE}
QUEUES = ("dead_letters", "archive_failures", "settler_dead_letters")


@dataclass(frozen=True)
class Published:
    """What has to be alive for a metric to have data, and where AWS says so."""

    needs: frozenset[str]
    source: str


def of_the_function(name: str) -> dict[tuple[str, str, str], Published]:
    """The Lambda service publishes these of each invocation that its caller asks for, whatever becomes of it."""
    needs = frozenset({CALLER[name]})
    metrics = ("Errors", "Throttles", "Duration", "Invocations", "IteratorAge")
    return {
        **{("AWS/Lambda", metric, name): Published(needs, LAMBDA) for metric in metrics},
        # "the number of times Lambda attempts to send an event to a destination but fails": by the poller.
        ("AWS/Lambda", "DestinationDeliveryFailures", name): Published(needs, LAMBDA),
    }


# (namespace, metric, whose): whose function, service or queue, where several publish it.
PUBLISHED: dict[tuple[str, str, str], Published] = {
    **{
        ("AWS/ApiGateway", metric, ""): Published(frozenset({API}), HTTP_API)
        for metric in ("4xx", "5xx", "Count", "Latency")
    },
    ("Payments/dev", "RequestsThrottled", ""): Published(frozenset({API}), FILTERS),
    **of_the_function("processor"),
    **of_the_function("archiver"),
    **of_the_function("settler"),
    ("AWS/Lambda", "ClaimedAccountConcurrency", ""): Published(frozenset(), CONCURRENCY),
    ("AWS/Lambda", "ConcurrentExecutions", ""): Published(frozenset(), CONCURRENCY),
    ("Payments/dev", "LedgerChanges", "processor"): Published(frozenset({API, PROCESSOR, TABLE}), EMF),
    **{
        ("Payments/dev", metric, "processor"): Published(frozenset({API, PROCESSOR, TABLE}), EMF)
        for metric in ("GatewayErrors", "GatewayCircuitOpen", "PaymentsDeclined", "PaymentsAuthorized")
    },
    **{
        ("Payments/dev", metric, "settler"): Published(frozenset({SCHEDULE, SETTLER, TABLE}), EMF)
        for metric in ("GatewayErrors", "OldestPendingSeconds", "SettlerFailures")
    },
    ("Payments/dev", "ChangesFailed", "archiver"): Published(frozenset({POLLER, ARCHIVER}), EMF),
    **{
        ("AWS/DynamoDB", metric, ""): Published(frozenset({API, PROCESSOR}), DYNAMODB)
        for metric in ("ReadThrottleEvents", "WriteThrottleEvents", "SystemErrors")
    },
    **{
        ("AWS/SQS", f"ApproximateNumberOfMessages{which}", queue): Published(frozenset({QUEUE}), SQS)
        for queue in QUEUES
        for which in ("Visible", "NotVisible")
    },
}

# The table's first column -> what is dead then.
FAILURES: dict[str, set[str]] = {
    "The API or the processor answers with 5xx, or the processor cannot be called": {PROCESSOR},
    "The API answers slowly": set(),
    "Many requests are refused": set(),
    "The API throttles clients": {PROCESSOR},
    "The processor raises or times out": {PROCESSOR},
    "The processor is throttled": {PROCESSOR},
    "The processor nears its timeout": set(),
    "The account's concurrency runs out": {PROCESSOR, ARCHIVER},
    "An event that bypassed the API failed": {API, PROCESSOR},
    "The gateway does not answer, or answers with errors": {GATEWAY},
    "The circuit breaker considers the gateway down": {GATEWAY},
    "Unusually many payments are declined": set(),
    "A payment stays pending": {GATEWAY, API, PROCESSOR},
    "The settler raises or times out": {SETTLER},
    "The settler fails on a payment": set(),
    "The settler is throttled": {SETTLER},
    "The settler nears its timeout": set(),
    "The settler has stopped: rule disabled or gone, permission gone": {SCHEDULE, SETTLER},
    "A run of the settler failed for good": {SCHEDULE, SETTLER},
    "The table throttles": {TABLE},
    "The merchant index throttles": {TABLE},
    "The index of pending payments throttles": {TABLE},
    "DynamoDB fails": {TABLE},
    "The archiver raises or times out, or S3 is unavailable": {ARCHIVER, BUCKET},
    "The archiver is throttled": {ARCHIVER},
    "The archiver nears its timeout": set(),
    "A change cannot be archived, or is set aside": {BUCKET},
    "The archiver is behind": {ARCHIVER},
    "The archiver has stopped: mapping disabled or gone, poller refused": {POLLER, ARCHIVER},
    "The archiver gave up a batch": {ARCHIVER, BUCKET},
    "The queue refused a batch that the archiver gave up": {ARCHIVER, QUEUE},
}


@dataclass(frozen=True)
class Row:
    alarms: tuple[str, ...]
    runbook: str


def documented() -> dict[str, Row]:
    """The table of docs/operations.md, by failure."""
    found = {}
    for line in (ROOT / "docs" / "operations.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 4 and "runbooks/" in cells[3]:
            runbook = re.search(r"\(runbooks/([a-z-]+)\.md\)", cells[3])
            assert runbook, line
            found[cells[0]] = Row(tuple(re.findall(r"`([a-z-]+)`", cells[2])), runbook[1])
    return found


def watched(template: Template, purpose: str) -> list[tuple[Published, bool]]:
    """Each metric of an alarm, and whether the alarm takes missing data of it for nought."""
    alarm = template[f"alerting/{purpose}"]
    if "metric_query" not in alarm:
        return [(PUBLISHED[key(template, alarm)], False)]
    *queries, last = alarm["metric_query"]
    return [
        (PUBLISHED[key(template, query["metric"])], f"FILL({query['id']}, 0)" in last["expression"])
        for query in queries
    ]


def key(template: Template, metric: dict[str, Any]) -> tuple[str, str, str]:
    dimensions = metric.get("dimensions", {})
    whose = dimensions.get("service", "")
    for name in CALLER:
        if dimensions.get("FunctionName") == template.ref(f"{name}/function", "function_name"):
            whose = name
    for queue in QUEUES:
        if dimensions.get("QueueName") == template.ref(f"{queue}/queue", "name"):
            whose = queue
    return metric["namespace"], metric["metric_name"], whose


def fires(template: Template, purpose: str, dead: set[str]) -> bool:
    """Whether the alarm still has data: each metric that it cannot do without, and one at least; or needs none."""
    if template[f"alerting/{purpose}"]["treat_missing_data"] == "breaching":
        return True
    metrics = watched(template, purpose)
    alive = [not (published.needs & dead) for published, _ in metrics]
    needed = all(is_alive or filled for is_alive, (_, filled) in zip(alive, metrics, strict=True))
    return needed and any(alive)


def test_the_table_has_every_failure_and_every_alarm(template: Template) -> None:
    rows = documented()
    assert rows.keys() == FAILURES.keys()
    named = {purpose for row in rows.values() for purpose in row.alarms}
    assert named == {path.removeprefix("alerting/") for path, _ in template.of_type("aws_cloudwatch_metric_alarm")}


@pytest.mark.parametrize("failure", FAILURES)
def test_the_alarm_still_has_data_when_the_component_is_dead(template: Template, failure: str) -> None:
    row = documented()[failure]
    assert row.alarms
    for purpose in row.alarms:
        assert fires(template, purpose, FAILURES[failure]), f"{purpose} is silent when {FAILURES[failure]} is dead"


@pytest.mark.parametrize("failure", FAILURES)
def test_the_table_names_the_alarms_runbook(template: Template, failure: str) -> None:
    row = documented()[failure]
    for purpose in row.alarms:
        assert template[f"alerting/{purpose}"]["alarm_description"].endswith(f"Runbook: docs/runbooks/{row.runbook}.md")


@pytest.mark.parametrize(
    "purpose", ["archiver-iterator-age", "archiver-errors", "archiver-failed-changes", "archiver-throttles"]
)
def test_the_archivers_own_metrics_do_not_tell_that_it_has_stopped(template: Template, purpose: str) -> None:
    """Why there is an alarm on the absence of its runs."""
    assert not fires(template, purpose, {POLLER, ARCHIVER})


def test_a_stopped_archiver_is_seen_beside_what_the_processor_counts(template: Template) -> None:
    """In two periods one after the other: a change at the end of one is archived in the next."""
    for purpose, period in (("archiver-stopped", 300), ("archiver-stopped-for-hours", 3600)):
        alarm = template[f"alerting/{purpose}"]
        changes, runs, watched_one = alarm["metric_query"]
        assert changes["metric"]["dimensions"] == {"service": "processor"}
        assert runs["metric"]["metric_name"] == "Invocations"
        assert {changes["metric"]["period"], runs["metric"]["period"]} == {period}
        assert watched_one["expression"] == "IF(FILL(m1, 0) > 0 AND FILL(m2, 0) < 1, 1, 0)"
        assert (alarm["datapoints_to_alarm"], alarm["evaluation_periods"], alarm["threshold"]) == (2, 2, 1)
        assert template["archiver/stream"]["maximum_batching_window_in_seconds"] < period / 2
