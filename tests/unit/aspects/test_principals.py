"""IAM-3 and IAM-5: whom a role trusts, whom a resource lets in."""

from __future__ import annotations

from typing import Any

import pytest

from lib.aspects.judge import judge

ACCOUNT = "${data.aws_caller_identity.me.account_id}"
ROOT = f"arn:${{data.aws_partition.p.partition}}:iam::{ACCOUNT}:root"
SOURCE = {"test": "StringEquals", "variable": "aws:SourceAccount", "values": [ACCOUNT]}
TRUST = {
    "actions": ["sts:AssumeRole"],
    "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}],
    "condition": [SOURCE],
}
ADMIT = {**TRUST, "actions": ["sns:Publish"], "resources": ["${aws_sns_topic.alerts.arn}"]}


def trusted(*principals: str, kind: str = "Service") -> dict[str, Any]:
    return {"principals": [{"type": kind, "identifiers": list(principals)}]}


def condition(**changes: Any) -> dict[str, Any]:
    return {"condition": [{**SOURCE, **changes}]}


STRANGE = [
    trusted("arn:aws:iam::999999999999:root", kind="AWS"),
    trusted("*", kind="AWS"),
    trusted("*", kind="*"),
    trusted("accounts.google.com", kind="Federated"),
    trusted("lambda.amazonaws.com", "*"),
    trusted("${var.service}"),
    trusted("lambda.amazonaws.com.evil.com"),
    trusted(),
    {"condition": []},
    condition(test="StringEqualsIfExists"),
    condition(test="StringNotEquals"),
    condition(variable="aws:SourceIp"),
    condition(values=[]),
    condition(values=["999999999999"]),
    condition(values=[ACCOUNT, "999999999999"]),
    condition(test="ArnLike", variable="aws:SourceArn", values=["*"]),
    condition(test="ArnLike", variable="aws:SourceArn", values=["${aws_sns_topic.nowhere.arn}"]),
]


@pytest.mark.parametrize("change", [*STRANGE, {"actions": ["sts:AssumeRole", "sts:TagSession"]}, {"principals": []}])
def test_a_role_that_trusts_strangers(good: dict[str, Any], change: dict[str, Any]) -> None:
    assert "TAP-IAM-3" in of_trust(good, {**TRUST, **change})


@pytest.mark.parametrize(
    "change",
    [
        {},
        condition(variable="AWS:sourceaccount"),
        condition(test="ArnLike", variable="aws:SourceArn", values=[f"arn:aws:lambda:r:{ACCOUNT}:function:a-*"]),
        condition(test="ArnEquals", variable="aws:SourceArn", values=["${aws_sns_topic.alerts.arn}"]),
        trusted("logs.${data.aws_region.here.name}.amazonaws.com"),
        {**trusted("ec2.amazonaws.com"), "condition": []},
    ],
)
def test_a_role_that_trusts_services(good: dict[str, Any], change: dict[str, Any]) -> None:
    assert of_trust(good, {**TRUST, **change}) == set()


def test_a_role_whose_trust_is_no_document(good: dict[str, Any]) -> None:
    good["resource"]["aws_iam_role"] = {"a": {"name": "role-a-dev", "assume_role_policy": "{}"}}
    assert {finding.rule_id for finding in judge(good)} >= {"TAP-IAM-3", "TAP-IAM-4"}


@pytest.mark.parametrize("change", [*STRANGE, {"not_principals": [{"type": "AWS", "identifiers": [ROOT]}]}])
def test_a_resource_that_admits_strangers(good: dict[str, Any], change: dict[str, Any]) -> None:
    assert of_topic(good, {**ADMIT, **change}) == {"TAP-IAM-5"}


@pytest.mark.parametrize(
    "change",
    [
        {},
        trusted(ROOT, kind="AWS"),
        trusted(ACCOUNT, kind="AWS"),
        {"effect": "Deny", **trusted("*", kind="*")},
        condition(
            test="ArnLike", variable="kms:EncryptionContext:aws:logs:arn", values=[f"arn:aws:logs:r:{ACCOUNT}:*"]
        ),
    ],
)
def test_a_resource_that_admits_its_own(good: dict[str, Any], change: dict[str, Any]) -> None:
    assert of_topic(good, {**ADMIT, **change}) == set()


def of_trust(good: dict[str, Any], statement: dict[str, Any]) -> set[str]:
    """What is found when a role has this trust policy."""
    good["data"]["aws_iam_policy_document"]["added"] = {"statement": [statement]}
    trust = "${data.aws_iam_policy_document.added.json}"
    tags = good["resource"]["aws_sns_topic"]["alerts"]["tags"]
    good["resource"]["aws_iam_role"] = {"a": {"name": "role-a-dev", "assume_role_policy": trust, "tags": tags}}
    return {finding.rule_id for finding in judge(good)}


def of_topic(good: dict[str, Any], statement: dict[str, Any]) -> set[str]:
    """What is found when the topic has this policy."""
    good["data"]["aws_iam_policy_document"]["added"] = {"statement": [statement]}
    good["resource"]["aws_sns_topic_policy"]["alerts"]["policy"] = "${data.aws_iam_policy_document.added.json}"
    return {finding.rule_id for finding in judge(good)} - {"TAP-ENC-11"}  # it denies nothing
