"""OBS-1 to OBS-5: a resource without an alarm that looks at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.judge import judge

from .conftest import FAMILIES

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
    # Most of these also take the alarm out of the bounds of TAP-OBS-9, or off the metrics of TAP-OBS-10.
    assert broken(f"{ALARM}.{alarm}", argument, value) - {"TAP-OBS-9", "TAP-OBS-10"} == {rule}


def test_every_index_has_alarms(broken: Callable[..., set[str]]) -> None:
    index = f"{ALARM}.index-readthrottleevents"
    assert broken(index, "dimensions.GlobalSecondaryIndexName", "index-other-dev") == {"TAP-OBS-4", "TAP-OBS-10"}


def test_a_queue_is_one_of_dead_letters_by_whoever_sends_them(good: dict[str, Any]) -> None:
    tags = good["resource"]["aws_sns_topic"]["alerts"]["tags"]
    queue = {**good["resource"]["aws_sqs_queue"]["letters"], "name": "sqs-more-dev"}
    denied = good["data"]["aws_iam_policy_document"]["letters"]["statement"][0]["resources"]
    denied.append(denied[0].replace("sqs-dead-letters-dev", "sqs-more-dev"))
    good["resource"]["aws_sqs_queue"]["more"] = queue
    assert judge(good, FAMILIES) == ()
    redrive = {"redrive_policy": '{"deadLetterTargetArn": "${aws_sqs_queue.more.arn}", "maxReceiveCount": 3}'}
    good["resource"]["aws_sqs_queue"]["letters"].update(redrive)
    assert {finding.rule_id for finding in judge(good, FAMILIES)} == {"TAP-OBS-5"}
    del good["resource"]["aws_sqs_queue"]["letters"]["redrive_policy"]
    mapping = {
        "function_name": "${aws_lambda_function.processor.arn}",
        "destination_config": {"on_failure": {"destination_arn": "${aws_sqs_queue.more.arn}"}},
        "tags": tags,
    }
    good["resource"]["aws_lambda_event_source_mapping"] = {"stream": mapping}
    assert {finding.rule_id for finding in judge(good, FAMILIES)} == {"TAP-OBS-5"}


def test_an_alarm_may_look_through_a_sum(good: dict[str, Any]) -> None:
    errors = good["resource"][ALARM]["errors"]
    names = ("namespace", "metric_name", "dimensions", "period")
    metric = {**{name: errors.pop(name) for name in names}, "stat": errors.pop("statistic")}
    errors["metric_query"] = [
        {"id": "total", "expression": "FILL(m1, 0) + FILL(m2, 0)", "return_data": True},
        {"id": "m1", "metric": [metric]},
        {"id": "m2", "metric": [{**metric, "metric_name": "Throttles"}]},
    ]
    assert judge(good, FAMILIES) == ()
