"""The OBS rules: failures raise an alarm that notifies somebody and names a runbook.

This file checks that resources have an alarm, whose dimensions refer to the resource. alarm_actions.py,
alarm_bounds.py and alarm_metrics.py check the alarms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.expressions import references
from lib.aspects.metrics import ALARM, metrics_of
from lib.aspects.model import StackRule
from lib.aspects.terraform_json import Resource, StackView, arguments, blocks, format_value, literal, number
from lib.findings.finding import Severity

FUNCTION, TABLE, QUEUE = "aws_lambda_function", "aws_dynamodb_table", "aws_sqs_queue"
RISING = ("GreaterThanOrEqualToThreshold", "GreaterThanThreshold")
# Paths of the arguments that name a dead-letter queue.
FAILURES = re.compile(r"(^|\.)(dead_letter_config\.(target_)?arn|on_failure\.destination(_arn)?|redrive_policy)$")

FUNCTION_METRICS = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"
ALARMING = ("Well-Architected REL06-BP03", "PCI DSS 4.0.1 10.7.2")


def _is_watched(stack: StackView, metric: tuple[str, str], resource: Resource, **dimensions: Any) -> bool:
    """Return True if an alarm with a literal threshold watches the metric with exactly these dimensions.

    If a dimension names the resource, its value here is a tuple of the attributes by which the alarm may refer to it.
    """
    return any(
        found.name == metric
        and found.dimensions.keys() == dimensions.keys()
        and all(
            resource.is_referenced_by(found.dimensions[dimension], *value)
            if isinstance(value, tuple)
            else found.dimensions[dimension] == value
            for dimension, value in dimensions.items()
        )
        for alarm in stack.of(ALARM)
        if literal(alarm.attributes.get("comparison_operator")) in RISING
        and isinstance(number(alarm.attributes.get("threshold")), float)
        for found in metrics_of(alarm.attributes)
    )


def _function_alarm(stack: StackView, metric: str) -> Iterator[tuple[str, str]]:
    for function in stack.of(FUNCTION):
        if not _is_watched(stack, ("AWS/Lambda", metric), function, FunctionName=("function_name", "id")):
            yield function.path, f"no alarm on AWS/Lambda {metric} has the one dimension FunctionName of this function"


def _errors(stack: StackView) -> Iterator[tuple[str, str]]:
    yield from _function_alarm(stack, "Errors")


ERRORS = StackRule(
    id="TAP-OBS-1",
    title="Every function has an alarm on its errors",
    why="A failing function takes no payments, and nobody notices without an alarm.",
    severity=Severity.HIGH,
    controls=ALARMING,
    resource_types=(FUNCTION, ALARM),
    waivable=True,
    fix="declare a CloudwatchMetricAlarm on Errors with dimensions {'FunctionName': <LambdaFunction>.function_name}",
    source=FUNCTION_METRICS,
    check=_errors,
)


def _throttles(stack: StackView) -> Iterator[tuple[str, str]]:
    yield from _function_alarm(stack, "Throttles")


THROTTLES = StackRule(
    id="TAP-OBS-2",
    title="Every function has an alarm on its throttles",
    why="A throttled function refuses payments without counting an error.",
    severity=Severity.MEDIUM,
    controls=ALARMING,
    resource_types=(FUNCTION, ALARM),
    waivable=True,
    fix="declare a CloudwatchMetricAlarm on Throttles with dimensions {'FunctionName': <LambdaFunction>.function_name}",
    source=FUNCTION_METRICS,
    check=_throttles,
)


def _durations(stack: StackView) -> Iterator[tuple[str, str]]:
    yield from _function_alarm(stack, "Duration")


DURATIONS = StackRule(
    id="TAP-OBS-3",
    title="Every function has an alarm on its duration",
    why="Requests fail when they reach the timeout; an alarm before that leaves time to react.",
    severity=Severity.MEDIUM,
    controls=ALARMING,
    resource_types=(FUNCTION, ALARM),
    waivable=True,
    fix="declare a CloudwatchMetricAlarm on Duration with dimensions {'FunctionName': <LambdaFunction>.function_name}",
    source=FUNCTION_METRICS,
    check=_durations,
)


def _tables(stack: StackView) -> Iterator[tuple[str, str]]:
    for table in stack.of(TABLE):
        for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
            named = {"TableName": ("name", "id")}
            if not _is_watched(stack, ("AWS/DynamoDB", metric), table, **named):
                yield table.path, f"no alarm on AWS/DynamoDB {metric} has the one dimension TableName of this table"
            for index in blocks(table.attributes, "global_secondary_index"):
                name = index.get("name")
                if not isinstance(literal(name), str) or not _is_watched(
                    stack, ("AWS/DynamoDB", metric), table, **named, GlobalSecondaryIndexName=name
                ):
                    yield (
                        table.path,
                        f"no alarm on AWS/DynamoDB {metric} has the dimensions of the index {format_value(name)}",
                    )


TABLES = StackRule(
    id="TAP-OBS-4",
    title="Every table and index has alarms on its throttled reads and writes",
    why="A throttled table refuses payments; a throttled index also blocks writes to its table.",
    severity=Severity.HIGH,
    controls=ALARMING,
    resource_types=(TABLE, ALARM),
    waivable=True,
    fix="declare alarms on ReadThrottleEvents and WriteThrottleEvents with {'TableName': <DynamodbTable>.name}, "
    "and for each index also with GlobalSecondaryIndexName",
    source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html",
    check=_tables,
)


def failure_queues(stack: StackView) -> list[Resource]:
    """Return the dead-letter queues of functions, queues, topics and mappings."""
    ends = {
        to.address
        for resource in stack.resources
        for path, _, value in arguments(resource.attributes)
        if FAILURES.search(path)
        for to in references(str(value))
    }
    return [queue for queue in stack.of(QUEUE) if f"{queue.type}.{queue.id}" in ends]


def _dead_letters(stack: StackView) -> Iterator[tuple[str, str]]:
    ends = failure_queues(stack)
    for queue in stack.of(QUEUE):
        metric = ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
        if queue in ends and not _is_watched(stack, metric, queue, QueueName=("name",)):
            yield queue.path, f"no alarm on {' '.join(metric)} has the one dimension QueueName of this queue"


DEAD_LETTERS = StackRule(
    id="TAP-OBS-5",
    title="Every dead-letter queue has an alarm on its depth",
    why="A dead-letter queue contains failed events of payments, which AWS deletes after two weeks.",
    severity=Severity.HIGH,
    controls=ALARMING,
    resource_types=(QUEUE, ALARM),
    waivable=True,
    fix="declare an alarm on ApproximateNumberOfMessagesVisible with dimensions {'QueueName': <SqsQueue>.name}",
    source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/dead-letter-queues-alarms-cloudwatch.html",
    check=_dead_letters,
)

RULES = (ERRORS, THROTTLES, DURATIONS, TABLES, DEAD_LETTERS)
