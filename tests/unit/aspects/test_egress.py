"""NET-6: each way to send data elsewhere, and what stays in the stack."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from lib.findings.finding import Finding

QUEUE, TOPIC, BUCKET = "${aws_sqs_queue.letters.arn}", "${aws_sns_topic.alerts.arn}", "${aws_s3_bucket.records.arn}"
FUNCTION, GROUP = "${aws_lambda_function.processor.invoke_arn}", "${aws_cloudwatch_log_group.processor.arn}"
ACCOUNT, REGION = "${data.aws_caller_identity.me.account_id}", "${data.aws_region.here.name}"
THEIRS = "arn:aws:sqs:elsewhere:111122223333:theirs"
TWICE = f'{{"deadLetterTargetArn": "{THEIRS}", "deadLetterTargetArn": "{QUEUE}"}}'
# Where data goes: (type, arguments, the value that stands for the destination).
DESTINATIONS: list[tuple[str, Callable[[Any], dict[str, Any]], Any]] = [
    ("aws_apigatewayv2_integration", lambda to: {"integration_type": "AWS_PROXY", "integration_uri": to}, FUNCTION),
    ("aws_api_gateway_integration", lambda to: {"type": "AWS_PROXY", "uri": to}, FUNCTION),
    ("aws_apigatewayv2_route", lambda to: {"authorization_type": "AWS_IAM", "target": to}, "integrations/" + QUEUE),
    ("aws_athena_workgroup", lambda to: {"configuration": {"result_configuration": {"output_location": to}}},
        "s3://${aws_s3_bucket.records.id}/results/"),
    ("aws_backup_plan", lambda to: {"rule": [{"copy_action": [{"destination_vault_arn": to}]}]}, QUEUE),
    ("aws_cloudtrail", lambda to: {"s3_bucket_name": to}, "${aws_s3_bucket.records.id}"),
    ("aws_cloudtrail", lambda to: {"cloud_watch_logs_group_arn": to}, GROUP + ":*"),
    ("aws_cloudwatch_event_target", lambda to: {"arn": to}, QUEUE),
    ("aws_cloudwatch_event_target", lambda to: {"arn": QUEUE, "dead_letter_config": {"arn": to}}, QUEUE),
    ("aws_cloudwatch_event_api_destination", lambda to: {"invocation_endpoint": to},
        "${aws_apigatewayv2_stage.main.invoke_url}/events"),
    ("aws_cloudwatch_log_subscription_filter", lambda to: {"destination_arn": to}, FUNCTION),
    ("aws_cloudwatch_metric_alarm", lambda to: {"ok_actions": [to]}, TOPIC),
    ("aws_cloudwatch_metric_alarm", lambda to: {"insufficient_data_actions": [TOPIC, to]}, TOPIC),
    ("aws_cloudwatch_metric_stream", lambda to: {"firehose_arn": to}, QUEUE),
    ("aws_flow_log", lambda to: {"log_destination": to}, GROUP),
    ("aws_kinesis_firehose_delivery_stream", lambda to: {"extended_s3_configuration": {"bucket_arn": to}}, BUCKET),
    ("aws_kinesis_firehose_delivery_stream", lambda to: {"http_endpoint_configuration": {"url": to}},
        "${aws_apigatewayv2_stage.main.invoke_url}"),
    ("aws_lambda_event_source_mapping", lambda to: {"function_name": to}, FUNCTION),
    ("aws_lambda_event_source_mapping",
        lambda to: {"destination_config": {"on_failure": {"destination_arn": to}}}, QUEUE),
    ("aws_lambda_function_event_invoke_config",
        lambda to: {"destination_config": {"on_success": {"destination": to}}}, QUEUE),
    ("aws_lb", lambda to: {"access_logs": {"bucket": to}}, "${aws_s3_bucket.records.bucket}"),
    ("aws_lb_listener", lambda to: {"default_action": [{"forward": {"target_group": [{"arn": to}]}}]}, QUEUE),
    ("aws_lb_listener", lambda to: {"default_action": {"authenticate_oidc": {"token_endpoint": to}}},
        "${aws_apigatewayv2_stage.main.invoke_url}"),
    ("aws_lb_target_group_attachment", lambda to: {"target_id": to}, "${aws_lambda_function.processor.arn}"),
    ("aws_s3_bucket_inventory", lambda to: {"destination": {"bucket": {"bucket_arn": to}}}, BUCKET),
    ("aws_s3_bucket_logging", lambda to: {"target_bucket": to}, "${aws_s3_bucket.logs.id}"),
    ("aws_s3_bucket_notification", lambda to: {"lambda_function": [{"lambda_function_arn": to}]}, FUNCTION),
    ("aws_s3_bucket_replication_configuration", lambda to: {"rule": [{"destination": {"bucket": to}}]}, BUCKET),
    ("aws_scheduler_schedule", lambda to: {"target": {"arn": to}}, QUEUE),
    ("aws_secretsmanager_secret_rotation", lambda to: {"rotation_lambda_arn": to}, FUNCTION),
    ("aws_sns_topic_subscription", lambda to: {"protocol": "sqs", "endpoint": to, "topic_arn": TOPIC}, QUEUE),
    ("aws_sns_topic_subscription", lambda to: {"protocol": "https", "endpoint": to, "topic_arn": TOPIC},
        "${aws_apigatewayv2_stage.main.invoke_url}"),
    ("aws_sqs_queue", lambda to: {"redrive_policy": json.dumps({"deadLetterTargetArn": to})}, QUEUE),
    ("aws_sqs_queue_redrive_policy", lambda to: {"redrive_policy": json.dumps({"deadLetterTargetArn": to})}, QUEUE),
    ("aws_wafv2_web_acl_logging_configuration", lambda to: {"log_destination_configs": [to]}, GROUP),
]  # fmt: skip


def of_egress(findings: tuple[Finding, ...], path: str) -> list[str]:
    return [one.message for one in findings if (one.rule_id, one.path) == ("TAP-NET-6", f"TapStackdev/{path}")]


@pytest.mark.parametrize(
    "elsewhere", [THEIRS, "https://theirs.example/", "theirs", "111122223333", "${var.to}", "${aws_sqs_queue.no.arn}"]
)
@pytest.mark.parametrize(("type_", "body"), [(type_, body) for type_, body, _ in DESTINATIONS])
def test_it_goes_elsewhere(
    after: Callable[..., tuple[Finding, ...]], type_: str, body: Callable[[Any], dict[str, Any]], elsewhere: str
) -> None:
    (message,) = of_egress(after(f"{type_}.a", "", body(elsewhere)), f"{type_}.a")
    assert elsewhere.strip("${}") in message
    assert "of this stack" in message


@pytest.mark.parametrize(("type_", "body", "ours"), DESTINATIONS)
def test_it_stays_in_the_stack(
    after: Callable[..., tuple[Finding, ...]], type_: str, body: Callable[[Any], dict[str, Any]], ours: str
) -> None:
    assert of_egress(after(f"{type_}.a", "", body(ours)), f"{type_}.a") == []


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        ("aws_sns_topic_subscription", {"protocol": "email", "endpoint": "oncall@pay.example", "topic_arn": TOPIC}),
        ("aws_lb_target_group", {"target_type": "lambda"}),
        ("aws_kinesis_firehose_delivery_stream", {"destination": "extended_s3"}),
        ("aws_cloudwatch_event_target", {"arn": QUEUE, "target_id": "queue"}),
        ("aws_route", {"destination_cidr_block": "0.0.0.0/0"}),
        ("aws_s3_bucket_acl", {"bucket": "s3-others-dev"}),  # a setting of a bucket, not a way for data
        ("aws_rds_cluster", {"s3_import": {"bucket_name": "theirs"}}),  # read, not sent
        ("aws_s3_bucket_replication_configuration", {"rule": {"destination": {"account": ACCOUNT}}}),
        ("aws_vpc_endpoint", {"service_name": f"com.amazonaws.{REGION}.dynamodb"}),
        ("aws_vpc_endpoint", {"service_name": f"com.amazonaws.{REGION}.ecr.api"}),
        ("aws_sqs_queue", {"redrive_policy": f'{{"maxReceiveCount": 3, "deadLetterTargetArn": "{QUEUE}"}}'}),
    ],
)
def test_harmless(after: Callable[..., tuple[Finding, ...]], type_: str, body: dict[str, Any]) -> None:
    assert of_egress(after(f"{type_}.a", "", body), f"{type_}.a") == []


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        ("aws_sns_topic_subscription", {"protocol": "email-json", "endpoint": "oncall@pay.example"}),
        ("aws_sns_topic_subscription", {"protocol": "${var.protocol}", "endpoint": "oncall@pay.example"}),
        ("aws_sns_topic_subscription", {"protocol": "sms", "endpoint": "+15550100"}),
        ("aws_apigatewayv2_integration", {"integration_type": "AWS_PROXY", "integration_subtype": "SQS-SendMessage"}),
        ("aws_s3_bucket_replication_configuration", {"rule": {"destination": {"account": "111122223333"}}}),
        ("aws_ecr_replication_configuration", {
            "replication_configuration": {"rule": {"destination": {"registry_id": "111122223333"}}}}),
        ("aws_vpc_endpoint", {"service_name": "com.amazonaws.vpce.x.vpce-svc-0123"}),
        ("aws_vpc_endpoint", {"service_name": f"com.amazonaws.{REGION}.vpce.vpce-svc-0123"}),
        ("aws_vpc_endpoint", {"service_name": "com.amazonaws.elsewhere.s3"}),
        ("aws_vpc_endpoint", {"service_name": "com.amazonaws.{region}.s3"}),
        ("aws_vpc_endpoint", {"service_name": "${var.service}"}),
        ("aws_sqs_queue", {"redrive_policy": "${var.policy}"}),
        ("aws_sqs_queue", {"redrive_policy": {"deadLetterTargetArn": QUEUE}}),
        ("aws_sqs_queue", {"redrive_policy": TWICE}),
        ("aws_sqs_queue", {"redrive_policy": f'{{"deadLetterTargetArn": "{QUEUE}", "more": 1}}'}),
        ("aws_sns_topic_subscription", {"dynamic": {"x": {"content": {"destination_arn": THEIRS}}}}),
    ],
)  # fmt: skip
def test_broken(after: Callable[..., tuple[Finding, ...]], type_: str, body: dict[str, Any]) -> None:
    assert len(of_egress(after(f"{type_}.a", "", body), f"{type_}.a")) == 1
