"""OBS: what goes wrong is measured, wakes somebody, and says what to do.

An alarm counts for a resource only if its dimensions refer to it: one whose dimensions name nothing raises no error,
and never fires.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lib.aspects.expressions import Reference
from lib.aspects.model import ResourceRule, Severity, StackRule
from lib.aspects.terraform_json import (
    MISSING,
    Attributes,
    Resource,
    StackView,
    arguments,
    blocks,
    expressions,
    flag,
    format_value,
    listed,
    literal,
    number,
    reference,
)

ALARM, COMPOSITE = "aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"
FUNCTION, TABLE, QUEUE = "aws_lambda_function", "aws_dynamodb_table", "aws_sqs_queue"
RISING = ("GreaterThanOrEqualToThreshold", "GreaterThanThreshold")
MISSING_DATA = ("breaching", "ignore", "missing", "notBreaching")
# Where a queue is named as the end of what failed: the argument, and the block that it stands in.
FAILURES = re.compile(r"(^|\.)(dead_letter_config\.target_arn|on_failure\.destination(_arn)?|redrive_policy)$")

RUNBOOKS = Path(__file__).resolve().parents[2] / "docs" / "runbooks"
RUNBOOK = re.compile(r"\bRunbook: docs/runbooks/([a-z0-9-]+\.md)$")

Dimensions = Mapping[str, Any]


def _watched(stack: StackView) -> Iterator[tuple[str, str, Dimensions]]:
    """(namespace, metric, dimensions) of what alarms of the stack look at, if they rise to a known threshold."""
    for alarm in stack.of(ALARM):
        attributes = alarm.attributes
        rises = literal(attributes.get("comparison_operator")) in RISING
        if rises and isinstance(number(attributes.get("threshold")), float):
            metrics = [block for query in blocks(attributes, "metric_query") for block in blocks(query, "metric")]
            for metric in (attributes, *metrics):
                dimensions = metric.get("dimensions")
                if isinstance(dimensions, Mapping):
                    yield str(metric.get("namespace")), str(metric.get("metric_name")), dimensions


def _is_watched(stack: StackView, metric: tuple[str, str], resource: Resource, **dimensions: Any) -> bool:
    """Whether an alarm looks at the metric with these dimensions alone.

    The value of the dimension that names the resource is a tuple: the attributes by which it may be referred to.
    """
    for namespace, name, found in _watched(stack):
        if (namespace, name) == metric and found.keys() == dimensions.keys():
            meant = (
                resource.is_referred_to_by(found[dimension], *value)
                if isinstance(value, tuple)
                else found[dimension] == value
                for dimension, value in dimensions.items()
            )
            if all(meant):
                return True
    return False


def _function_alarm(stack: StackView, metric: str) -> Iterator[tuple[str, str]]:
    for function in stack.of(FUNCTION):
        if not _is_watched(stack, ("AWS/Lambda", metric), function, FunctionName=("function_name", "id")):
            yield function.path, f"no alarm on AWS/Lambda {metric} has the one dimension FunctionName of this function"


def _errors(stack: StackView) -> Iterator[tuple[str, str]]:
    yield from _function_alarm(stack, "Errors")


def _throttles(stack: StackView) -> Iterator[tuple[str, str]]:
    yield from _function_alarm(stack, "Throttles")


def _durations(stack: StackView) -> Iterator[tuple[str, str]]:
    yield from _function_alarm(stack, "Duration")


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


def _dead_letters(stack: StackView) -> Iterator[tuple[str, str]]:
    ends = {
        end
        for resource in stack.resources
        for path, _, value in arguments(resource.attributes)
        if FAILURES.search(path)
        for end in _referred(value)
    }
    for queue in stack.of(QUEUE):
        metric = ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
        if (queue.type, queue.id) in ends and not _is_watched(stack, metric, queue, QueueName=("name",)):
            yield queue.path, f"no alarm on {' '.join(metric)} has the one dimension QueueName of this queue"


def _referred(value: Any) -> Iterator[tuple[str, str]]:
    for expression in expressions(str(value)):
        if to := reference(f"${{{expression}}}"):
            yield to.type, to.id


def _actions(stack: StackView) -> Iterator[tuple[str, str]]:
    for alarm in stack.of(ALARM, COMPOSITE):
        if flag(alarm.attributes.get("actions_enabled")) not in (True, MISSING):
            yield (
                alarm.path,
                f"actions_enabled is {format_value(alarm.attributes.get('actions_enabled'))}; expected true",
            )
        actions = listed(alarm.attributes.get("alarm_actions"))
        if not actions:
            yield alarm.path, "alarm_actions is missing; expected a topic of this stack"
        for action in actions:
            if not _is_topic(stack, reference(action)):
                yield alarm.path, f"alarm_actions has {format_value(action)}; expected a topic of this stack"


def _is_topic(stack: StackView, to: Reference | None) -> bool:
    return to is not None and to.type == "aws_sns_topic" and to.attribute in ("arn", "id") and stack.get(to) is not None


def _missing_data(_: str, alarm: Attributes) -> Iterator[str]:
    if literal(alarm.get("treat_missing_data")) not in MISSING_DATA:
        value = format_value(alarm.get("treat_missing_data"))
        yield f"treat_missing_data is {value}; expected one of {', '.join(MISSING_DATA)}"


def _runbook(_: str, alarm: Attributes) -> Iterator[str]:
    description = alarm.get("alarm_description")
    named = RUNBOOK.search(description) if isinstance(description, str) else None
    if named is None:
        yield f"alarm_description is {format_value(description)}; expected it to end in 'Runbook: docs/runbooks/….md'"
    elif not (RUNBOOKS / named[1]).is_file():
        yield f"alarm_description names the runbook docs/runbooks/{named[1]}, which does not exist"


FUNCTION_METRICS = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html"
ALARMING = ("Well-Architected REL06-BP03", "PCI DSS 4.0.1 10.7.2")

ERRORS = StackRule(
    id="TAP-OBS-1",
    title="Every function has an alarm on its errors",
    why="A function that fails takes no payments, and says so only to whoever looks.",
    severity=Severity.HIGH,
    controls=ALARMING,
    resource_types=(FUNCTION, ALARM),
    waivable=True,
    fix="declare a CloudwatchMetricAlarm on Errors with dimensions {'FunctionName': <LambdaFunction>.function_name}",
    source=FUNCTION_METRICS,
    check=_errors,
)

THROTTLES = StackRule(
    id="TAP-OBS-2",
    title="Every function has an alarm on its throttles",
    why="A throttled function refuses payments without an error of its own.",
    severity=Severity.MEDIUM,
    controls=ALARMING,
    resource_types=(FUNCTION, ALARM),
    waivable=True,
    fix="declare a CloudwatchMetricAlarm on Throttles with dimensions {'FunctionName': <LambdaFunction>.function_name}",
    source=FUNCTION_METRICS,
    check=_throttles,
)

DURATIONS = StackRule(
    id="TAP-OBS-3",
    title="Every function has an alarm on its duration",
    why="Who nears the timeout loses requests next; an alarm before that leaves time.",
    severity=Severity.MEDIUM,
    controls=ALARMING,
    resource_types=(FUNCTION, ALARM),
    waivable=True,
    fix="declare a CloudwatchMetricAlarm on Duration with dimensions {'FunctionName': <LambdaFunction>.function_name}",
    source=FUNCTION_METRICS,
    check=_durations,
)

TABLES = StackRule(
    id="TAP-OBS-4",
    title="Every table and index has alarms on its throttled reads and writes",
    why="A throttled table refuses payments; a throttled index stops the writes of its table.",
    severity=Severity.HIGH,
    controls=ALARMING,
    resource_types=(TABLE, ALARM),
    waivable=True,
    fix="declare alarms on ReadThrottleEvents and WriteThrottleEvents with {'TableName': <DynamodbTable>.name}, "
    "and for each index with GlobalSecondaryIndexName beside it",
    source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html",
    check=_tables,
)

DEAD_LETTERS = StackRule(
    id="TAP-OBS-5",
    title="Every dead-letter queue has an alarm on its depth",
    why="What lies there is a payment's event that nobody handled, and AWS throws it away after two weeks.",
    severity=Severity.HIGH,
    controls=ALARMING,
    resource_types=(QUEUE, ALARM),
    waivable=True,
    fix="declare an alarm on ApproximateNumberOfMessagesVisible with dimensions {'QueueName': <SqsQueue>.name}",
    source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/dead-letter-queues-alarms-cloudwatch.html",
    check=_dead_letters,
)

ACTIONS = StackRule(
    id="TAP-OBS-6",
    title="Every alarm tells somebody",
    why="An alarm without an action turns red where nobody looks.",
    severity=Severity.HIGH,
    controls=ALARMING,
    resource_types=(ALARM, COMPOSITE),
    waivable=True,
    fix="set alarm_actions=[<SnsTopic>.arn] with a topic of the stack, and leave actions_enabled True",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions.html",
    check=_actions,
)

MISSING_DATA_CHOICE = ResourceRule(
    id="TAP-OBS-7",
    title="Every alarm says what missing data means",
    why="By AWS's default an alarm without data keeps its last state, which may be from last week.",
    severity=Severity.LOW,
    controls=("Well-Architected REL06-BP03",),
    resource_types=(ALARM,),
    waivable=True,
    fix="set treat_missing_data; for counts of what went wrong 'notBreaching'",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html",
    check=_missing_data,
)

RUNBOOK_NAMED = ResourceRule(
    id="TAP-OBS-8",
    title="Every alarm names its runbook",
    why="Whoever is woken at night needs the next step, not a metric's name.",
    severity=Severity.MEDIUM,
    controls=("Well-Architected OPS07-BP03",),
    resource_types=(ALARM, COMPOSITE),
    waivable=True,
    fix="end alarm_description in 'Runbook: docs/runbooks/….md', and write that file",
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/ops_ready_to_support_use_runbooks.html",
    check=_runbook,
)

RULES = (ERRORS, THROTTLES, DURATIONS, TABLES, DEAD_LETTERS, ACTIONS, MISSING_DATA_CHOICE, RUNBOOK_NAMED)
