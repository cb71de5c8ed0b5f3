"""IAM-8: conditions narrow a permission to this account and this stack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .samples import (
    ACCOUNT,
    FOR_US,
    OF_TOPIC,
    PUBLISH,
    RECORDS,
    REGION,
    ROLE,
    TABLE,
    TOPIC,
    condition,
    here,
    principals,
)

DELIVERY = "delivery.logs.amazonaws.com"
ALL_LOGS = condition("ArnLike", "aws:SourceArn", here("logs", "*"))


def narrowed(*conditions: dict[str, Any], by: str = "cloudwatch.amazonaws.com") -> dict[str, Any]:
    """A statement that is for this account, and has these conditions besides."""
    return {**PUBLISH, "principals": principals(by), "condition": [FOR_US, *conditions]}


@pytest.mark.parametrize(
    "right",
    [
        condition("StringEquals", "aws:PrincipalAccount", ACCOUNT),
        condition("StringEquals", "kms:ViaService", f"s3.{REGION}.amazonaws.com", f"sqs.{REGION}.amazonaws.com"),
        condition("StringEquals", "kms:MacAlgorithm", "HMAC_SHA_256"),
        condition("StringEquals", "aws:SourceVpce", "${aws_sqs_queue.letters.id}"),
        condition("StringLike", "s3:prefix", "audit/*", "receipts/2026/*"),
        condition("ArnLike", "aws:SourceArn", f"{RECORDS}/*"),
        condition("ArnEquals", "aws:PrincipalArn", ROLE),
        condition(
            "ArnLike", "kms:EncryptionContext:aws:lambda:FunctionArn", here("lambda", "function:lambda-processor-dev")
        ),
        condition(
            "ArnLike", "kms:EncryptionContext:aws:lambda:FunctionArn", here("lambda", "function:lambda-processor-dev:*")
        ),
        condition("ArnLike", "aws:SourceArn", here("cloudwatch", "alarm:alarm-*-dev")),
        condition("ArnLike", "aws:SourceArn", here("logs", "log-group:/aws/lambda/lambda-*-dev")),
        condition("Bool", "aws:SecureTransport", "true"),
        {"test": "Bool", "variable": "kms:GrantIsForAWSResource", "values": [True]},
        condition("NumericGreaterThanEquals", "s3:TlsVersion", "1.2"),
    ],
)
def test_a_condition_that_narrows(judged: Callable[..., set[str]], right: dict[str, Any]) -> None:
    assert judged(narrowed(right), OF_TOPIC) == set()


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            condition(test, "aws:PrincipalTag/team", "payments")
            for test in (
                "StringEqualsIfExists",
                "StringNotEquals",
                "StringNotLike",
                "StringEqualsIgnoreCase",
                "ForAllValues:StringEquals",
                "ForAnyValue:StringEquals",
                "ArnNotLike",
                "Null",
                "IpAddress",
                "DateGreaterThan",
                "stringequals",
                "${var.test}",
            )
        ),
        condition("StringEquals", "aws:SourceVpc"),
        condition("StringEquals", "${var.key}", "a"),
        condition("StringEquals", "SourceAccount", ACCOUNT),
        condition("StringEquals", "aws:PrincipalAccount", "111122223333"),
        condition("StringEquals", "aws:PrincipalAccount", ACCOUNT, "111122223333"),
        condition("StringLike", "aws:PrincipalAccount", f"{ACCOUNT}*"),
        condition("StringEquals", "aws:PrincipalOrgID", "o-111122223333"),
        condition("StringLike", "aws:PrincipalTag/team", "*"),
        condition("StringLike", "aws:PrincipalTag/team", "pay?ents"),
        condition("StringLike", "aws:PrincipalTag/team", "payments/*"),
        condition("StringEquals", "aws:PrincipalTag/team", "&{aws:username}"),
        condition("StringEquals", "aws:PrincipalTag/team", "%{ if true }a%{ endif }"),
        condition("StringEquals", "aws:PrincipalTag/team", "${var.team}"),
        condition("StringLike", "s3:prefix", "*"),
        condition("StringLike", "s3:prefix", "aud*"),
        condition("StringLike", "s3:prefix", "*/audit/*"),
        condition("StringLike", "s3:prefix", "audit/*/*"),
        condition("ArnLike", "ecs:cluster", "payments"),
        {"test": ["StringEquals"], "variable": "aws:SourceVpc", "values": ["a"]},
        condition("ArnLike", "aws:SourceArn", "*"),
        condition("ArnLike", "aws:SourceArn", here("cloudwatch", "alarm:*")),
        condition("ArnLike", "aws:SourceArn", here("cloudwatch", "alarm:*-dev")),
        condition("ArnLike", "aws:SourceArn", here("cloudwatch", "alarm:alarm-*")),
        condition("ArnLike", "aws:SourceArn", here("cloudwatch", "alarm:alarm-*-prod")),
        condition("ArnLike", "aws:SourceArn", here("cloudwatch", "alarm:other-*-dev")),
        condition("ArnLike", "aws:SourceArn", here("cloudwatch", "alarm:alarm-*-*-dev")),
        condition("ArnLike", "aws:SourceArn", here("cloudwatch", "alarm:alarm-*-dev").replace(ACCOUNT, "*")),
        condition("ArnLike", "aws:SourceArn", here("sqs", "sqs-*-dev")),
        condition("ArnLike", "aws:SourceArn", here("sqs", "sqs-others-dev")),
        condition("ArnLike", "aws:SourceArn", "arn:aws:sns:us-east-1:111122223333:sns-alerts-dev"),
        condition("ArnLike", "aws:SourceArn", "${aws_kms_key.main.description}"),
        condition("StringEquals", "aws:SourceVpc", "arn:aws:ec2:::vpc/a"),
        condition("StringEquals", "aws:SourceArn", "${aws_sqs_queue.letters.id}"),
        condition("Bool", "aws:SecureTransport", "false"),
        condition("Bool", "aws:SecureTransport", "true", "false"),
        condition("NumericLessThan", "s3:max-keys", "${var.keys}"),
        condition("NumericLessThan", "s3:max-keys", "many"),
        ALL_LOGS,
    ],
)
def test_a_condition_that_does_not(
    stack: dict[str, Any], judged: Callable[..., set[str]], wrong: dict[str, Any]
) -> None:
    stack["resource"]["aws_kms_key"]["main"]["description"] = "*"
    assert judged(narrowed(wrong), OF_TOPIC) == {"TAP-IAM-8"}


def test_a_delivery_of_logs_comes_from_any_of_the_account(judged: Callable[..., set[str]]) -> None:
    assert judged(narrowed(ALL_LOGS, by=DELIVERY), OF_TOPIC) == set()
    with_others = {**narrowed(ALL_LOGS), "principals": principals(DELIVERY, "lambda.amazonaws.com")}
    assert judged(with_others, OF_TOPIC) == {"TAP-IAM-8"}
    of_table = {**narrowed(condition("ArnLike", "aws:SourceArn", TABLE), by=DELIVERY), "resources": [TOPIC]}
    assert judged(of_table, OF_TOPIC) == set()


def test_names_by_pattern_need_a_resource_that_has_such_a_name(
    stack: dict[str, Any], judged: Callable[..., set[str]]
) -> None:
    groups = narrowed(condition("ArnLike", "aws:SourceArn", here("logs", "log-group:/aws/lambda/lambda-*-dev")))
    for name, found in {"lambda-processor-dev": set(), "lambda-processor-prod": {"TAP-IAM-8"}}.items():
        stack["resource"]["aws_cloudwatch_log_group"]["processor"]["name"] = f"/aws/lambda/{name}"
        assert judged(groups, OF_TOPIC) == found


def test_names_by_pattern_need_the_environments_suffix(stack: dict[str, Any], judged: Callable[..., set[str]]) -> None:
    del stack["terraform"]
    pattern = condition("ArnLike", "aws:SourceArn", here("cloudwatch", "alarm:alarm-*-dev"))
    assert judged(narrowed(pattern), OF_TOPIC) == {"TAP-IAM-8"}
