"""TAP-NET-1 to 6 of the second judge: who comes in, and where AWS sends data."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Violated

OWN = {
    "aws_vpc": {"net": {"cidr_block": "10.0.0.0/16"}},
    "aws_sqs_queue": {"orders": {"name": "sqs-orders-dev"}},
    "aws_sns_topic": {"alerts": {"name": "sns-alerts-dev", "display_name": "https://example.com"}},
    "aws_s3_bucket": {"records": {"bucket": "s3-records-dev"}},
    "aws_cloudwatch_log_group": {"logs": {"name": "/aws/lambda/a-dev"}},
    "aws_lambda_function": {"pay": {"function_name": "lambda-pay-dev"}},
    "aws_apigatewayv2_integration": {"pay": {}},
    "aws_apigatewayv2_authorizer": {
        "own": {"authorizer_uri": "${aws_lambda_function.pay.invoke_arn}"},
        "foreign": {"jwt_configuration": [{"issuer": "https://login.example.com"}]},
        "none": {},
    },
}
QUEUE, TOPIC, BUCKET = "${aws_sqs_queue.orders.arn}", "${aws_sns_topic.alerts.arn}", "${aws_s3_bucket.records.id}"
FOREIGN = "arn:aws:sqs:x:111122223333:sqs-others-dev"
API, ROUTE, PERMISSION = "aws_apigatewayv2_api", "aws_apigatewayv2_route", "aws_lambda_permission"
GROUP, ACL, SUBSCRIPTION = "aws_security_group", "aws_network_acl", "aws_sns_topic_subscription"
INVOKE = {"principal": "sns.amazonaws.com", "action": "lambda:InvokeFunction", "source_arn": TOPIC}
LIMITS = {"throttling_burst_limit": 10, "throttling_rate_limit": "10"}
LOGS = {"destination_arn": "${aws_cloudwatch_log_group.logs.arn}", "format": '{"requestId": "$context.requestId"}'}
LOGGED = {"access_log_settings": LOGS}
FIREHOSE = "aws_kinesis_firehose_delivery_stream"


def ingress(*ranges: str, argument: str = "cidr_blocks") -> dict[str, Any]:
    return {"ingress": [{argument: list(ranges)}]}


def acl(**rule: Any) -> dict[str, Any]:
    return {"ingress": [{"action": "allow", "cidr_block": "0.0.0.0/0", "protocol": "tcp", **rule}]}


def added(violated: Violated, rule: str, kind: str, body: dict[str, Any]) -> list[str]:
    """What a rule finds in a resource that is added to OWN."""
    resources = {**OWN, kind: {**OWN.get(kind, {}), "added": body}}
    return [text for address, text in violated(rule, {"resource": resources}) if address == f"{kind}.added"]


@pytest.mark.parametrize(
    ("rule", "kind", "body"),
    [
        ("TAP-NET-2", API, {"target": "${aws_lambda_function.pay.arn}"}),
        ("TAP-NET-2", API, {"body": "{}"}),
        ("TAP-NET-2", "aws_api_gateway_rest_api", {"body": "{}"}),
        ("TAP-NET-2", ROUTE, {"route_key": "GET /payments"}),
        ("TAP-NET-2", ROUTE, {"route_key": "ANY /payments", "authorization_type": "NONE"}),
        ("TAP-NET-2", ROUTE, {"authorization_type": "JWT"}),
        ("TAP-NET-2", ROUTE, {"authorization_type": "JWT", "authorizer_id": "a1b2c3"}),
        (
            "TAP-NET-2",
            ROUTE,
            {"authorization_type": "CUSTOM", "authorizer_id": "${aws_apigatewayv2_authorizer.gone.id}"},
        ),
        ("TAP-NET-2", "aws_api_gateway_method", {"authorization": "NONE", "http_method": "GET"}),
        ("TAP-NET-2", "aws_lambda_function_url", {"authorization_type": "NONE"}),
        ("TAP-NET-3", PERMISSION, {**INVOKE, "principal": "*"}),
        ("TAP-NET-3", PERMISSION, {**INVOKE, "action": "lambda:*"}),
        ("TAP-NET-3", PERMISSION, {**INVOKE, "source_arn": f"arn:aws:s3:::evil-{BUCKET}"}),
        ("TAP-NET-3", PERMISSION, {**INVOKE, "source_account": "111122223333"}),
        ("TAP-NET-4", GROUP, ingress("0.0.0.0/0")),
        ("TAP-NET-4", GROUP, ingress("0.0.0.0/1", "128.0.0.0/1")),
        ("TAP-NET-4", GROUP, ingress("198.51.100.0/24", "198.51.101.0/24")),
        ("TAP-NET-4", GROUP, ingress("10.0.0.0/7")),
        ("TAP-NET-4", GROUP, ingress("10.0.0.1/0")),
        ("TAP-NET-4", GROUP, ingress("::/1", "8000::/1", argument="ipv6_cidr_blocks")),
        ("TAP-NET-4", GROUP, ingress("::ffff:0:0/96", argument="ipv6_cidr_blocks")),
        ("TAP-NET-4", GROUP, ingress("${aws_vpc.net.cidr_block}")),
        ("TAP-NET-4", GROUP, ingress("pl-12345678", argument="prefix_list_ids")),
        ("TAP-NET-4", "aws_security_group_rule", {"cidr_blocks": ["0.0.0.0/0"]}),
        ("TAP-NET-4", "aws_vpc_security_group_ingress_rule", {"cidr_ipv6": "::/0"}),
        ("TAP-NET-4", ACL, acl(from_port=22)),
        ("TAP-NET-4", ACL, acl(from_port=1024, protocol="-1")),
        ("TAP-NET-4", "aws_network_acl_rule", {"rule_action": "allow", "cidr_block": "0.0.0.0/0"}),
        ("TAP-NET-4", "aws_lb", {"name": "lb-web-dev"}),
        ("TAP-NET-4", "aws_db_snapshot", {"shared_accounts": ["all"]}),
        ("TAP-NET-4", "aws_ami_launch_permission", {"group": "all"}),
        ("TAP-NET-4", "aws_s3_account_public_access_block", {"block_public_acls": True}),
        ("TAP-NET-4", "aws_s3_bucket_acl", {"access_control_policy": {"grant": [{"grantee": [{"id": "a"}]}]}}),
        ("TAP-NET-4", "aws_transfer_server", {"endpoint_type": "PUBLIC"}),
        ("TAP-NET-4", API, {"cors_configuration": [{"allow_origins": ["https://pay.example", "null"]}]}),
        ("TAP-NET-5", "aws_apigatewayv2_stage", {**LOGGED, "default_route_settings": {}}),
        (
            "TAP-NET-5",
            "aws_apigatewayv2_stage",
            {**LOGGED, "default_route_settings": {**LIMITS, "throttling_rate_limit": 1e9}},
        ),
        ("TAP-NET-5", "aws_apigatewayv2_stage", {"default_route_settings": LIMITS}),
        ("TAP-NET-5", "aws_apigatewayv2_stage", {"access_log_settings": {**LOGS, "format": 5}}),
        ("TAP-NET-6", SUBSCRIPTION, {"topic_arn": TOPIC, "protocol": "sqs", "endpoint": FOREIGN}),
        ("TAP-NET-6", SUBSCRIPTION, {"topic_arn": TOPIC, "protocol": "sms", "endpoint": "+15550100"}),
        ("TAP-NET-6", SUBSCRIPTION, {"topic_arn": TOPIC, "protocol": "email", "endpoint": "${var.mail}"}),
        (
            "TAP-NET-6",
            SUBSCRIPTION,
            {"topic_arn": TOPIC, "protocol": "https", "endpoint": "${aws_sns_topic.alerts.display_name}"},
        ),
        ("TAP-NET-6", SUBSCRIPTION, {"topic_arn": TOPIC, "protocol": "https", "endpoint": f"https://x/{BUCKET}"}),
        ("TAP-NET-6", "aws_lambda_function", {"dead_letter_config": [{"target_arn": FOREIGN}]}),
        ("TAP-NET-6", "aws_s3_bucket_logging", {"target_bucket": "s3-others-dev"}),
        ("TAP-NET-6", "aws_cloudwatch_metric_alarm", {"ok_actions": [TOPIC, FOREIGN]}),
        ("TAP-NET-6", "aws_sqs_queue", {"redrive_policy": json.dumps({"deadLetterTargetArn": FOREIGN})}),
        (
            "TAP-NET-6",
            "aws_sqs_queue",
            {"redrive_policy": f'{{"deadLetterTargetArn": "{QUEUE}", "DeadLetterTargetArn": 1}}'},
        ),
        ("TAP-NET-6", FIREHOSE, {"http_endpoint_configuration": {"url": "https://example.com"}}),
        ("TAP-NET-6", FIREHOSE, {"extended_s3_configuration": [{"bucket_arn": "arn:aws:s3:::s3-others-dev"}]}),
        ("TAP-NET-6", "aws_route53_record", {"type": "CNAME", "records": ["others.example"]}),
        ("TAP-NET-6", "aws_vpc_endpoint", {"vpc_id": "${aws_vpc.net.id}"}),
        ("TAP-NET-6", "aws_vpc_endpoint", {"service_name": "com.amazonaws.vpce.eu-west-1.vpce-svc-0123"}),
        ("TAP-NET-6", "aws_apigatewayv2_integration", {"integration_type": "HTTP_PROXY"}),
        ("TAP-NET-6", "aws_alb", {"access_logs": {"bucket": "s3-others-dev"}}),
    ],
)
def test_an_opening_is_found(violated: Violated, rule: str, kind: str, body: dict[str, Any]) -> None:
    assert added(violated, rule, kind, body)


@pytest.mark.parametrize(
    ("rule", "kind", "body"),
    [
        ("TAP-NET-2", ROUTE, {"route_key": "OPTIONS /payments", "authorization_type": "NONE"}),
        ("TAP-NET-2", ROUTE, {"authorization_type": "AWS_IAM"}),
        (
            "TAP-NET-2",
            ROUTE,
            {"authorization_type": "CUSTOM", "authorizer_id": "${aws_apigatewayv2_authorizer.own.id}"},
        ),
        ("TAP-NET-3", PERMISSION, INVOKE),
        ("TAP-NET-4", GROUP, ingress("10.0.0.0/8", "203.0.113.0/24")),
        ("TAP-NET-4", GROUP, {"egress": [{"cidr_blocks": ["0.0.0.0/0"]}]}),
        ("TAP-NET-4", "aws_security_group_rule", {"type": "egress", "cidr_blocks": ["0.0.0.0/0"]}),
        ("TAP-NET-4", ACL, acl(from_port=1024)),
        ("TAP-NET-4", ACL, acl(from_port=22, action="deny")),
        ("TAP-NET-4", "aws_nat_gateway", {"connectivity_type": "public"}),
        ("TAP-NET-4", "aws_lb", {"internal": "true", "description": "public"}),
        ("TAP-NET-5", "aws_apigatewayv2_stage", {**LOGGED, "default_route_settings": LIMITS}),
        ("TAP-NET-6", SUBSCRIPTION, {"topic_arn": TOPIC, "protocol": "email", "endpoint": "oncall@example.com"}),
        ("TAP-NET-6", SUBSCRIPTION, {"topic_arn": TOPIC, "protocol": "sqs", "endpoint": QUEUE}),
        ("TAP-NET-6", "aws_s3_bucket_logging", {"target_bucket": BUCKET}),
        ("TAP-NET-6", "aws_s3_bucket_logging", {"target_bucket": "${aws_s3_bucket.records.bucket}"}),
        ("TAP-NET-6", ROUTE, {"target": "integrations/${aws_apigatewayv2_integration.pay.id}"}),
        ("TAP-NET-6", "aws_sqs_queue", {"redrive_policy": json.dumps({"deadLetterTargetArn": QUEUE})}),
        ("TAP-NET-6", "aws_lb_listener", {"default_action": [{"redirect": {"host": "#{host}"}}]}),
        ("TAP-NET-6", "aws_vpc_endpoint", {"service_name": "com.amazonaws.${data.aws_region.here.name}.s3"}),
        ("TAP-NET-6", "aws_route53_record", {"type": "TXT", "records": ["v=spf1 -all"]}),
        (
            "TAP-NET-6",
            "aws_athena_workgroup",
            {"configuration": {"result_configuration": {"output_location": f"s3://{BUCKET}/results/"}}},
        ),
    ],
)
def test_what_may_be(violated: Violated, rule: str, kind: str, body: dict[str, Any]) -> None:
    assert added(violated, rule, kind, body) == []


@pytest.mark.parametrize(("authorizer", "is_right"), [("own", True), ("foreign", False), ("none", False)])
def test_an_authorizer_asks_a_function_of_the_stack(violated: Violated, authorizer: str, is_right: bool) -> None:
    found = [address for address, _ in violated("TAP-NET-2", {"resource": OWN})]
    assert (f"aws_apigatewayv2_authorizer.{authorizer}" in found) is not is_right


def test_ranges_are_told_together(violated: Violated) -> None:
    (text,) = added(violated, "TAP-NET-4", GROUP, ingress("0.0.0.0/1", "128.0.0.0/1"))
    assert text == "0.0.0.0/0 may connect"
