"""TAP-OBS and TAP-RUN of the second judge: alarms that fire, events that are not lost, code of this stack."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Violated

FUNCTION, TABLE = "${aws_lambda_function.pay.function_name}", "${aws_dynamodb_table.ledger.name}"
GROUP, QUEUE = "${aws_cloudwatch_log_group.logs.name}", "${aws_sqs_queue.failures.arn}"
NAMES = {"POWERTOOLS_METRICS_NAMESPACE": "Payments", "POWERTOOLS_SERVICE_NAME": "archiver"}
OWN: dict[str, Any] = {
    "aws_lambda_function": {
        "pay": {"function_name": "lambda-pay-dev", "timeout": 10},
        "archiver": {"handler": "payments.archiver.handler", "environment": {"variables": NAMES}},
    },
    "aws_dynamodb_table": {"ledger": {"name": "dynamodb-a-dev", "global_secondary_index": [{"name": "index-a-dev"}]}},
    "aws_sqs_queue": {
        "failures": {"name": "sqs-failures-dev"},
        "orders": {"redrive_policy": json.dumps({"deadLetterTargetArn": QUEUE})},
    },
    "aws_apigatewayv2_api": {"api": {"name": "api-a-dev"}},
    "aws_cloudwatch_log_group": {"logs": {"name": "/aws/lambda/a-dev"}},
    "aws_ecr_repository": {"images": {"name": "registry-images-dev"}},
    "aws_lambda_layer_version": {"layer": {"filename": "assets/layer.zip"}},
    "aws_cloudwatch_log_metric_filter": {
        "found": {"metric_transformation": [{"namespace": "Logs", "name": "Found", "value": "1"}]}
    },
}
ERRORS = {"namespace": "AWS/Lambda", "metric_name": "Errors", "dimensions": {"FunctionName": FUNCTION}}
ALARM = {
    **ERRORS,
    "alarm_name": "alarm-added-dev",
    "comparison_operator": "GreaterThanOrEqualToThreshold",
    "threshold": 1,
    "statistic": "Sum",
    "period": 60,
    "evaluation_periods": 1,
}
DURATION = {"metric_name": "Duration", "statistic": None, "extended_statistic": "p99", "threshold": 8000}
THROTTLES = {"namespace": "AWS/DynamoDB", "metric_name": "ReadThrottleEvents"}
METRIC, COMPOSITE, DASHBOARD = (f"aws_cloudwatch_{kind}" for kind in ("metric_alarm", "composite_alarm", "dashboard"))
MAPPING, RULE, TASK = "aws_lambda_event_source_mapping", "aws_cloudwatch_event_rule", "aws_ecs_task_definition"
STREAM = {
    "event_source_arn": "${aws_dynamodb_table.ledger.stream_arn}",
    "starting_position": "TRIM_HORIZON",
    "destination_config": [{"on_failure": [{"destination_arn": QUEUE}]}],
}
IMAGE = "${aws_ecr_repository.images.repository_url}"


def added(violated: Violated, rule: str, kind: str, body: dict[str, Any]) -> list[str]:
    """What a rule finds in a resource that is added to OWN."""
    resources = {**OWN, kind: {**OWN.get(kind, {}), "added": body}}
    return [text for address, text in violated(rule, {"resource": resources}) if address == f"{kind}.added"]


def query(expression: str, *, returned: str = "sum", **metric: Any) -> dict[str, Any]:
    """An alarm over two metrics."""
    inner = {**ERRORS, "stat": "Sum", "period": 60, **metric}
    ids = [{"id": name, "metric": inner, "return_data": returned == name} for name in ("a", "b")]
    return {
        "comparison_operator": "GreaterThanThreshold",
        "threshold": 0,
        "evaluation_periods": 3,
        "metric_query": [*ids, {"id": "sum", "expression": expression, "return_data": returned == "sum"}],
    }


def dashboard(kind: str, **properties: Any) -> dict[str, Any]:
    return {"dashboard_body": json.dumps({"widgets": [{"type": kind, "properties": properties}]})}


def graph(*metrics: list[Any]) -> dict[str, Any]:
    return dashboard("metric", metrics=list(metrics))


def task(**container: Any) -> dict[str, Any]:
    return {"container_definitions": json.dumps([{"name": "a", **container}])}


def logging(driver: str, **options: str) -> dict[str, Any]:
    return task(image=IMAGE, logConfiguration={"logDriver": driver, "options": options})


VIOLATIONS = [
    *(
        ("TAP-OBS-9", METRIC, {**ALARM, **change})
        for change in (
            {"threshold": 1e12},
            {"threshold": "many"},
            {"threshold": 0},
            {"threshold": -1, "comparison_operator": "GreaterThanThreshold"},
            {"statistic": "Minimum"},
            {"extended_statistic": "p99"},
            {"unit": "Terabytes"},
            {"period": 3600},
            {"period": 5},
            {"evaluation_periods": 1440},
            {"period": 300, "evaluation_periods": 13},
            {"evaluation_periods": 0},
            {"datapoints_to_alarm": 2},
            {"comparison_operator": "LessThanThreshold"},
            {"comparison_operator": "GreaterThanUpperThreshold", "threshold_metric_id": "a"},
            {**DURATION, "threshold": 10001},
            {**DURATION, "extended_statistic": "p50"},
            {"metric_name": "Invocations", "comparison_operator": "LessThanThreshold"},
        )
    ),
    *(
        ("TAP-OBS-9", METRIC, query(expression))
        for expression in ("a * 0 + b", "a", "SUM([a])", "IF(a > 9, b, 0)", "a - b", "FILL(a, 9) + FILL(b, 0)")
    ),
    ("TAP-OBS-9", METRIC, query("a + b", returned="a")),
    ("TAP-OBS-9", METRIC, query("a + b", period=86400)),
    ("TAP-OBS-9", METRIC, query("a + b", stat="Minimum")),
    *(
        ("TAP-OBS-10", METRIC, {**ALARM, **change})
        for change in (
            {"metric_name": "Erorrs"},
            {"dimensions": {"FunctionName": "lambda-pay-dev"}},
            {"dimensions": {"FunctionName": "${aws_lambda_function.gone.function_name}"}},
            {"dimensions": {}},
            {**THROTTLES, "dimensions": {"TableName": TABLE, "GlobalSecondaryIndexName": "index-b-dev"}},
            {"namespace": "AWS/DynamoDB", "metric_name": "SystemErrors", "dimensions": {"TableName": TABLE}},
            {"namespace": "Payments", "metric_name": "ChangesFailed", "dimensions": {"service": "others"}},
            {"namespace": "Payments", "metric_name": "Refusals", "dimensions": {"service": "archiver"}},
            {"namespace": "Others", "metric_name": "ChangesFailed", "dimensions": {"service": "archiver"}},
        )
    ),
    *(
        ("TAP-OBS-10", COMPOSITE, {"alarm_rule": rule})
        for rule in ("TRUE", "", 'ALARM("others")', 'NOT ALARM("alarm-added-dev")', '(ALARM("alarm-known-dev")', 7)
    ),
    ("TAP-OBS-10", DASHBOARD, {"dashboard_body": "{"}),
    ("TAP-OBS-10", DASHBOARD, {"dashboard_body": '{"widgets": [], "Widgets": [{"type": "custom"}]}'}),
    ("TAP-OBS-10", DASHBOARD, dashboard("custom", endpoint="arn:aws:lambda:x:1:function:others")),
    ("TAP-OBS-10", DASHBOARD, dashboard("text", markdown="a", accountId="111122223333")),
    ("TAP-OBS-10", DASHBOARD, dashboard("metric", metrics=[], region="eu-west-1")),
    ("TAP-OBS-10", DASHBOARD, dashboard("alarm", alarms=["arn:aws:cloudwatch:x:1:alarm:others"])),
    ("TAP-OBS-10", DASHBOARD, dashboard("log", query="SOURCE '/aws/lambda/others' | fields @message")),
    ("TAP-OBS-10", DASHBOARD, graph(["AWS/Lambda", "Errors", "FunctionName", "others"])),
    ("TAP-OBS-10", DASHBOARD, graph([{"expression": "LAMBDA('others')"}])),
    ("TAP-RUN-6", MAPPING, {**STREAM, "enabled": "false"}),
    ("TAP-RUN-6", MAPPING, {**STREAM, "filter_criteria": [{}]}),
    ("TAP-RUN-6", MAPPING, {**STREAM, "destination_config": []}),
    ("TAP-RUN-6", MAPPING, {**STREAM, "starting_position": "LATEST"}),
    ("TAP-RUN-6", MAPPING, {**STREAM, "event_source_arn": "arn:aws:kinesis:x:1:stream/others"}),
    ("TAP-RUN-6", MAPPING, {"event_source_arn": QUEUE}),
    ("TAP-RUN-6", RULE, {"event_pattern": "{}"}),
    ("TAP-RUN-6", RULE, {"event_pattern": '{"source": []}'}),
    ("TAP-RUN-6", RULE, {"event_pattern": '{"source": ["aws.s3"], "account": ["111122223333"]}'}),
    ("TAP-RUN-6", RULE, {"schedule_expression": "rate(1 day)", "state": "DISABLED"}),
    ("TAP-RUN-7", "aws_lambda_function", {"s3_bucket": "others", "s3_key": "a.zip"}),
    ("TAP-RUN-7", "aws_lambda_function", {"filename": "assets/../../a.zip"}),
    ("TAP-RUN-7", "aws_lambda_function", {"filename": "assets/a.zip", "layers": ["arn:aws:lambda:x:1:layer:b:1"]}),
    ("TAP-RUN-7", "aws_lambda_function", {"image_uri": "public.ecr.aws/lambda/python:3.12"}),
    ("TAP-RUN-7", "aws_lambda_function", {"image_uri": f"x{IMAGE}:1"}),
    ("TAP-RUN-7", TASK, task(image="nginx:latest")),
    ("TAP-RUN-7", "aws_ecs_service", {"task_definition": "task-others-dev:1"}),
    ("TAP-RUN-7", TASK, {"container_definitions": f'[{{"image": "{IMAGE}:1", "Image": "nginx"}}]'}),
    ("TAP-NET-6", TASK, logging("splunk", **{"splunk-url": "https://example.com"})),
    ("TAP-NET-6", TASK, logging("awslogs", **{"awslogs-group": "/others"})),
]
HARMLESS = [
    *(
        (rule, METRIC, {**ALARM, **change})
        for rule in ("TAP-OBS-9", "TAP-OBS-10")
        for change in (
            {"threshold": "5", "period": "300"},
            {"threshold": 0, "comparison_operator": "GreaterThanThreshold"},
            {**DURATION, "evaluation_periods": 5, "datapoints_to_alarm": 3},
            {**THROTTLES, "dimensions": {"TableName": TABLE, "GlobalSecondaryIndexName": "index-a-dev"}},
            {"namespace": "Payments", "metric_name": "ChangesFailed", "dimensions": {"service": "archiver"}},
            {"namespace": "Logs", "metric_name": "Found", "dimensions": {}},
            {
                "metric_name": "Invocations",
                "comparison_operator": "LessThanThreshold",
                "treat_missing_data": "breaching",
            },
        )
    ),
    *(
        ("TAP-OBS-9", METRIC, query(expression))
        for expression in ("a + b", "FILL(a, 0) + FILL(b,0)", "SUM([b, a])", "MAX(METRICS())")
    ),
    *(
        ("TAP-OBS-10", COMPOSITE, {"alarm_name": "alarm-added-dev", "alarm_rule": rule})
        for rule in ('ALARM("alarm-added-dev")', "ALARM(alarm-added-dev) OR (ALARM('alarm-added-dev'))")
    ),
    ("TAP-OBS-10", DASHBOARD, dashboard("log", query=f"SOURCE '{GROUP}' | fields @message")),
    (
        "TAP-OBS-10",
        DASHBOARD,
        graph(["AWS/Lambda", "Errors", "FunctionName", FUNCTION], [".", "Throttles", ".", "."], ["..."]),
    ),
    ("TAP-OBS-10", DASHBOARD, graph([{"expression": "SUM(METRICS()) / 60", "label": "a second"}])),
    ("TAP-RUN-6", MAPPING, STREAM),
    ("TAP-RUN-6", MAPPING, {"event_source_arn": "${aws_sqs_queue.orders.arn}"}),
    ("TAP-RUN-6", RULE, {"event_pattern": '{"source": ["aws.s3"], "detail": {"size": [{"numeric": [">", 0]}]}}'}),
    (
        "TAP-RUN-7",
        "aws_lambda_function",
        {"filename": "assets/a.zip", "layers": ["${aws_lambda_layer_version.layer.arn}"]},
    ),
    ("TAP-RUN-7", "aws_lambda_function", {"image_uri": f"{IMAGE}@sha256:0a"}),
    ("TAP-RUN-7", TASK, task(image=f"{IMAGE}:1")),
    ("TAP-NET-6", TASK, logging("awslogs", **{"awslogs-group": GROUP})),
]


@pytest.mark.parametrize(("rule", "kind", "body"), VIOLATIONS)
def test_what_is_found(violated: Violated, rule: str, kind: str, body: dict[str, Any]) -> None:
    assert added(violated, rule, kind, body)


@pytest.mark.parametrize(("rule", "kind", "body"), HARMLESS)
def test_what_may_be(violated: Violated, rule: str, kind: str, body: dict[str, Any]) -> None:
    assert added(violated, rule, kind, body) == []
