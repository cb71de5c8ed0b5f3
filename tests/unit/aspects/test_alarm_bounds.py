"""OBS-9: alarms that cannot fire, or fire always, though each of their arguments is there; and what is fine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.alarm_bounds import KINDS
from lib.aspects.judge import judge
from lib.aspects.metric_tables import TABLES
from lib.aspects.payments_conventions import METRICS
from lib.findings.finding import Finding

from .conftest import FAMILIES

ALARM = "aws_cloudwatch_metric_alarm"
ERRORS, DURATION, LETTERS = f"{ALARM}.errors", f"{ALARM}.duration", f"{ALARM}.letters"
FUNCTION = {"FunctionName": "${aws_lambda_function.processor.function_name}"}
FALLING = {"comparison_operator": "LessThanThreshold", "threshold": 1, "treat_missing_data": "breaching"}


def found(findings: tuple[Finding, ...]) -> list[str]:
    assert [str(one) for one in findings if "the rule itself failed" in one.message] == []
    return [finding.message for finding in findings if finding.rule_id == "TAP-OBS-9"]


@pytest.mark.parametrize(
    ("target", "argument", "value"),
    [
        (ERRORS, "threshold", 11),
        (ERRORS, "threshold", 1e12),
        (ERRORS, "threshold", "1e12"),
        (ERRORS, "threshold", 0),  # always fires
        (ERRORS, "threshold", -1),
        (ERRORS, "threshold", "nan"),
        (ERRORS, "threshold", "inf"),
        (ERRORS, "threshold", None),
        (ERRORS, "threshold", "${var.threshold}"),
        (ERRORS, "comparison_operator", "LessThanThreshold"),
        (ERRORS, "comparison_operator", "LessThanLowerThreshold"),
        (ERRORS, "comparison_operator", "${var.operator}"),
        (ERRORS, "statistic", "SampleCount"),
        (ERRORS, "statistic", "Minimum"),
        (ERRORS, "statistic", None),
        (ERRORS, "period", 0),
        (ERRORS, "period", 600),
        (ERRORS, "period", 86400),
        (ERRORS, "period", None),
        (ERRORS, "period", "${var.period}"),
        (ERRORS, "evaluation_periods", 16),  # of a minute: more than a quarter of an hour
        (ERRORS, "evaluation_periods", 0),
        (ERRORS, "evaluation_periods", None),
        (ERRORS, "evaluation_periods", "${var.periods}"),
        (ERRORS, "datapoints_to_alarm", 2),  # of one
        (ERRORS, "datapoints_to_alarm", 0),
        (ERRORS, "datapoints_to_alarm", "${var.points}"),
        (ERRORS, "evaluate_low_sample_count_percentiles", "ignore"),
        (ERRORS, "threshold_metric_id", "band"),
        (DURATION, "threshold", 3001),  # Lambda's default timeout is 3 s
        (DURATION, "statistic", "Average"),
        (LETTERS, "threshold", 1000),
        (LETTERS, "statistic", "Minimum"),
    ],
)
def test_broken(after: Callable[..., tuple[Finding, ...]], target: str, argument: str, value: Any) -> None:
    (finding,) = (one for one in after(target, argument, value) if one.rule_id == "TAP-OBS-9")
    assert finding.path == f"TapStackdev/{target}"


@pytest.mark.parametrize(
    ("target", "argument", "value"),
    [
        (ERRORS, "threshold", "5"),
        (ERRORS, "threshold", 10),
        (ERRORS, "comparison_operator", "GreaterThanThreshold"),
        (ERRORS, "period", 300),
        (ERRORS, "evaluation_periods", 15),
        (ERRORS, "evaluation_periods", "3"),
        (ERRORS, "evaluate_low_sample_count_percentiles", "evaluate"),
        (DURATION, "threshold", 3000),
        (DURATION, "statistic", "p99"),
        (DURATION, "statistic", "p99.9"),
        (ERRORS, "dimensions", {"FunctionName": "${aws_lambda_function.processor.id}"}),
    ],
)
def test_harmless(broken: Callable[..., set[str]], target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) == set()


def test_more_than_nothing_is_one(good: dict[str, Any]) -> None:
    good["resource"][ALARM]["errors"] |= {"comparison_operator": "GreaterThanThreshold", "threshold": 0}
    assert judge(good, FAMILIES) == ()


@pytest.mark.parametrize(
    ("timeout", "threshold", "is_found"), [(60, 48_000, False), (10, 48_000, True), ("10", 8_000, False)]
)
def test_a_duration_is_bounded_by_its_functions_timeout(
    good: dict[str, Any], timeout: Any, threshold: int, is_found: bool
) -> None:
    good["resource"]["aws_lambda_function"]["processor"]["timeout"] = timeout
    good["resource"][ALARM]["duration"]["threshold"] = threshold
    assert bool(found(judge(good, FAMILIES))) == is_found


@pytest.mark.parametrize("percentile", ["p50", "p89.9", "p", "p101", "tm99", "p99x"])
def test_a_percentile_that_leaves_out_the_slow_ones(good: dict[str, Any], percentile: str) -> None:
    alarm = good["resource"][ALARM]["duration"]
    del alarm["statistic"]
    alarm["extended_statistic"] = percentile
    assert len(found(judge(good, FAMILIES))) == 1


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        ({}, False),
        ({"treat_missing_data": "notBreaching"}, True),  # what stands still has no data
        ({"treat_missing_data": "missing"}, True),
        ({"threshold": 0}, True),
        ({"threshold": 1001}, True),
        ({"comparison_operator": "LessThanOrEqualToThreshold"}, True),
        ({"comparison_operator": "GreaterThanThreshold"}, True),
        ({"statistic": "Average"}, True),
    ],
)
def test_an_alarm_on_standstill(good: dict[str, Any], change: dict[str, Any], is_found: bool) -> None:
    errors = good["resource"][ALARM]["errors"]
    good["resource"][ALARM]["standstill"] = {**errors, "metric_name": "Invocations", **FALLING, **change}
    assert bool(found(judge(good, FAMILIES))) == is_found


def with_queries(good: dict[str, Any], *queries: dict[str, Any]) -> list[str]:
    """What is found once the alarm on errors has queries instead."""
    errors = good["resource"][ALARM]["errors"]
    for name in ("namespace", "metric_name", "dimensions", "period", "statistic"):
        del errors[name]
    errors["metric_query"] = list(queries)
    return found(judge(good, FAMILIES))


def metric(id_: str, name: str = "Errors", **more: Any) -> dict[str, Any]:
    body = {"namespace": "AWS/Lambda", "metric_name": name, "dimensions": FUNCTION, "period": 60, "stat": "Sum", **more}
    return {"id": id_, "metric": [body], "return_data": False}


def total(expression: str, **more: Any) -> dict[str, Any]:
    return {"id": "total", "expression": expression, "return_data": True, **more}


@pytest.mark.parametrize("expression", ["m1 + m2", "FILL(m1, 0) + FILL(m2, 0)", "FILL(m1,0) + m2"])
def test_an_expression_that_fires_when_its_metrics_do(good: dict[str, Any], expression: str) -> None:
    assert with_queries(good, metric("m1"), metric("m2", "Throttles"), total(expression)) == []


@pytest.mark.parametrize(
    "expression",
    [
        "m1",  # leaves m2 out
        "m1 - m2",
        "100 * m1 / m2",  # of failures in failures
        "m1 * 0 + m2",
        "0 * (m1 + m2)",
        "(m1 + m2) / 1000000000000",
        "100 * m1 / 2 + m2",
        "IF(m1 > 1000000, m1, 0) + m2",
        "MIN([m1, m2])",
        "SUM(METRICS())",
        "FILL(m1, 0) + FILL(m2, 1000)",
        "0",
        "",
        "${var.expression}",
        "m1 + m2 + m3",
    ],
)
def test_an_expression_that_may_never_fire(good: dict[str, Any], expression: str) -> None:
    (message,) = with_queries(good, metric("m1"), metric("m2", "Throttles"), total(expression))
    assert message.startswith("expression is ")


@pytest.mark.parametrize(
    "queries",
    [
        (metric("m1"), total("m1", return_data=False)),
        (metric("m1"), {**metric("m2"), "return_data": True}, total("m1 + m2")),
        (metric("m1", period=3600), total("m1")),
        (metric("m1", stat="Average"), total("m1")),
        (metric("m1"), metric("m2", "Duration", stat="Maximum"), total("m1 + m2")),
        (metric("m1"), metric("m2", "Invocations"), total("m1 + m2")),
        (metric("m1"),),
    ],
)
def test_queries_that_may_never_fire(good: dict[str, Any], queries: tuple[dict[str, Any], ...]) -> None:
    assert with_queries(good, *queries)


@pytest.mark.parametrize(
    ("expression", "threshold", "is_found"),
    [
        ("100 * m1 / m2", 0.5, False),
        ("100 * FILL(m1, 0) / m2", 10, False),
        ("100 * m1 / m2", 50, True),
        ("100 * m2 / m1", 5, True),  # invocations in errors
        ("m1 / m2", 5, True),
    ],
)
def test_a_rate_is_one_of_failures_in_percent(
    good: dict[str, Any], expression: str, threshold: float, is_found: bool
) -> None:
    good["resource"][ALARM]["errors"]["threshold"] = threshold
    assert bool(with_queries(good, metric("m1"), metric("m2", "Invocations"), total(expression))) == is_found


INVOCATIONS, CLAIMED = metric("m1", "Invocations"), {"dimensions": {}, "stat": "Maximum"}
API = {"namespace": "AWS/ApiGateway", "dimensions": {"ApiId": "${aws_apigatewayv2_api.payments.id}"}}


@pytest.mark.parametrize(
    ("expression", "threshold", "queries", "is_found"),
    [
        # What should follow does not: a cause, and no effect.
        ("IF(FILL(m1, 0) > 0 AND FILL(m2, 0) < 1, 1, 0)", 1, (INVOCATIONS, metric("m2", "Count", **API)), False),
        ("IF(FILL(m1, 0) > 0 AND FILL(m2, 0) < 1, 1, 0)", 0, (INVOCATIONS, metric("m2", "Count", **API)), True),
        ("IF(FILL(m1, 0) > 0 AND FILL(m2, 0) < 1, 1, 0)", 2, (INVOCATIONS, metric("m2", "Count", **API)), True),
        ("IF(FILL(m1, 0) > 9 AND FILL(m2, 0) < 1, 1, 0)", 1, (INVOCATIONS, metric("m2", "Count", **API)), True),
        ("IF(FILL(m1, 0) > 0 AND FILL(m2, 1) < 1, 1, 0)", 1, (INVOCATIONS, metric("m2", "Count", **API)), True),
        ("IF(FILL(m1, 0) > 0 AND FILL(m2, 0) < 1, 0, 1)", 1, (INVOCATIONS, metric("m2", "Count", **API)), True),
        # Both are one metric, which is never counted and not counted.
        ("IF(FILL(m1, 0) > 0 AND FILL(m2, 0) < 1, 1, 0)", 1, (INVOCATIONS, metric("m2", "Invocations")), True),
        ("IF(m1 >= 50, 100 * m1 / m2, 0)", 25, (metric("m1", "4xx", **API), metric("m2", "Count", **API)), False),
        ("IF(m1 >= 50, 100 * m1 / m2, 0)", 60, (metric("m1", "4xx", **API), metric("m2", "Count", **API)), True),
        ("IF(m1 >= 5000, 100 * m1 / m2, 0)", 25, (metric("m1", "4xx", **API), metric("m2", "Count", **API)), True),
        ("IF(m2 >= 50, 100 * m1 / m2, 0)", 25, (metric("m1", "4xx", **API), metric("m2", "Count", **API)), True),
        ("IF(m1 >= 50, 100 * m1 / m2, 0)", 5, (metric("m1"), metric("m2", "Invocations")), True),  # errors all count
        (
            "100 * m1 / SERVICE_QUOTA(m2)",
            80,
            (metric("m1", "ClaimedAccountConcurrency", **CLAIMED), metric("m2", "ConcurrentExecutions", **CLAIMED)),
            False,
        ),
        (
            "100 * m1 / SERVICE_QUOTA(m2)",
            100,
            (metric("m1", "ClaimedAccountConcurrency", **CLAIMED), metric("m2", "ConcurrentExecutions", **CLAIMED)),
            True,
        ),
        ("100 * m1 / SERVICE_QUOTA(m2)", 80, (metric("m1"), metric("m2", "Invocations")), True),
    ],
)
def test_a_standstill_and_shares(
    good: dict[str, Any], expression: str, threshold: float, queries: tuple[dict[str, Any], ...], is_found: bool
) -> None:
    good["resource"]["aws_apigatewayv2_api"] = {"payments": {"name": "api-payments-dev", "protocol_type": "HTTP"}}
    good["resource"][ALARM]["errors"]["threshold"] = threshold
    assert bool(with_queries(good, *queries, total(expression))) == is_found


def test_a_standstill_may_take_an_hour_and_no_more(good: dict[str, Any]) -> None:
    good["resource"]["aws_apigatewayv2_api"] = {"payments": {"name": "api-payments-dev", "protocol_type": "HTTP"}}
    good["resource"][ALARM]["errors"].update(threshold=1, evaluation_periods=2)
    whole = total("IF(FILL(m1, 0) > 0 AND FILL(m2, 0) < 1, 1, 0)")
    hourly = [metric("m1", "Invocations", period=3600), metric("m2", "Count", **API, period=3600)]
    assert with_queries(good, *hourly, whole) == []
    good["resource"][ALARM]["errors"]["evaluation_periods"] = 3
    assert found(judge(good, FAMILIES))


@pytest.mark.parametrize("kind", KINDS)
def test_bounds_have_reasons_and_make_sense(kind: str) -> None:
    bounds = KINDS[kind]
    least, most = bounds["threshold"]
    assert 0 < least < most
    assert bounds["why"]
    assert bounds["direction"] in ("rising", "falling")


def test_every_metric_has_a_kind_and_known_dimensions() -> None:
    tables = [*TABLES["metrics"].values(), *METRICS.values()]
    entries = [entry for table in tables for entry in table.values()]
    assert {entry["kind"] for entry in entries} == set(KINDS)
    named = {name for entry in entries for names in entry["dimensions"] for name in names}
    assert named == {*TABLES["dimensions"], "service"}
