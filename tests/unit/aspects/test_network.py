"""NET: each way to open a bucket or a route, and what is fine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

BLOCK = "aws_s3_bucket_public_access_block.records"
ROUTE, METHOD, URL = "aws_apigatewayv2_route.pay", "aws_api_gateway_method.pay", "aws_lambda_function_url.pay"
PERMISSION, STAGE = "aws_lambda_permission.pay", "aws_apigatewayv2_stage.main"
THING, RULE = "aws_vpc_endpoint_policy.a", "aws_security_group_rule.a"
SERVICE, SOURCE = "sns.amazonaws.com", "${aws_sns_topic.alerts.arn}"


@pytest.mark.parametrize(
    ("rule", "target", "argument", "value"),
    [
        ("TAP-NET-1", BLOCK, "", None),
        ("TAP-NET-1", BLOCK, "bucket", "s3-records-dev"),
        ("TAP-NET-1", BLOCK, "bucket", "${aws_s3_bucket.logs.id}"),
        ("TAP-NET-1", BLOCK, "block_public_acls", None),
        ("TAP-NET-1", BLOCK, "block_public_policy", False),
        ("TAP-NET-1", BLOCK, "ignore_public_acls", "false"),
        ("TAP-NET-1", BLOCK, "restrict_public_buckets", "${var.restrict}"),
        ("TAP-NET-1", "aws_s3_bucket_public_access_block.second", "", {"bucket": "${aws_s3_bucket.records.id}"}),
        ("TAP-NET-2", ROUTE, "", {}),
        ("TAP-NET-2", ROUTE, "", {"authorization_type": "NONE"}),
        ("TAP-NET-2", ROUTE, "", {"authorization_type": "${var.type}"}),
        ("TAP-NET-2", METHOD, "", {"authorization": "NONE"}),
        ("TAP-NET-2", URL, "", {"authorization_type": "NONE"}),
        ("TAP-NET-2", URL, "", {"authorization_type": "JWT"}),
        ("TAP-NET-3", PERMISSION, "", {"principal": "*", "source_arn": SOURCE}),
        ("TAP-NET-3", PERMISSION, "", {"principal": "111122223333", "source_arn": SOURCE}),
        ("TAP-NET-3", PERMISSION, "", {"principal": "${var.principal}", "source_arn": SOURCE}),
        ("TAP-NET-3", PERMISSION, "", {"principal": SERVICE}),
        ("TAP-NET-3", PERMISSION, "", {"principal": SERVICE, "source_arn": "arn:aws:sns:x:1:*"}),
        ("TAP-NET-3", PERMISSION, "", {"principal": SERVICE, "source_arn": "${aws_sns_topic.nowhere.arn}"}),
        ("TAP-NET-3", PERMISSION, "", {"principal": SERVICE, "source_arn": SOURCE, "function_url_auth_type": "NONE"}),
        ("TAP-NET-4", THING, "", {"publicly_accessible": True}),
        ("TAP-NET-4", THING, "", {"vpc": [{"associate_public_ip_address": "true"}]}),
        ("TAP-NET-4", THING, "", {"map_public_ip_on_launch": "${var.public}"}),
        ("TAP-NET-4", "aws_s3_bucket_acl.a", "", {"acl": "public-read"}),
        ("TAP-NET-4", "aws_s3_bucket_acl.a", "", {"acl": "${var.acl}"}),
        ("TAP-NET-4", THING, "", {"cors_configuration": [{"allow_origins": ["https://a.example", "*"]}]}),
        ("TAP-NET-4", THING, "", {"cors_rule": [{"allowed_origins": ["https://*.example"]}]}),
        ("TAP-NET-4", THING, "", {"ingress": [{"cidr_blocks": ["10.0.0.0/8"]}, {"cidr_blocks": ["0.0.0.0/0"]}]}),
        ("TAP-NET-4", THING, "", {"ingress": {"ipv6_cidr_blocks": ["::/0"]}}),
        ("TAP-NET-4", RULE, "", {"type": "ingress", "cidr_blocks": ["0.0.0.0/0"]}),
        ("TAP-NET-4", RULE, "", {"type": "${var.type}", "cidr_blocks": ["0.0.0.0/0"]}),
        ("TAP-NET-4", "aws_vpc_security_group_ingress_rule.a", "", {"cidr_ipv4": "0.0.0.0/0"}),
        ("TAP-NET-5", STAGE, "default_route_settings", None),
        ("TAP-NET-5", STAGE, "default_route_settings.throttling_rate_limit", 0),
        ("TAP-NET-5", STAGE, "default_route_settings.throttling_burst_limit", None),
        ("TAP-NET-5", STAGE, "default_route_settings.throttling_burst_limit", "${var.limit}"),
        ("TAP-NET-5", STAGE, "route_settings", [{"route_key": "GET /", "throttling_burst_limit": 5}]),
        ("TAP-NET-5", STAGE, "access_log_settings", None),
        ("TAP-NET-5", STAGE, "access_log_settings.destination_arn", "arn:aws:logs:x:1:log-group:a"),
        ("TAP-NET-5", STAGE, "access_log_settings.destination_arn", "${aws_cloudwatch_log_group.nowhere.arn}"),
    ],
)
def test_broken(broken: Callable[..., set[str]], rule: str, target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) - {"TAP-TAG-1"} == {rule}  # what is added has no tags


@pytest.mark.parametrize(
    ("target", "argument", "value"),
    [
        (BLOCK, "block_public_acls", "true"),
        (BLOCK, "bucket", "${aws_s3_bucket.records.bucket}"),
        (ROUTE, "", {"authorization_type": "JWT"}),
        (METHOD, "", {"authorization": "COGNITO_USER_POOLS"}),
        (URL, "", {"authorization_type": "AWS_IAM"}),
        (PERMISSION, "", {"principal": SERVICE, "source_arn": f"{SOURCE}/*"}),
        (THING, "", {"publicly_accessible": "false", "acl": "public-read"}),
        (THING, "", {"allow_origins": ["https://pay.example"], "egress": {"cidr_blocks": ["0.0.0.0/0"]}}),
        ("aws_s3_bucket_acl.a", "", {"acl": "private"}),
        (RULE, "", {"type": "egress", "cidr_blocks": ["0.0.0.0/0"]}),
        (STAGE, "default_route_settings.throttling_rate_limit", "50"),
    ],
)
def test_harmless(broken: Callable[..., set[str]], target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) == set()
