"""The RUN rules: functions use a maintained runtime, lose no event, and are logged and traced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.aspects.model import ResourceRule, StackRule
from lib.aspects.observability import failure_queues
from lib.aspects.terraform_json import (
    MISSING,
    Attributes,
    Resource,
    StackView,
    blocks,
    format_value,
    literal,
    number,
)
from lib.findings.finding import Severity

FUNCTION, INVOCATIONS = "aws_lambda_function", "aws_lambda_function_event_invoke_config"
QUEUE, TOPIC = "aws_sqs_queue", "aws_sns_topic"
# Minimum retention of a dead-letter queue, in seconds: SQS's default, which covers a long weekend. Minimum message size
# in bytes: SQS's maximum, because a smaller limit refuses larger events.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
LEAST_RETENTION_SECONDS = 345_600
LARGEST_MESSAGE_BYTES = 262_144
# In days. PCI DSS 4.0.1, 10.5.1, requires twelve months. CloudWatch's maximum is ten years; 0 means forever.
LEAST_RETENTION_DAYS = 365


def _runtime(stack: StackView) -> Iterator[tuple[str, str]]:
    runtimes = stack.conventions.runtimes
    for function in stack.of(FUNCTION):
        runtime = function.attributes.get("runtime")
        if literal(runtime) not in runtimes:
            yield function.path, f"runtime is {format_value(runtime)}; expected one of {', '.join(runtimes)}"


RUNTIME = StackRule(
    id="TAP-RUN-1",
    title="Functions run on a maintained Python",
    why="AWS does not fix vulnerabilities in an unmaintained runtime.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 6.3.3", "Well-Architected SEC06-BP01"),
    resource_types=(FUNCTION,),
    waivable=True,
    fix="set runtime to python3.12",
    source="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
    check=_runtime,
)


def is_queue_or_topic(stack: StackView, value: Any) -> bool:
    """Return True if the value is a reference to the ARN of a queue or topic of this stack."""
    return any(queue.is_referenced_by(value, "arn") for queue in stack.of(QUEUE)) or any(
        topic.is_referenced_by(value, "arn", "id") for topic in stack.of(TOPIC)
    )


def _dead_letters(stack: StackView) -> Iterator[tuple[str, str]]:
    for function in stack.of(FUNCTION):
        targets = [
            ("dead_letter_config.target_arn", value) for value in _given(function, "dead_letter_config", "target_arn")
        ]
        for invocations in stack.attached_to(function, INVOCATIONS, "function_name", "function_name", "id", "arn"):
            place = "destination_config.on_failure"
            targets += [(f"{place}.destination", value) for value in _given(invocations, place, "destination")]
        if not targets:
            yield function.path, "dead_letter_config is missing; expected a queue or topic of this stack"
        for argument, value in targets:
            if not is_queue_or_topic(stack, value):
                expected = "expected the arn of a queue or topic of this stack"
                yield function.path, f"{argument} is {format_value(value)}; {expected}"
    for queue in failure_queues(stack):
        for message in _short_retention(queue.attributes):
            yield queue.path, message


def _given(resource: Resource, block: str, argument: str) -> list[Any]:
    return [found.get(argument) for found in blocks(resource.attributes, block)]


def _short_retention(queue: Attributes) -> Iterator[str]:
    """Yield a message for each argument with which a queue would lose dead letters."""
    for argument, least in {
        "max_message_size": LARGEST_MESSAGE_BYTES,
        "message_retention_seconds": LEAST_RETENTION_SECONDS,
    }.items():
        known = number(queue.get(argument))
        if known is not MISSING and not (isinstance(known, float) and known >= least):
            expected = f"expected {least} or more for a dead-letter queue"
            yield f"{argument} is {format_value(queue.get(argument))}; {expected}"


DEAD_LETTERS = StackRule(
    id="TAP-RUN-2",
    title="Functions send failed events to a dead-letter queue or topic that keeps them",
    why="Otherwise Lambda discards an asynchronous event after the last failed attempt.",
    severity=Severity.HIGH,
    controls=("Well-Architected REL05-BP03",),
    resource_types=(FUNCTION, INVOCATIONS, QUEUE),
    waivable=True,
    fix="set dead_letter_config with target_arn=<SqsQueue>.arn, or the function's on_failure destination; let the "
    "queue keep messages for four days or more",
    source="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    check=_dead_letters,
)


def _tracing(_: str, attributes: Attributes) -> Iterator[str]:
    modes = [block.get("mode") for block in blocks(attributes, "tracing_config")]
    if not modes:
        yield "tracing_config is missing; expected mode Active"
    for mode in modes:
        if literal(mode) != "Active":
            yield f"tracing_config.mode is {format_value(mode)}; expected Active"


TRACING = ResourceRule(
    id="TAP-RUN-3",
    title="Functions are traced",
    why="A trace shows at once which service was slow.",
    severity=Severity.MEDIUM,
    controls=("Well-Architected OPS04-BP05",),
    resource_types=(FUNCTION,),
    waivable=True,
    fix="set tracing_config with mode='Active'",
    source="https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",
    check=_tracing,
)


def _log_group(stack: StackView) -> Iterator[tuple[str, str]]:
    for function in stack.of(FUNCTION):
        groups = _given(function, "logging_config", "log_group")
        if not groups:
            yield function.path, "logging_config is missing; expected a log group of this stack"
        for group in groups:
            if not any(own.is_referenced_by(group, "name", "id") for own in stack.of("aws_cloudwatch_log_group")):
                named = f"logging_config.log_group is {format_value(group)}"
                yield function.path, f"{named}; expected the name of a log group of this stack"


LOGS = StackRule(
    id="TAP-RUN-4",
    title="Functions log to a log group of the stack",
    why="A log group that Lambda creates itself lacks our key, keeps logs forever and remains after a destroy.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 10.3.1", "Well-Architected OPS04-BP02"),
    resource_types=(FUNCTION,),
    waivable=True,
    fix="set logging_config with log_group=<CloudwatchLogGroup>.name",
    source="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html",
    check=_log_group,
)


def _retention(_: str, attributes: Attributes) -> Iterator[str]:
    days = number(attributes.get("retention_in_days"))
    if not isinstance(days, float) or days < LEAST_RETENTION_DAYS:
        named = format_value(attributes.get("retention_in_days"))
        yield f"retention_in_days is {named}; expected {LEAST_RETENTION_DAYS} days or more"


RETENTION = ResourceRule(
    id="TAP-RUN-5",
    title="Log groups keep logs for at least twelve months, and have a retention period",
    why="Audits need twelve months of history. Without a retention period, logs are kept and charged forever.",
    severity=Severity.MEDIUM,
    controls=("PCI DSS 4.0.1 10.5.1",),
    resource_types=("aws_cloudwatch_log_group",),
    waivable=True,
    fix=f"set retention_in_days to {LEAST_RETENTION_DAYS} or more",
    source="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
    check=_retention,
)

RULES = (RUNTIME, DEAD_LETTERS, TRACING, LOGS, RETENTION)
