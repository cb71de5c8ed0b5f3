"""RUN: a function runs on what is maintained, loses no event, and can be looked into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.model import ResourceRule, Severity, StackRule
from lib.aspects.terraform_json import Attributes, Resource, StackView, blocks, format_value, literal, number, reference

FUNCTION, INVOCATIONS = "aws_lambda_function", "aws_lambda_function_event_invoke_config"
RUNTIMES = ("python3.11", "python3.12")
QUEUE_OR_TOPIC = re.compile(r"\$\{(aws_sqs_queue|aws_sns_topic)\.[A-Za-z0-9_-]+\.arn\}")
LOG_GROUP = re.compile(r"\$\{aws_cloudwatch_log_group\.[A-Za-z0-9_-]+\.(name|id)\}")


def _runtime(_: str, attributes: Attributes) -> Iterator[str]:
    if literal(attributes.get("runtime")) not in RUNTIMES:
        yield f"runtime is {format_value(attributes.get('runtime'))}; expected one of {', '.join(RUNTIMES)}"


def _dead_letters(stack: StackView) -> Iterator[tuple[str, str]]:
    for function in stack.of(FUNCTION):
        targets = [
            ("dead_letter_config.target_arn", value) for value in _told(function, "dead_letter_config", "target_arn")
        ]
        for invocations in stack.attached_to(function, INVOCATIONS, "function_name", "function_name", "arn"):
            place = "destination_config.on_failure"
            targets += [(f"{place}.destination", value) for value in _told(invocations, place, "destination")]
        if not targets:
            yield function.path, "dead_letter_config is missing; expected a queue or topic of this stack"
        for argument, value in targets:
            target = reference(value)
            if target is None or not QUEUE_OR_TOPIC.fullmatch(str(value)) or stack.get(target) is None:
                yield (
                    function.path,
                    f"{argument} is {format_value(value)}; expected the arn of a queue or topic of this stack",
                )


def _told(resource: Resource, block: str, argument: str) -> list[Any]:
    return [found.get(argument) for found in blocks(resource.attributes, block)]


def _tracing(_: str, attributes: Attributes) -> Iterator[str]:
    modes = [block.get("mode") for block in blocks(attributes, "tracing_config")]
    if not modes:
        yield "tracing_config is missing; expected mode Active"
    for mode in modes:
        if literal(mode) != "Active":
            yield f"tracing_config.mode is {format_value(mode)}; expected Active"


def _log_group(_: str, attributes: Attributes) -> Iterator[str]:
    groups = [block.get("log_group") for block in blocks(attributes, "logging_config")]
    if not groups:
        yield "logging_config is missing; expected a log group of this stack"
    for group in groups:
        if not LOG_GROUP.fullmatch(str(group)):
            yield f"logging_config.log_group is {format_value(group)}; expected the name of a log group of this stack"


def _retention(_: str, attributes: Attributes) -> Iterator[str]:
    days = number(attributes.get("retention_in_days"))
    if not isinstance(days, float | int) or days < 1:
        yield f"retention_in_days is {format_value(attributes.get('retention_in_days'))}; expected a number of days"


RUNTIME = ResourceRule(
    id="TAP-RUN-1",
    title="Functions run on a maintained Python",
    why="A runtime that AWS no longer patches keeps its holes.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 6.3.3", "Well-Architected SEC06-BP01"),
    resource_types=("aws_lambda_function",),
    waivable=True,
    fix="set runtime to python3.12",
    source="https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
    check=_runtime,
)

DEAD_LETTERS = StackRule(
    id="TAP-RUN-2",
    title="Functions set aside the events that they could not take",
    why="An asynchronous event that failed for good is otherwise thrown away without a word.",
    severity=Severity.HIGH,
    controls=("Well-Architected REL05-BP03",),
    resource_types=(FUNCTION, INVOCATIONS),
    waivable=True,
    fix="set dead_letter_config with target_arn=<SqsQueue>.arn, or the function's on_failure destination",
    source="https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html",
    check=_dead_letters,
)

TRACING = ResourceRule(
    id="TAP-RUN-3",
    title="Functions are traced",
    why="At night a trace tells in a minute which service was slow.",
    severity=Severity.MEDIUM,
    controls=("Well-Architected OPS04-BP05",),
    resource_types=("aws_lambda_function",),
    waivable=True,
    fix="set tracing_config with mode='Active'",
    source="https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",
    check=_tracing,
)

LOGS = ResourceRule(
    id="TAP-RUN-4",
    title="Functions log into a log group of the stack",
    why="A log group that Lambda makes by itself has not our key, keeps its logs for ever and outlives the stack.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 10.3.1", "Well-Architected OPS04-BP02"),
    resource_types=("aws_lambda_function",),
    waivable=True,
    fix="set logging_config with log_group=<CloudwatchLogGroup>.name",
    source="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html",
    check=_log_group,
)

RETENTION = ResourceRule(
    id="TAP-RUN-5",
    title="Log groups say how long they keep their logs",
    why="Without a number logs are kept, and paid for, for ever.",
    severity=Severity.MEDIUM,
    controls=("PCI DSS 4.0.1 10.5.1",),
    resource_types=("aws_cloudwatch_log_group",),
    waivable=True,
    fix="set retention_in_days, for audit at least 365",
    source="https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
    check=_retention,
)

RULES = (RUNTIME, DEAD_LETTERS, TRACING, LOGS, RETENTION)
