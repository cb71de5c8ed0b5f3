"""NET: each way to open a bucket or a route, and what is fine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

BLOCK = "aws_s3_bucket_public_access_block.records"
ROUTE, METHOD, URL = "aws_apigatewayv2_route.pay", "aws_api_gateway_method.pay", "aws_lambda_function_url.pay"


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
    ],
)
def test_broken(broken: Callable[..., set[str]], rule: str, target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) == {rule}


@pytest.mark.parametrize(
    ("target", "argument", "value"),
    [
        (BLOCK, "block_public_acls", "true"),
        (BLOCK, "bucket", "${aws_s3_bucket.records.bucket}"),
        (ROUTE, "", {"authorization_type": "JWT"}),
        (METHOD, "", {"authorization": "COGNITO_USER_POOLS"}),
        (URL, "", {"authorization_type": "AWS_IAM"}),
    ],
)
def test_harmless(broken: Callable[..., set[str]], target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) == set()
