"""Dashboards: widgets of this account and region that run nothing pass, all others do not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lib.aspects.dashboard import check

REGION = "${data.aws_region.here.name}"
ALARM = "${aws_cloudwatch_metric_alarm.errors.arn}"
GROUP = "${aws_cloudwatch_log_group.processor.name}"
METRIC = {"region": REGION, "metrics": [["AWS/Lambda", "Errors", "FunctionName", "${aws_lambda_function.a.id}"]]}
QUERY = f"SOURCE '{GROUP}' | fields @timestamp, level | limit 20"


def findings(type_: str, properties: Any, **widget: Any) -> list[str]:
    """Of a dashboard with one widget."""
    return list(check(json.dumps({"widgets": [{"type": type_, "properties": properties, **widget}]})))


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        ("metric", METRIC),
        ("metric", {**METRIC, "annotations": {"horizontal": [{"value": 1}]}, "view": "timeSeries", "stat": "p99"}),
        ("metric", {**METRIC, "metrics": [["Payments", "Taken"], [".", "Declined", {"stat": "Sum", "label": "no"}]]}),
        ("text", {"markdown": "# Payments\ndocs/runbooks/function-errors.md"}),
        ("alarm", {"title": "Alarms", "alarms": [ALARM, "${aws_cloudwatch_composite_alarm.all.arn}"]}),
        ("log", {"region": REGION, "query": QUERY}),
        ("log", {"region": REGION, "query": f"SOURCE '{GROUP}' | {QUERY}", "view": "table"}),
    ],
)
def test_a_widget_of_this_stack_passes(type_: str, properties: dict[str, Any]) -> None:
    assert findings(type_, properties, x=0, y=0, width=6, height=6) == []


@pytest.mark.parametrize(
    ("type_", "properties", "place"),
    [
        ("custom", {"endpoint": "arn:aws:lambda:…"}, "type"),
        ("explorer", {"metrics": []}, "type"),
        (["metric"], METRIC, "type"),
        ("metric", None, "properties"),
        ("metric", {**METRIC, "accountId": "111122223333"}, "accountId"),
        ("metric", {**METRIC, "region": "eu-west-1"}, "region"),
        ("metric", {**METRIC, "region": "${data.aws_caller_identity.here.account_id}"}, "region"),
        ("metric", {"metrics": METRIC["metrics"]}, "region"),
        ("metric", {**METRIC, "metrics": []}, "metrics"),
        ("metric", {**METRIC, "metrics": ["AWS/Lambda"]}, "metrics"),
        ("metric", {**METRIC, "metrics": [["AWS/Lambda", {"stat": "Sum"}]]}, "metrics"),
        ("metric", {**METRIC, "metrics": [["a", "b", {"accountId": "111122223333"}]]}, "accountId"),
        ("metric", {**METRIC, "metrics": [["a", "b", {"region": "eu-west-1"}]]}, "region"),
        ("metric", {**METRIC, "annotations": {"alarms": ["arn:…"]}}, "alarms"),
        ("metric", {**METRIC, "annotations": []}, "annotations"),
        ("text", {"markdown": "[the runbook](https://elsewhere.example)"}, "markdown"),
        ("text", {"markdown": "![](//elsewhere.example/pixel.png)"}, "markdown"),
        ("text", {"markdown": 3}, "markdown"),
        ("text", {"markdown": "a", "endpoint": "b"}, "endpoint"),
        ("alarm", {"alarms": ["arn:aws:cloudwatch:…:alarm:somebodys"]}, "alarms"),
        ("alarm", {"alarms": ["${aws_cloudwatch_metric_alarm.errors.alarm_name}"]}, "alarms"),
        ("alarm", {"alarms": [f"{ALARM}*"]}, "alarms"),
        ("alarm", {}, "alarms"),
        ("log", {"region": REGION, "query": "fields @message"}, "query"),
        ("log", {"region": REGION, "query": "SOURCE '/aws/lambda/somebodys' | fields @message"}, "query"),
        ("log", {"region": REGION, "query": f"SOURCE '{GROUP}' | fields a | SOURCE logGroups()"}, "query"),
        ("log", {"region": REGION, "query": f"{QUERY} | fields unmask(@message)"}, "query"),
        ("log", {"query": QUERY}, "region"),
    ],
)
def test_what_is_wrong_is_named_once(type_: Any, properties: Any, place: str) -> None:
    found = findings(type_, properties)
    assert len(found) == 1
    assert found[0].startswith("dashboard_body.widgets[0]")
    assert place in found[0]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (None, "is null"),
        ("{", "is not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "widgets"),
        ('{"widgets": []}', "widgets"),
        ('{"widgets": ["text"]}', "widgets[0]"),
        ('{"widgets": [{"type": "text", "type": "custom"}]}', "'type' occurs twice"),
        ('{"widgets": [{"type": "text", "properties": {"markdown": "a"}, "id": 1}]}', "id"),
        ('{"widgets": [{"type": "text", "properties": {"markdown": "a"}}], "variables": []}', "variables"),
        ('{"widgets": [{"type": "text", "properties": {"markdown": "a"}, "x": NaN}]}', "NaN"),
    ],
)
def test_the_body_has_a_form(body: Any, place: str) -> None:
    (found,) = check(body)
    assert found.startswith("dashboard_body")
    assert place in found
