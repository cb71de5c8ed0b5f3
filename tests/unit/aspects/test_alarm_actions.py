"""OBS-6 to OBS-8: an alarm that tells nobody, or does not say what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.judge import judge

from .conftest import FAMILIES

ALARM = "aws_cloudwatch_metric_alarm"


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
    # A topic elsewhere is also a way for data out of the stack.
    assert broken(f"{ALARM}.errors", argument, value) - {"TAP-NET-6"} == {rule}


def test_any_topic_of_the_stack_will_do(good: dict[str, Any]) -> None:
    good["resource"]["aws_sns_topic"]["more"] = {**good["resource"]["aws_sns_topic"]["alerts"], "name": "sns-more-dev"}
    assert "TAP-OBS-6" not in {finding.rule_id for finding in judge(good, FAMILIES)}


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("actions_enabled", "true"),
        ("alarm_actions", "${aws_sns_topic.alerts.arn}"),
        ("treat_missing_data", "breaching"),
    ],
)
def test_harmless(broken: Callable[..., set[str]], argument: str, value: Any) -> None:
    assert broken(f"{ALARM}.errors", argument, value) == set()
