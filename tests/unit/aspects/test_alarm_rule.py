"""Rules of composite alarms: expressions over alarms of this stack pass."""

from __future__ import annotations

from typing import Any

import pytest

from lib.aspects.alarm_rule import check

ERRORS = "${aws_cloudwatch_metric_alarm.errors.alarm_name}"
SLOW = "${aws_cloudwatch_metric_alarm.slow.arn}"


@pytest.mark.parametrize(
    "rule",
    [
        f"ALARM({ERRORS})",
        f'ALARM("{ERRORS}") OR ALARM({SLOW})',
        f"ALARM( {ERRORS} )AND NOT(OK({SLOW}) OR INSUFFICIENT_DATA({SLOW}))",
        f"NOT NOT ALARM({ERRORS})\nAND TRUE",
        "(" * 2_000 + f"ALARM({ERRORS})" + ")" * 2_000,
        "TRUE",
    ],
)
def test_an_expression_over_alarms_passes(rule: str) -> None:
    assert list(check(rule)) == []


@pytest.mark.parametrize(
    "rule",
    [
        None,
        3,
        "",
        "FALSE",
        f"ALARM({ERRORS}) AND FALSE",
        "ALARM(errors)",
        'ALARM("arn:aws:cloudwatch:…:alarm:somebodys")',
        f"ALARM({ERRORS}",
        f'ALARM("{ERRORS})',
        f"ALARM({ERRORS}) ALARM({SLOW})",
        f"ALARM({ERRORS}) AND",
        f"AND ALARM({ERRORS})",
        f"ALARM({ERRORS}{SLOW})",
        f"ALARM(x{ERRORS})",
        f"ALARMS({ERRORS})",
        f"NALARM({ERRORS})",
        f"alarm({ERRORS})",
        f"{ERRORS}",
        "(" * 6_000 + f"ALARM({ERRORS})" + ")" * 6_000,
        "x",
        "x&x",
        "@",
        "ALARM(@)",
    ],
)
def test_what_is_none_is_one_finding(rule: Any) -> None:
    (found,) = check(rule)
    assert found.startswith("alarm_rule is ")


@pytest.mark.parametrize(
    "inside",
    [
        "${aws_lambda_function.a.function_name}",
        "${aws_cloudwatch_metric_alarm.errors.alarm_description}",
        "${data.aws_cloudwatch_metric_alarm.errors.arn}",
        "${lower(aws_cloudwatch_metric_alarm.errors.arn)}",
        "%{ if true }a",
    ],
)
def test_what_is_no_alarm_is_named(inside: str) -> None:
    assert any(found.startswith("alarm_rule names ") for found in check(f"ALARM({inside})"))
