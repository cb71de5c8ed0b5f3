"""TAP-DOC-4 and TAP-DOC-5 of the second judge: which types and arguments may occur, and what they may say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Violated

FARGATE = {"network_mode": "awsvpc", "requires_compatibilities": ["FARGATE"]}


def texts(violated: Violated, kind: str, **body: Any) -> list[str]:
    """What TAP-DOC-5 finds in one resource."""
    return [text for _, text in violated("TAP-DOC-5", {"resource": {kind: {"it": body}}})]


def test_a_type_that_is_not_classified(violated: Violated) -> None:
    """One finding, which says where to classify it; nothing is said of its arguments."""
    document = {"resource": {"aws_glue_job": {"it": {"name": "glue-a-dev"}}, "aws_sqs_queue": {"q": {}}}}
    assert violated("TAP-DOC-4", document) == [("aws_glue_job.it", "aws_glue_job is not classified")]
    assert violated("TAP-DOC-5", document) == []


@pytest.mark.parametrize(
    ("kind", "body", "argument"),
    [
        ("aws_sqs_queue", {"surprise": 1}, "surprise"),
        ("aws_sqs_queue", {"surprise": []}, "surprise"),
        ("aws_sqs_queue", {"surprise": {"a": {"b": 1}}}, "surprise"),
        ("aws_sqs_queue", {"name": {"a": 1}}, "name"),
        ("aws_sqs_queue", {"tags_all": {"a": "b"}}, "tags_all"),
        ("aws_kms_alias", {"tags": {"a": "b"}}, "tags"),
        ("aws_dynamodb_table", {"replica": [{}, {"surprise": 1}]}, "replica.surprise"),
        ("aws_dynamodb_table", {"replica": "x"}, "replica"),
        ("aws_lambda_function", {"environment": {"variables": {"AWS_ENDPOINT_URL": "x"}}}, "environment.variables."),
        ("aws_lambda_function", {"environment": [{"variables": {"cursor_key": "x"}}]}, "environment.variables."),
        ("aws_lambda_function", {"environment": [{"variables": {"//": "x"}}]}, "environment.variables."),
        ("aws_cloudwatch_dashboard", {"dashboard_body": "x"}, "dashboard_body"),
        ("aws_cloudwatch_dashboard", {"dashboard_body": "[1]"}, "dashboard_body"),
        ("aws_cloudwatch_dashboard", {"dashboard_body": '{"widgets": [{"x": 1, "x": 2}]}'}, "dashboard_body"),
        ("aws_cloudwatch_dashboard", {"dashboard_body": '{"widgets": [{"surprise": 1}]}'}, "dashboard_body.widgets."),
        (
            "aws_ecs_task_definition",
            {**FARGATE, "container_definitions": '[{"privileged": true}]'},
            "container_definitions.",
        ),
        ("aws_wafv2_web_acl", {"rule": {"statement": {"not_statement": {}}}}, "rule.statement.not_statement"),
    ],
)
def test_an_argument_that_is_not_classified(violated: Violated, kind: str, body: dict[str, Any], argument: str) -> None:
    (found,) = texts(violated, kind, **body)
    assert found.startswith(argument)
    assert found.endswith(" is not classified")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("aws_sqs_queue", {"name": "x", "tags": {"a": "b"}, "//": "x", "count": 0, "timeouts": {}, "surprise": None}),
        ("aws_sqs_queue", {"redrive_policy": json.dumps({"deadLetterTargetArn": "${x}", "maxReceiveCount": 5})}),
        ("aws_dynamodb_table", {"replica": []}),
        ("aws_dynamodb_table", {"replica": {"region_name": "x"}}),
        ("aws_cloudwatch_dashboard", {"dashboard_body": '{"widgets": []}'}),
        ("aws_wafv2_web_acl", {"default_action": {"block": {}}, "rule": [{"override_action": [{"none": [{}]}]}]}),
        ("aws_s3_bucket_lifecycle_configuration", {"rule": [{"filter": [{"and": {"tags": {"any": "x"}}}]}]}),
        ("aws_ecs_task_definition", {**FARGATE, "container_definitions": '[{"name": "a"}, {"image": "b"}]'}),
    ],
)
def test_arguments_that_are_classified(violated: Violated, kind: str, body: dict[str, Any]) -> None:
    assert texts(violated, kind, **body) == []


@pytest.mark.parametrize(
    ("kind", "argument", "good", "bad"),
    [
        ("aws_kms_key", "is_enabled", [True, "true"], [False, "false", "${x}", 1, "TRUE"]),
        ("aws_kms_key", "rotation_period_in_days", [90, "365"], [89, 366, 2560, "forever", True, [366], 1e30, "9_0"]),
        ("aws_sqs_queue", "message_retention_seconds", [345600, "1209600"], [60, 1209601]),
        ("aws_lambda_function", "reserved_concurrent_executions", [-1, "-1", 1, 900], [0, -2, "0", "${x}", False]),
        ("aws_vpc_endpoint", "service_name", ["com.amazonaws.${data.aws_region.r.name}.s3"], ["com.amazonaws.vpce.x"]),
        (
            "aws_lambda_alias",
            "function_name",
            ["${aws_lambda_function.f.arn}"],
            ["f", "x${aws_x.f.arn}", "${data.a.b.id}"],
        ),
        ("aws_ecs_cluster_capacity_providers", "capacity_providers", [["FARGATE"], []], [["FARGATE", "mine"]]),
    ],
)
def test_values(violated: Violated, kind: str, argument: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        assert texts(violated, kind, **{argument: value}) == []
    for value in bad:
        (found,) = texts(violated, kind, **{argument: value})
        assert found.startswith(f"{argument} is ")
        assert "; allowed: " in found


def test_a_setting_has_one_place(violated: Violated) -> None:
    queue = {"name": "sqs-a-dev", "policy": "x"}
    other = {"queue_url": "${aws_sqs_queue.q.url}", "policy": "y"}
    document = {"resource": {"aws_sqs_queue": {"q": queue}, "aws_sqs_queue_policy": {"p": other}}}
    assert violated("TAP-DOC-5", document) == [
        ("aws_sqs_queue.q", "policy is set here and by aws_sqs_queue_policy.p; each would overwrite the other")
    ]
    del queue["policy"]
    assert violated("TAP-DOC-5", document) == []


def test_data_sources_too(violated: Violated) -> None:
    document = {"resource": {"aws_sqs_queue": {"q": {}}}, "data": {"aws_region": {"r": {"endpoint": "x"}}}}
    assert violated("TAP-DOC-5", document) == [("data.aws_region.r", "endpoint is not classified")]
