"""IAM-3 and IAM-5: whom a role trusts, whom a resource admits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.findings.finding import Finding

from .samples import (
    ACCOUNT,
    ASSUME,
    FOR_US,
    OF_TOPIC,
    PUBLISH,
    RECORDS,
    REGION,
    ROLE,
    ROOT,
    TOPIC,
    TRUST,
    condition,
    here,
    principals,
)

SECOND = condition("StringEquals", "AWS:sourceaccount", "111122223333")
STRANGERS: list[dict[str, Any]] = [
    {"principals": principals("arn:aws:iam::999999999999:root", kind="AWS")},
    {"principals": principals("*", kind="AWS")},
    {"principals": principals("*", kind="*")},
    {"principals": principals(ROOT, kind="Federated")},
    {"principals": principals("accounts.google.com", kind="Federated")},
    {"principals": principals("lambda.amazonaws.com", "*")},
    {"principals": principals("${var.service}")},
    {"principals": principals("lambda%{ if true }%{ endif }.amazonaws.com")},
    {"principals": principals("lambda.amazonaws.com.evil.com")},
    {"principals": principals("lambda.amazonaws.com", kind="${var.kind}")},
    {"principals": principals()},
]
FOR_OTHERS: list[dict[str, Any]] = [
    {"condition": []},
    *(
        {"condition": [each]}
        for each in (
            condition("StringEqualsIfExists", "aws:SourceAccount", ACCOUNT),
            condition("ForAllValues:StringEquals", "aws:SourceAccount", ACCOUNT),
            condition("StringNotEquals", "aws:SourceAccount", ACCOUNT),
            condition("StringEquals", "aws:SourceIp", ACCOUNT),
            condition("StringEquals", "aws:SourceAccount"),
            condition("StringEquals", "aws:SourceAccount", "999999999999"),
            condition("StringEquals", "aws:SourceAccount", ACCOUNT, "999999999999"),
            condition("StringLike", "aws:SourceAccount", f"*%{{ if true }}{ACCOUNT}%{{ endif }}"),
            condition("StringLike", "aws:SourceAccount", "*"),
            condition("NumericGreaterThan", "aws:SourceAccount", "0"),
            condition("Bool", "aws:SourceArn", "true"),
            condition("ArnLike", "aws:SourceArn", "*"),
            condition("ArnLike", "aws:SourceArn", "${aws_sns_topic.nowhere.arn}"),
            condition("ArnLike", "aws:SourceArn", f"arn:aws:lambda:*:{ACCOUNT}:function:*"),
        )
    ),
    {"condition": [FOR_US, SECOND]},
]


@pytest.mark.parametrize(
    "change", [*STRANGERS, *FOR_OTHERS, {"actions": ["sts:AssumeRole", "sts:TagSession"]}, {"principals": []}]
)
def test_a_role_that_trusts_strangers(judged: Callable[..., set[str]], change: dict[str, Any]) -> None:
    assert "TAP-IAM-3" in judged({**ASSUME, **change}, TRUST)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"condition": [condition("StringEquals", "AWS:sourceaccount", ACCOUNT)]},
        {"condition": [condition("ArnLike", "aws:SourceArn", here("lambda", "function:lambda-processor-dev:*"))]},
        {"condition": [condition("ArnEquals", "aws:SourceArn", TOPIC)]},
        {"principals": principals(f"logs.{REGION}.amazonaws.com")},
        {"principals": principals("ec2.amazonaws.com"), "condition": []},
    ],
)
def test_a_role_that_trusts_services(judged: Callable[..., set[str]], change: dict[str, Any]) -> None:
    assert judged({**ASSUME, **change}, TRUST) == set()


@pytest.mark.parametrize("trust", ["{}", "${var.trust}", None])
def test_a_role_whose_trust_is_no_document(
    stack: dict[str, Any], findings: Callable[[], tuple[Finding, ...]], trust: str | None
) -> None:
    stack["resource"]["aws_iam_role"]["payer"]["assume_role_policy"] = trust
    assert "TAP-IAM-3" in {finding.rule_id for finding in findings()}


@pytest.mark.parametrize("change", [*STRANGERS, *FOR_OTHERS, {"not_principals": principals(ROOT, kind="AWS")}])
def test_a_resource_that_admits_strangers(judged: Callable[..., set[str]], change: dict[str, Any]) -> None:
    assert "TAP-IAM-5" in judged({**PUBLISH, **change}, OF_TOPIC)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"principals": principals(ROOT, kind="AWS"), "condition": []},
        {"principals": principals(ACCOUNT, kind="AWS"), "condition": []},
        {"principals": principals(ROLE, kind="AWS"), "condition": []},
        {"condition": [condition("ArnEquals", "aws:SourceArn", RECORDS)]},
    ],
)
def test_a_resource_that_admits_its_own(judged: Callable[..., set[str]], change: dict[str, Any]) -> None:
    assert judged({**PUBLISH, **change}, OF_TOPIC) == set()
