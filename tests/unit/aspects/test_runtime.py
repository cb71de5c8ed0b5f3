"""RUN: each way to run a function blindly, and what is fine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.judge import judge

from .conftest import FAMILIES

FUNCTION = "aws_lambda_function.processor"
INVOCATIONS, NAME = "aws_lambda_function_event_invoke_config.a", "${aws_lambda_function.processor.function_name}"
QUEUE = "aws_sqs_queue.letters"
LOGS = "aws_cloudwatch_log_group.processor"


@pytest.mark.parametrize(
    ("rule", "target", "argument", "value"),
    [
        ("TAP-RUN-1", FUNCTION, "runtime", None),
        ("TAP-RUN-1", FUNCTION, "runtime", "python3.9"),
        ("TAP-RUN-1", FUNCTION, "runtime", "${var.runtime}"),
        ("TAP-RUN-2", FUNCTION, "dead_letter_config", None),
        ("TAP-RUN-2", FUNCTION, "dead_letter_config", []),
        ("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", None),
        ("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", "arn:aws:sqs:elsewhere:1:q"),
        ("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", "${aws_sqs_queue.letters.url}"),
        ("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", "${var.arn}"),
        ("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", "${aws_sqs_queue.nowhere.arn}"),
        ("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", "${data.aws_sqs_queue.letters.arn}"),
        ("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", "${aws_sqs_queue.letters.arn}:x"),
        ("TAP-RUN-2", QUEUE, "message_retention_seconds", 60),
        ("TAP-RUN-2", QUEUE, "message_retention_seconds", "345599"),
        ("TAP-RUN-2", QUEUE, "message_retention_seconds", "${var.seconds}"),
        ("TAP-RUN-2", QUEUE, "max_message_size", 1024),
        ("TAP-RUN-2", INVOCATIONS, "", {"function_name": NAME, "destination_config": {"on_failure": {}}}),
        ("TAP-RUN-3", FUNCTION, "tracing_config", None),
        ("TAP-RUN-3", FUNCTION, "tracing_config.mode", "PassThrough"),
        ("TAP-RUN-3", FUNCTION, "tracing_config.mode", "${var.mode}"),
        ("TAP-RUN-4", FUNCTION, "logging_config", None),
        ("TAP-RUN-4", FUNCTION, "logging_config.log_group", None),
        ("TAP-RUN-4", FUNCTION, "logging_config.log_group", "/aws/lambda/lambda-processor-dev"),
        ("TAP-RUN-4", FUNCTION, "logging_config.log_group", "${aws_cloudwatch_log_group.processor.arn}"),
        ("TAP-RUN-5", LOGS, "retention_in_days", None),
        ("TAP-RUN-5", LOGS, "retention_in_days", 0),
        ("TAP-RUN-4", FUNCTION, "logging_config.log_group", "${aws_cloudwatch_log_group.nowhere.name}"),
        ("TAP-RUN-5", LOGS, "retention_in_days", 1),
        ("TAP-RUN-5", LOGS, "retention_in_days", 364),
        ("TAP-RUN-5", LOGS, "retention_in_days", "forever"),
        ("TAP-RUN-5", LOGS, "retention_in_days", True),
        ("TAP-RUN-5", LOGS, "retention_in_days", "${var.days}"),
    ],
)
def test_broken(broken: Callable[..., set[str]], rule: str, target: str, argument: str, value: Any) -> None:
    # A destination elsewhere is also a way for data out of the stack.
    assert broken(target, argument, value) - {"TAP-NET-6"} == {rule}


@pytest.mark.parametrize(
    ("target", "argument", "value"),
    [
        (FUNCTION, "runtime", "python3.11"),
        (FUNCTION, "dead_letter_config", [{"target_arn": "${aws_sns_topic.alerts.arn}"}]),
        (FUNCTION, "tracing_config", [{"mode": "Active"}]),
        (FUNCTION, "logging_config", [{"log_group": "${aws_cloudwatch_log_group.processor.id}"}]),
        (LOGS, "retention_in_days", "400"),
        (QUEUE, "message_retention_seconds", 1209600),
        (QUEUE, "max_message_size", "262144"),
    ],
)
def test_harmless(broken: Callable[..., set[str]], target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) == set()


def test_failed_invocations_may_have_their_end_elsewhere(good: dict[str, Any]) -> None:
    queue = good["resource"]["aws_lambda_function"]["processor"].pop("dead_letter_config")["target_arn"]
    config = {"function_name": NAME, "destination_config": {"on_failure": {"destination": queue}}}
    good["resource"]["aws_lambda_function_event_invoke_config"] = {"a": config}
    assert judge(good, FAMILIES) == ()
    config["function_name"] = "${aws_lambda_function.processor.arn}"
    assert judge(good, FAMILIES) == ()
    config["function_name"] = "lambda-processor-dev"
    assert {finding.rule_id for finding in judge(good, FAMILIES)} == {"TAP-RUN-2"}


def test_any_queue_and_log_group_of_the_stack_will_do(good: dict[str, Any]) -> None:
    for kind, id_ in (
        ("aws_sqs_queue", "letters"),
        ("aws_sns_topic", "alerts"),
        ("aws_cloudwatch_log_group", "processor"),
    ):
        of_kind = good["resource"][kind]
        of_kind["more"] = {**of_kind[id_], "name": of_kind[id_]["name"].replace("-dev", "-more-dev")}
    assert not {finding.rule_id for finding in judge(good)} & {"TAP-RUN-2", "TAP-RUN-4"}


def test_a_queue_that_takes_no_dead_letters_may_forget(good: dict[str, Any]) -> None:
    """A queue of work is empty most of the time."""
    del good["resource"]["aws_lambda_function"]["processor"]["dead_letter_config"]
    good["resource"]["aws_sqs_queue"]["letters"]["message_retention_seconds"] = 60
    assert {finding.path for finding in judge(good, FAMILIES)} == {f"TapStackdev/{FUNCTION}"}
