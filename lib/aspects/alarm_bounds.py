"""Checks that alarms can fire: their thresholds, statistics and periods must be within the bounds of metrics.toml.

For example, an alarm with a threshold of a million errors never fires.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lib.aspects.addresses import shape
from lib.aspects.alarm_expressions import EXPECTED, bounds_of
from lib.aspects.expressions import Reference
from lib.aspects.metric_tables import TABLES
from lib.aspects.metrics import ALARM, Metric, entry_of, metrics_of
from lib.aspects.model import StackRule
from lib.aspects.terraform_json import (
    MISSING,
    Attributes,
    StackView,
    blocks,
    flag,
    format_value,
    literal,
    number,
    reference,
)
from lib.findings.finding import Severity

COMPOSITE = "aws_cloudwatch_composite_alarm"
KINDS: Mapping[str, Any] = TABLES["kinds"]
TIMING: Mapping[str, Any] = TABLES["timing"]
OPERATORS = {
    "rising": ("GreaterThanOrEqualToThreshold", "GreaterThanThreshold"),
    "falling": ("LessThanThreshold",),
}
DEFAULT_TIMEOUT = 3  # in seconds: Lambda's default

# Terms ALARM(…), joined by AND and OR, are true if all their alarms fire. With NOT, OK or FALSE they may never be true.
_ALARMED = r"\(*ALARM\(\"?\{alarm\}\"?\)\)*"
_RULE = re.compile(rf"{_ALARMED}(\s+(AND|OR)\s+{_ALARMED})*")


def _can_fire(stack: StackView) -> Iterator[tuple[str, str]]:
    for alarm in stack.of(ALARM):
        for message in _bounds(stack, alarm.attributes):
            yield alarm.path, message
    for composite in stack.of(COMPOSITE):
        if not _is_reachable(stack, composite.attributes.get("alarm_rule")):
            named = format_value(composite.attributes.get("alarm_rule"))
            yield composite.path, f"alarm_rule is {named}; expected ALARM(…) of alarms of this stack, with AND and OR"


def _bounds(stack: StackView, alarm: Attributes) -> Iterator[str]:
    metrics = metrics_of(alarm)
    queries = blocks(alarm, "metric_query")
    bounds, complaint = _of_queries(stack, queries, metrics) if queries else (_of_metric(stack, metrics[0]), None)
    yield from _timing(alarm, {**TIMING, **(bounds or {})})
    if complaint:
        yield complaint
    if bounds is not None:  # TAP-OBS-10 reports a metric that is not listed
        yield from _threshold(alarm, bounds)


def _timing(alarm: Attributes, bounds: Mapping[str, Any]) -> Iterator[str]:
    periods = number(alarm.get("evaluation_periods"))
    if not isinstance(periods, float) or periods < 1:
        yield f"evaluation_periods is {format_value(alarm.get('evaluation_periods'))}; expected a number of at least 1"
        return
    datapoints = alarm.get("datapoints_to_alarm")
    known = number(datapoints)
    if known is not MISSING and not (isinstance(known, float) and 1 <= known <= periods):
        yield f"datapoints_to_alarm is {format_value(datapoints)}; expected 1 to evaluation_periods"
    if literal(alarm.get("evaluate_low_sample_count_percentiles")) not in (MISSING, "evaluate"):
        yield "evaluate_low_sample_count_percentiles ignores periods with few samples; expected evaluate"
    longest_period, longest_evaluation = bounds["longest_period"], bounds["longest_evaluation"]
    for metric in metrics_of(alarm):
        period = number(metric.attributes.get("period"))
        if not isinstance(period, float) or not _is_a_period(period) or period > longest_period:
            expected = f"10, 20, 30 or a multiple of 60 seconds, up to {longest_period}"
            yield f"period is {format_value(metric.attributes.get('period'))}; expected {expected}"
        elif period * periods > longest_evaluation:
            yield f"the alarm needs {period * periods:g} s to fire; expected {longest_evaluation} s or less"


def _is_a_period(seconds: float) -> bool:
    """Return True if CloudWatch accepts the period.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    return seconds in (10, 20, 30) or (seconds >= 60 and seconds % 60 == 0)


def _threshold(alarm: Attributes, bounds: Mapping[str, Any]) -> Iterator[str]:
    operators = bounds.get("operators") or OPERATORS[bounds["direction"]]
    operator = literal(alarm.get("comparison_operator"))
    if operator not in operators:
        named = format_value(alarm.get("comparison_operator"))
        yield f"comparison_operator is {named}; expected {' or '.join(operators)}"
    if literal(alarm.get("threshold_metric_id")) is not MISSING:
        yield "threshold_metric_id makes the threshold follow the metric; expected a fixed threshold"
    least, most = bounds["threshold"]
    if operator == "GreaterThanThreshold" and least == 1:
        least = 0  # a metric "> 0" is at least 1
    threshold = number(alarm.get("threshold"))
    if not isinstance(threshold, float) or not least <= threshold <= most:
        yield f"threshold is {format_value(alarm.get('threshold'))}; expected {least} to {most}: {bounds['why']}"
    for metric in metrics_of(alarm):
        if not any(_is_statistic(metric.statistic, allowed) for allowed in bounds["statistics"]):
            yield f"the statistic is {format_value(metric.statistic)}; expected {' or '.join(bounds['statistics'])}"
    if bounds["direction"] == "falling" and literal(alarm.get("treat_missing_data")) != "breaching":
        named = format_value(alarm.get("treat_missing_data"))
        yield f"treat_missing_data is {named}; expected breaching, because a stopped component has no data"


def _kind(stack: StackView, metric: Metric) -> str | None:
    entry = entry_of(stack, metric)
    return str(entry["kind"]) if entry else None


def _of_metric(stack: StackView, metric: Metric) -> Mapping[str, Any] | None:
    """Return the bounds of a metric; a duration is bounded by the timeout of its function."""
    kind = _kind(stack, metric)
    if kind != "duration":
        return KINDS[kind] if kind else None
    to = reference(metric.dimensions.get("FunctionName"))
    function = stack.get(to) if to else None
    timeout = number(function.attributes.get("timeout")) if function else MISSING
    seconds = timeout if isinstance(timeout, float) else DEFAULT_TIMEOUT
    return {**KINDS["duration"], "threshold": [KINDS["duration"]["threshold"][0], seconds * 1000]}


def _of_queries(
    stack: StackView, queries: list[Attributes], metrics: list[Metric]
) -> tuple[Mapping[str, Any] | None, str | None]:
    """Return (bounds, complaint) of the one query that returns data: a metric, or an expression over all metrics."""
    returned = [query for query in queries if flag(query.get("return_data")) is True]
    if len(returned) != 1:
        return None, f"{len(returned)} metric_query blocks return data; expected one"
    expression = literal(returned[0].get("expression"))
    if expression is MISSING and len(metrics) == 1:
        return _of_metric(stack, metrics[0]), None
    kind_of = {metric.id: _kind(stack, metric) for metric in metrics}
    bounds = bounds_of(str(expression), kind_of) if len(kind_of) == len(metrics) else None
    is_one_metric = len({(metric.name, str(metric.dimensions)) for metric in metrics}) == 1
    if bounds is None or (bounds in TABLES["expressions"].values() and is_one_metric):
        return None, f"expression is {format_value(returned[0].get('expression'))}; expected {EXPECTED}"
    return bounds, None


def _is_statistic(value: Any, allowed: str) -> bool:
    known = str(literal(value))
    if not allowed.endswith("+"):
        return known == allowed
    percentile = re.fullmatch(r"p(\d{1,2}(\.\d+)?|100)", known)
    return percentile is not None and float(percentile[1]) >= float(allowed[1:-1])


def _is_reachable(stack: StackView, rule: Any) -> bool:
    """Return True if a composite alarm's rule names only alarms of this stack, and is true when all of them fire."""

    def name(to: Reference) -> str | None:
        alarm = stack.get(to) if to.type in (ALARM, COMPOSITE) and not to.is_data else None
        return "alarm" if alarm is not None and to.attribute in ("alarm_name", "arn", "id") else None

    return _RULE.fullmatch((shape(rule, name) or "").strip()) is not None


CAN_FIRE = StackRule(
    id="TAP-OBS-9",
    title="Every alarm can fire: its threshold, statistic and periods are within the bounds of its metric",
    why="An alarm whose threshold is never reached stays OK while payments fail.",
    severity=Severity.HIGH,
    controls=("Well-Architected REL06-BP03", "PCI DSS 4.0.1 10.7.2"),
    resource_types=(ALARM, COMPOSITE),
    waivable=True,
    fix="choose a threshold, statistic and periods within the bounds of lib/aspects/metrics.toml",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html",
    check=_can_fire,
)

RULES = (CAN_FIRE,)
