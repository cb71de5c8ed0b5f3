"""NET-2, NET-3, NET-5: each way to a function that asks nobody, or is not limited, and what is fine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.api import AUTHORIZED
from lib.aspects.judge import judge
from lib.aspects.terraform_json import StackView
from lib.findings.finding import Finding

from .conftest import FAMILIES

ROUTE, METHOD, URL = "aws_apigatewayv2_route.pay", "aws_api_gateway_method.pay", "aws_lambda_function_url.pay"
API, REST_API = "aws_apigatewayv2_api.pay", "aws_api_gateway_rest_api.pay"
AUTHORIZER, REST_AUTHORIZER = "aws_apigatewayv2_authorizer.a", "aws_api_gateway_authorizer.a"
PERMISSION, STAGE = "aws_lambda_permission.pay", "aws_apigatewayv2_stage.main"
SOURCE, INVOKE = "${aws_sns_topic.alerts.arn}", "${aws_lambda_function.processor.invoke_arn}"
BY_SNS = {"action": "lambda:InvokeFunction", "principal": "sns.amazonaws.com", "source_arn": SOURCE}
ACCOUNT = "${data.aws_caller_identity.me.account_id}"
NOWHERE = "${aws_apigatewayv2_authorizer.nowhere.id}"
# What a resource lacks here that rules of other families ask for.
BESIDES = {"TAP-TAG-1", "TAP-NAME-1", "TAP-NET-6"}
LIMITS, LOGS = "default_route_settings", "access_log_settings"


@pytest.mark.parametrize(
    ("rule", "target", "argument", "value"),
    [
        ("TAP-NET-2", ROUTE, "", {"route_key": "POST /payments"}),
        ("TAP-NET-2", ROUTE, "", {"route_key": "POST /payments", "authorization_type": "NONE"}),
        ("TAP-NET-2", ROUTE, "", {"route_key": "POST /payments", "authorization_type": "${var.type}"}),
        ("TAP-NET-2", ROUTE, "", {"route_key": "$default", "authorization_type": "NONE"}),
        ("TAP-NET-2", ROUTE, "", {"route_key": "ANY /payments", "authorization_type": "NONE"}),
        ("TAP-NET-2", ROUTE, "", {"route_key": "${var.key}", "authorization_type": "NONE"}),
        ("TAP-NET-2", ROUTE, "", {"authorization_type": "JWT"}),
        ("TAP-NET-2", ROUTE, "", {"authorization_type": "CUSTOM", "authorizer_id": "abc123"}),
        ("TAP-NET-2", ROUTE, "", {"authorization_type": "JWT", "authorizer_id": "${var.authorizer}"}),
        ("TAP-NET-2", ROUTE, "", {"authorization_type": "JWT", "authorizer_id": NOWHERE}),
        ("TAP-NET-2", ROUTE, "", {"authorization_type": "JWT", "authorizer_id": "${aws_sqs_queue.letters.id}"}),
        ("TAP-NET-2", METHOD, "", {"http_method": "POST", "authorization": "NONE"}),
        ("TAP-NET-2", METHOD, "", {"http_method": "POST", "authorization": "COGNITO_USER_POOLS"}),
        ("TAP-NET-2", URL, "", {"authorization_type": "NONE"}),
        ("TAP-NET-2", URL, "", {"authorization_type": "JWT"}),
        ("TAP-NET-2", API, "", {"name": "api-pay-dev", "target": INVOKE}),
        ("TAP-NET-2", API, "", {"name": "api-pay-dev", "route_key": "$default"}),
        ("TAP-NET-2", API, "", {"name": "api-pay-dev", "body": '{"openapi": "3.0.1"}'}),
        ("TAP-NET-2", REST_API, "", {"name": "api-pay-dev", "body": "${file(\"api.json\")}"}),
        ("TAP-NET-2", "aws_api_gateway_rest_api_put.pay", "", {"body": "{}"}),
        ("TAP-NET-2", AUTHORIZER, "", {"authorizer_type": "REQUEST", "authorizer_uri": "arn:aws:lambda:x:1:theirs"}),
        ("TAP-NET-2", AUTHORIZER, "", {"authorizer_type": "REQUEST"}),
        ("TAP-NET-2", AUTHORIZER, "", {"authorizer_type": "JWT"}),
        ("TAP-NET-2", REST_AUTHORIZER, "", {"type": "TOKEN", "authorizer_uri": SOURCE}),
        ("TAP-NET-2", REST_AUTHORIZER, "", {"type": "COGNITO_USER_POOLS", "provider_arns": []}),
        ("TAP-NET-2", REST_AUTHORIZER, "", {"type": "COGNITO_USER_POOLS", "provider_arns": ["arn:aws:cognito-idp:x"]}),
        ("TAP-NET-3", PERMISSION, "", {**BY_SNS, "principal": "*"}),
        ("TAP-NET-3", PERMISSION, "", {**BY_SNS, "principal": "111122223333"}),
        ("TAP-NET-3", PERMISSION, "", {**BY_SNS, "principal": "${var.principal}"}),
        ("TAP-NET-3", PERMISSION, "", {**BY_SNS, "principal": "*.amazonaws.com"}),
        ("TAP-NET-3", PERMISSION, "", {**BY_SNS, "source_arn": None}),
        ("TAP-NET-3", PERMISSION, "", {**BY_SNS, "source_arn": "arn:aws:sns:x:1:*"}),
        ("TAP-NET-3", PERMISSION, "", {**BY_SNS, "source_arn": f"arn:aws:sns:*:*:*{SOURCE}"}),
        ("TAP-NET-3", PERMISSION, "", {**BY_SNS, "source_arn": f"{SOURCE}*"}),
        ("TAP-NET-3", PERMISSION, "", {**BY_SNS, "source_arn": "${aws_sns_topic.nowhere.arn}"}),
        ("TAP-NET-3", PERMISSION, "", {**BY_SNS, "source_account": "111122223333"}),
        ("TAP-NET-3", PERMISSION, "", {**BY_SNS, "action": "lambda:*"}),
        ("TAP-NET-3", PERMISSION, "", {**BY_SNS, "action": "lambda:UpdateFunctionCode"}),
        ("TAP-NET-3", PERMISSION, "", {**BY_SNS, "function_url_auth_type": "NONE"}),
        ("TAP-NET-5", STAGE, LIMITS, None),
        ("TAP-NET-5", STAGE, f"{LIMITS}.throttling_rate_limit", 0),
        ("TAP-NET-5", STAGE, f"{LIMITS}.throttling_rate_limit", 10_001),
        ("TAP-NET-5", STAGE, f"{LIMITS}.throttling_rate_limit", 1e12),
        ("TAP-NET-5", STAGE, f"{LIMITS}.throttling_burst_limit", None),
        ("TAP-NET-5", STAGE, f"{LIMITS}.throttling_burst_limit", 5_001),
        ("TAP-NET-5", STAGE, f"{LIMITS}.throttling_burst_limit", "${var.limit}"),
        ("TAP-NET-5", STAGE, "route_settings", [{"route_key": "GET /", "throttling_burst_limit": 5}]),
        ("TAP-NET-5", STAGE, LOGS, None),
        ("TAP-NET-5", STAGE, f"{LOGS}.destination_arn", "arn:aws:logs:x:1:log-group:a"),
        ("TAP-NET-5", STAGE, f"{LOGS}.destination_arn", "${aws_cloudwatch_log_group.nowhere.arn}"),
        ("TAP-NET-5", STAGE, f"{LOGS}.destination_arn", "${aws_sqs_queue.letters.arn}"),
        ("TAP-NET-5", STAGE, f"{LOGS}.format", "$context.status"),
        ("TAP-NET-5", STAGE, f"{LOGS}.format", None),
    ],
)  # fmt: skip
def test_broken(broken: Callable[..., set[str]], rule: str, target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) - BESIDES == {rule}


@pytest.mark.parametrize(
    ("target", "argument", "value"),
    [
        (ROUTE, "", {"authorization_type": "AWS_IAM"}),
        (ROUTE, "", {"route_key": "OPTIONS /payments", "authorization_type": "NONE"}),  # CORS preflight
        (ROUTE, "", {"route_key": "OPTIONS /{proxy+}"}),
        (METHOD, "", {"http_method": "OPTIONS", "authorization": "NONE"}),
        (METHOD, "", {"http_method": "POST", "authorization": "AWS_IAM"}),
        (URL, "", {"authorization_type": "AWS_IAM"}),
        (API, "", {"name": "api-pay-dev", "protocol_type": "HTTP"}),
        (AUTHORIZER, "", {"authorizer_type": "REQUEST", "authorizer_uri": INVOKE}),
        (REST_AUTHORIZER, "", {"type": "REQUEST", "authorizer_uri": INVOKE}),
        (PERMISSION, "", BY_SNS),
        (PERMISSION, "", {**BY_SNS, "source_arn": f"{SOURCE}/*/GET/payments/{{id}}", "source_account": ACCOUNT}),
        (STAGE, f"{LIMITS}.throttling_rate_limit", "10000"),
        (STAGE, f"{LIMITS}.throttling_burst_limit", 1),
    ],
)
def test_harmless(broken: Callable[..., set[str]], target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) - {"TAP-TAG-1", "TAP-NAME-1"} == set()


@pytest.mark.parametrize(
    ("issuer", "is_own"),
    [
        ("https://${aws_cognito_user_pool.p.endpoint}", True),
        ("https://cognito-idp.${data.aws_region.here.name}.amazonaws.com/${aws_cognito_user_pool.p.id}", True),
        ("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc", False),
        ("https://login.example", False),
        ("https://{pool.endpoint}", False),
        ("https://login.example/${aws_cognito_user_pool.p.id}", False),
        ("https://${aws_cognito_user_pool.nowhere.endpoint}", False),
        ("https://${aws_cognito_user_pool.p.domain}", False),
        ("${var.issuer}", False),
        (None, False),
    ],
)
def test_tokens_come_from_a_user_pool_of_this_stack(good: dict[str, Any], issuer: str | None, is_own: bool) -> None:
    good["resource"]["aws_cognito_user_pool"] = {"p": {"name": "pool-p-dev"}}
    good["resource"]["aws_apigatewayv2_authorizer"] = {
        "a": {"authorizer_type": "JWT", "name": "authorizer-a-dev", "jwt_configuration": [{"issuer": issuer}]}
    }
    route = {"authorization_type": "JWT", "authorizer_id": "${aws_apigatewayv2_authorizer.a.id}"}
    good["resource"]["aws_apigatewayv2_route"] = {"pay": route}
    # The rule alone: the classification of an authorizer leaves tokens out.
    assert (list(AUTHORIZED.evaluate(StackView(good))) == []) == is_own


@pytest.mark.parametrize(
    ("pool", "is_own"), [("${aws_cognito_user_pool.p.arn}", True), ("arn:aws:cognito-idp:x", False)]
)
def test_a_rest_apis_user_pool_is_of_this_stack(good: dict[str, Any], pool: str, is_own: bool) -> None:
    good["resource"]["aws_cognito_user_pool"] = {"p": {"name": "pool-p-dev"}}
    good["resource"]["aws_api_gateway_authorizer"] = {
        "a": {"type": "COGNITO_USER_POOLS", "name": "authorizer-a-dev", "provider_arns": [pool]}
    }
    assert ("TAP-NET-2" not in {finding.rule_id for finding in judge(good, FAMILIES)}) == is_own


def test_a_message_names_argument_value_and_what_is_expected(after: Callable[..., tuple[Finding, ...]]) -> None:
    (finding,) = after(ROUTE, "", {"route_key": "GET /", "authorization_type": "NONE"})
    assert finding.message == 'authorization_type is "NONE"; expected AWS_IAM or CUSTOM or JWT'
