"""Our policies against AWS's service-authorization data. AWS ignores an unknown action or a dead condition silently.

The stack's own documents, the deploy role's and a client's; and examples that show that the checks find what they must.
"""

from __future__ import annotations

from typing import Any

import pytest

from lib.access import client, role
from lib.settings import Settings
from tests.service_authorization.checks import UNLISTED, problems
from tests.service_authorization.reference import find
from tests.service_authorization.rendering import ACCOUNT, PARTITION, REGION, policies
from tests.unit.conftest import Template

# Granted on every resource though AWS knows some; grants.toml has the reason.
ON_EVERYTHING = ("cloudwatch:DescribeAlarms",)


def test_the_stack_s_own_policies(template: Template) -> None:
    found = list(policies(template.json))
    assert {policy.resource_type for policy in found} >= {
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_kms_key",
        "aws_s3_bucket_policy",
        "aws_sns_topic_policy",
        "aws_sqs_queue",
    }
    assert {policy.source for policy in found} == template.json["data"]["aws_iam_policy_document"].keys()
    # In a key's policy `*` is the key itself.
    assert [
        f"{policy.address}: {problem}"
        for policy in found
        for problem in problems(policy.document, ["*"] if policy.resource_type == "aws_kms_key" else [])
    ] == []


def test_the_deploy_role_s_policies() -> None:
    settings = Settings.from_environment({"TERRAFORM_STATE_BUCKET": "example-state", "AWS_REGION": REGION})
    rendered = role.policies(role.parameters(settings, ACCOUNT, PARTITION))
    assert rendered
    found = {name: list(problems(document, ON_EVERYTHING)) for name, document in rendered.items()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_client_s_policy() -> None:
    routes = ["GET /payments/{payment_id}", "POST /payments"]
    api = client.Api("a1b2c3d4e5", PARTITION, REGION, ACCOUNT)
    assert list(problems(client.policy(api, routes, routes, {}))) == []


def test_what_no_reference_has_is_still_absent() -> None:
    """An exception for an action that AWS lists by now is superfluous."""
    assert [action for action in UNLISTED if find(action)] == []


def statement(action: str, resource: str, condition: dict[str, Any] | None = None, service: bool = False) -> Any:
    return {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": [action],
                "Resource": [resource],
                "Condition": condition or {},
                "Principal": ["Service"] if service else [],
            }
        ]
    }


QUEUE = "arn:aws:sqs:eu-west-1:123456789012:sqs-x-dev"


@pytest.mark.parametrize(
    ("action", "resource", "said"),
    [
        ("sqs:SendMessages", QUEUE, "sqs:SendMessages is no action"),
        ("sqs:sendmessage", QUEUE, "sqs:sendmessage is no action"),
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1::sqs-x-dev", "and granted on"),
        ("sqs:SendMessage", "arn:aws:sns:eu-west-1:123456789012:sns-x-dev", "is about arn:"),
        ("sqs:SendMessage", "*", "is granted on *, and knows queue"),
        ("sqs:ListQueues", QUEUE, "knows no resource"),
        ("s3:PutObject", "arn:aws:s3:::bucket", "and granted on arn:aws:s3:::bucket"),
        ("s3:ListBucket", "arn:aws:s3:::bucket/*", "and granted on"),
        ("s3:ListBucket", "arn:aws:s3:eu-west-1::bucket", "and granted on"),
        ("lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:123456789012:function/f", "and granted on"),
        ("dynamodb:GetRecords", "arn:aws:dynamodb:eu-west-1:123456789012:table/t", "and granted on"),
        ("iam:PassRole", "arn:aws:iam:eu-west-1:123456789012:role/r", "and granted on"),
        ("kms:Decrypt", "arn:aws:kms:eu-west-1:123456789012:alias/a", "and granted on"),
        ("apigateway:PATCH", "arn:aws:apigateway:eu-west-1:123456789012:/apis/*", "and granted on"),
    ],
)
def test_a_wrong_action_or_resource_is_found(action: str, resource: str, said: str) -> None:
    found = list(problems(statement(action, resource)))
    assert any(said in line for line in found), found


@pytest.mark.parametrize(
    ("action", "resource", "key"),
    [
        ("kms:DescribeKey", "arn:aws:kms:eu-west-1:123456789012:key/1", "kms:EncryptionContext:aws:logs:arn"),
        ("sqs:SendMessage", QUEUE, "aws:RequestTag/Environment"),
        ("sqs:SendMessage", QUEUE, "aws:SourceArn"),
        ("s3:GetObject", "arn:aws:s3:::b/*", "s3:prefix"),
        ("iam:PutRolePolicy", "arn:aws:iam::123456789012:role/r", "iam:PassedToService"),
        ("sns:Publish", "arn:aws:sns:eu-west-1:123456789012:t", "kms:ViaService"),
    ],
)
def test_a_condition_that_never_holds_is_found(action: str, resource: str, key: str) -> None:
    found = list(problems(statement(action, resource, {"StringEquals": {key: "x"}})))
    assert found == [f"{action} sends no {key}, so that the condition never holds"]


def test_a_service_says_for_whom_it_acts() -> None:
    assert list(problems(statement("sqs:SendMessage", QUEUE, {"ArnLike": {"aws:SourceArn": "x"}}, service=True))) == []


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:PutObject", "arn:aws:s3:::bucket/audit/*"),
        ("logs:PutLogEvents", "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f:log-stream:*"),
        ("logs:PutRetentionPolicy", "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/f:*"),
        ("lambda:GetFunction", "arn:aws:lambda:eu-west-1:123456789012:function:f:*"),
        ("dynamodb:Query", "arn:aws:dynamodb:eu-west-1:123456789012:table/t/index/i"),
        ("apigateway:PATCH", "arn:aws:apigateway:eu-west-1::/apis/*"),
        ("cloudwatch:PutDashboard", "arn:aws:cloudwatch::123456789012:dashboard/d"),
    ],
)
def test_what_is_right_is_not_found(action: str, resource: str) -> None:
    assert list(problems(statement(action, resource))) == []
