"""OBS-9: composite alarms that fire with their alarms, and such as may never fire."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

COMPOSITE = "aws_cloudwatch_composite_alarm.all"
ONE, TWO = (f"${{aws_cloudwatch_metric_alarm.{name}.alarm_name}}" for name in ("errors", "throttles"))


def composite(rule: Any) -> dict[str, Any]:
    return {
        "alarm_name": "alarm-all-dev",
        "alarm_rule": rule,
        "alarm_actions": ["${aws_sns_topic.alerts.arn}"],
        "alarm_description": "All hurts. Runbook: docs/runbooks/function-errors.md",
        "tags": {"Environment": "dev", "ManagedBy": "cdktf", "Project": "payments", "Owner": "us"},
    }


@pytest.mark.parametrize(
    "rule",
    [
        f"ALARM({ONE})",
        f'ALARM("{ONE}") OR ALARM("{TWO}")',
        f"(ALARM({ONE}) AND ALARM({TWO})) OR ALARM({ONE})",
        "ALARM(${aws_cloudwatch_metric_alarm.errors.arn})",
    ],
)
def test_a_composite_alarm_fires_with_its_alarms(broken: Callable[..., set[str]], rule: str) -> None:
    assert broken(COMPOSITE, "", composite(rule)) == set()


@pytest.mark.parametrize(
    "rule",
    [
        "TRUE",
        "FALSE",
        f"ALARM({ONE}) AND FALSE",
        f"NOT ALARM({ONE})",
        f"ALARM({ONE}) AND NOT ALARM({ONE})",
        f"OK({ONE})",
        f"INSUFFICIENT_DATA({ONE})",
        "ALARM(alarm-errors-dev)",
        "ALARM({alarm})",
        "ALARM(${aws_sqs_queue.letters.arn})",
        "ALARM(${data.aws_cloudwatch_metric_alarm.errors.arn})",
        "ALARM(${aws_cloudwatch_metric_alarm.nowhere.alarm_name})",
        "ALARM(${aws_cloudwatch_metric_alarm.errors.alarm_description})",
        "${var.rule}",
        "",
        None,
    ],
)
def test_a_composite_alarm_that_may_never_fire(broken: Callable[..., set[str]], rule: str | None) -> None:
    assert broken(COMPOSITE, "", composite(rule)) == {"TAP-OBS-9"}
