"""OBS: alarms that look elsewhere, tell nobody or say nothing; and what is fine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.judge import judge

ALARM = "aws_cloudwatch_metric_alarm"
WATCHES = {
    "TAP-OBS-1": "errors",
    "TAP-OBS-2": "throttles",
    "TAP-OBS-3": "duration",
    "TAP-OBS-4": "writethrottleevents",
    "TAP-OBS-5": "letters",
}


@pytest.mark.parametrize(("rule", "alarm"), WATCHES.items())
@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("", None),
        ("metric_name", "Invocations"),
        ("namespace", "AWS/Other"),
        ("namespace", "${var.namespace}"),
        ("dimensions", None),
        ("dimensions", {}),
        ("dimensions", {"FunctionName": "lambda-processor-dev"}),
        ("dimensions", {"QueueName": "sqs-dead-letters-dev"}),
        ("dimensions.More", "than asked"),
        ("comparison_operator", "LessThanThreshold"),
        ("threshold", None),
        ("threshold", "${var.threshold}"),
    ],
)
def test_an_alarm_that_looks_elsewhere(
    broken: Callable[..., set[str]], rule: str, alarm: str, argument: str, value: Any
) -> None:
    assert broken(f"{ALARM}.{alarm}", argument, value) == {rule}


def test_every_index_has_alarms(broken: Callable[..., set[str]]) -> None:
    index = f"{ALARM}.index-readthrottleevents"
    assert broken(index, "dimensions.GlobalSecondaryIndexName", "index-other-dev") == {"TAP-OBS-4"}


def test_a_queue_is_one_of_dead_letters_by_whoever_sends_them(good: dict[str, Any]) -> None:
    tags = good["resource"]["aws_sns_topic"]["alerts"]["tags"]
    queue = {"name": "sqs-more-dev", "kms_master_key_id": "${aws_kms_key.main.arn}", "tags": tags}
    good["resource"]["aws_sqs_queue"]["more"] = queue
    assert judge(good) == ()
    redrive = {"redrive_policy": '{"deadLetterTargetArn": "${aws_sqs_queue.more.arn}", "maxReceiveCount": 3}'}
    good["resource"]["aws_sqs_queue"]["letters"].update(redrive)
    assert {finding.rule_id for finding in judge(good)} == {"TAP-OBS-5"}
    del good["resource"]["aws_sqs_queue"]["letters"]["redrive_policy"]
    mapping = {"destination_config": {"on_failure": {"destination_arn": "${aws_sqs_queue.more.arn}"}}, "tags": tags}
    good["resource"]["aws_lambda_event_source_mapping"] = {"stream": mapping}
    assert {finding.rule_id for finding in judge(good)} == {"TAP-OBS-5"}


@pytest.mark.parametrize(
    ("rule", "argument", "value"),
    [
        ("TAP-OBS-6", "actions_enabled", False),
        ("TAP-OBS-6", "actions_enabled", "${var.enabled}"),
        ("TAP-OBS-6", "alarm_actions", None),
        ("TAP-OBS-6", "alarm_actions", []),
        ("TAP-OBS-6", "alarm_actions", ["arn:aws:sns:x:1:sns-alerts-dev"]),
        ("TAP-OBS-6", "alarm_actions", ["${aws_sns_topic.nowhere.arn}"]),
        ("TAP-OBS-6", "alarm_actions.0", "${data.aws_sns_topic.alerts.arn}"),
        ("TAP-OBS-7", "treat_missing_data", None),
        ("TAP-OBS-7", "treat_missing_data", "notbreaching"),
        ("TAP-OBS-7", "treat_missing_data", "${var.choice}"),
        ("TAP-OBS-8", "alarm_description", None),
        ("TAP-OBS-8", "alarm_description", "It hurts."),
        ("TAP-OBS-8", "alarm_description", "Runbook: docs/runbooks/no-such.md"),
        ("TAP-OBS-8", "alarm_description", "Runbook: docs/runbooks/function-errors.md and more"),
        ("TAP-OBS-8", "alarm_description", "Runbook: docs/runbooks/${var.name}.md"),
    ],
)
def test_an_alarm_that_tells_too_little(broken: Callable[..., set[str]], rule: str, argument: str, value: Any) -> None:
    assert broken(f"{ALARM}.errors", argument, value) == {rule}


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("actions_enabled", "true"),
        ("alarm_actions", "${aws_sns_topic.alerts.arn}"),
        ("treat_missing_data", "breaching"),
        ("threshold", "5"),
        ("dimensions", {"FunctionName": "${aws_lambda_function.processor.id}"}),
        ("comparison_operator", "GreaterThanThreshold"),
    ],
)
def test_harmless(broken: Callable[..., set[str]], argument: str, value: Any) -> None:
    assert broken(f"{ALARM}.errors", argument, value) == set()


def test_an_alarm_may_look_through_an_expression(good: dict[str, Any]) -> None:
    """An alarm on a rate has its metrics in metric_query."""
    errors = good["resource"][ALARM]["errors"]
    metric = {name: errors.pop(name) for name in ("namespace", "metric_name", "dimensions")}
    errors["metric_query"] = [{"id": "rate", "expression": "100 * errors / 2"}, {"id": "errors", "metric": [metric]}]
    assert judge(good) == ()
