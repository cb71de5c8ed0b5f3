"""IAM-7: no permission leads to more permissions. What grants without a policy: test_grants.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.iam.escalation import ACTIONS, MANAGES_PERMISSIONS, SERVICES
from lib.aspects.provider.actions import WRITES, find, matching
from lib.findings.finding import Finding

from .samples import (
    ACCOUNT,
    ADMINISTER,
    ASSUME,
    BY_US,
    OF_KEY,
    OF_TOPIC,
    PERMISSIONS,
    PUBLISH,
    READ,
    RECORDS,
    ROLE,
    ROOT,
    TOPIC,
    TRUST,
    condition,
    principals,
)

KEY = "${aws_kms_key.main.arn}"


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:PutRolePolicy", ROLE),
        ("iam:UpdateAssumeRolePolicy", ROLE),
        ("iam:TagRole", ROLE),
        ("s3:PutBucketPolicy", RECORDS),
        ("sns:AddPermission", TOPIC),
        ("kms:CreateGrant", KEY),
        ("lambda:UpdateFunctionCode", "${aws_lambda_function.processor.arn}"),
        ("lambda:UpdateFunctionConfiguration", "${aws_lambda_function.processor.arn}"),
        ("lambda:CreateFunction", "${aws_lambda_function.processor.arn}"),
        ("ssm:SendCommand", RECORDS),
        ("ssm:StartSession", RECORDS),
        ("codebuild:StartBuild", RECORDS),
        ("codebuild:StartBuildBatch", RECORDS),
        ("ecs:ExecuteCommand", RECORDS),
        ("glue:UpdateJob", RECORDS),
        ("cloudformation:CreateStack", RECORDS),
        ("ec2:GetPasswordData", RECORDS),
        ("sts:AssumeRoleWithWebIdentity", ROLE),
        ("sts:TagSession", ROLE),
        ("logs:PutResourcePolicy", "*"),
    ],
)
def test_a_path_that_is_written_out_by_name(judged: Callable[..., set[str]], action: str, resource: str) -> None:
    assert judged({"actions": [action], "resources": [resource]}, PERMISSIONS) == {"TAP-IAM-7"}


@pytest.mark.parametrize(
    "action", ["iam:putrolepolicy", "IAM:Put*", "iam:Create*", "lambda:Update*Code", "codebuild:Start*"]
)
def test_a_path_that_is_written_in_another_way(judged: Callable[..., set[str]], action: str) -> None:
    assert judged({"actions": [action], "resources": [ROLE]}, PERMISSIONS) == {"TAP-IAM-1", "TAP-IAM-7"}


@pytest.mark.parametrize(
    "action",
    [
        "s3:PutObject",
        "lambda:InvokeFunction",
        "states:StartExecution",
        "glue:GetTable",
        "iam:GetRole",
        "ssm:GetParameter",
    ],
)
def test_what_is_no_path(judged: Callable[..., set[str]], action: str) -> None:
    assert judged({"actions": [action], "resources": [RECORDS]}, PERMISSIONS) == set()


def test_the_finding_says_why(judged: Callable[..., set[str]], findings: Callable[[], tuple[Finding, ...]]) -> None:
    judged({**READ, "actions": ["lambda:UpdateFunctionCode"]})
    assert '"lambda:UpdateFunctionCode" is dangerous: it changes the code of a function' in str(findings()[0])
    judged({**READ, "actions": ["iam:Put*"]})
    assert any("(iam:PutGroupPolicy) gives more permissions" in str(finding) for finding in findings())


def test_a_path_in_the_policy_of_a_resource(judged: Callable[..., set[str]]) -> None:
    assert judged({**PUBLISH, "actions": ["sns:SetTopicAttributes"]}, OF_TOPIC) == {"TAP-IAM-7"}


@pytest.mark.parametrize(
    ("role", "found"),
    [
        ([ROLE], {"TAP-IAM-7"}),
        ([ROLE, "${aws_iam_role.nowhere.arn}"], {"TAP-IAM-2", "TAP-IAM-7"}),
        (["arn:aws:iam::111122223333:role/admin"], {"TAP-IAM-2", "TAP-IAM-7"}),
        ([f"arn:aws:iam::{ACCOUNT}:role/admin"], {"TAP-IAM-2", "TAP-IAM-7"}),
        (["*"], {"TAP-IAM-2", "TAP-IAM-7"}),
        (None, {"TAP-IAM-2", "TAP-IAM-7"}),
    ],
)
def test_taking_on_a_role(judged: Callable[..., set[str]], role: list[str] | None, found: set[str]) -> None:
    assert judged({"actions": ["sts:AssumeRole"], "resources": role}, PERMISSIONS) == found


def test_a_trust_policy_is_judged_as_such(judged: Callable[..., set[str]]) -> None:
    assert judged(ASSUME, TRUST) == set()
    assert "TAP-IAM-7" in judged(ASSUME, TRUST, PERMISSIONS)


def test_the_root_of_this_account_administers_a_key(judged: Callable[..., set[str]]) -> None:
    assert judged(ADMINISTER, OF_KEY) == set()
    assert judged({**ADMINISTER, "principals": principals(ACCOUNT, kind="AWS")}, OF_KEY) == set()


@pytest.mark.parametrize(
    "change",
    [
        {"condition": []},
        {"condition": [{**BY_US, "test": "StringEqualsIfExists"}]},
        {"condition": [condition("NumericGreaterThan", "kms:CallerAccount", "0")]},
        {"condition": [{**BY_US, "values": ["111122223333"]}]},
        {"condition": [{**BY_US, "values": [ACCOUNT, "111122223333"]}]},
        {"condition": [BY_US, {**BY_US, "values": ["111122223333"]}]},
        {"condition": [condition("StringEquals", "aws:SourceAccount", ACCOUNT)]},
        {"principals": principals(ROLE, kind="AWS")},
        {"principals": [*principals(ROOT, kind="AWS"), *principals(ROLE, kind="AWS")]},
        {"principals": principals("lambda.amazonaws.com")},
        {"principals": principals("*", kind="AWS")},
        {"principals": []},
        {"actions": ["kms:PutKeyPolicy", "iam:PutRolePolicy"]},
    ],
)
def test_who_else_pretends_to_administer_a_key(judged: Callable[..., set[str]], change: dict[str, Any]) -> None:
    assert "TAP-IAM-7" in judged({**ADMINISTER, **change}, OF_KEY)


@pytest.mark.parametrize("places", [(), (PERMISSIONS,), (OF_KEY, PERMISSIONS), ("aws_kms_key.main.description",)])
def test_what_else_pretends_to_be_the_policy_of_a_key(judged: Callable[..., set[str]], places: tuple[str, ...]) -> None:
    assert "TAP-IAM-7" in judged(ADMINISTER, *places)


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_of_the_table_is_one_of_awss_that_no_other_entry_has(name: str) -> None:
    action = find(name)
    assert action is not None
    assert action.level != MANAGES_PERMISSIONS
    assert action.prefix not in SERVICES or action.level not in WRITES


@pytest.mark.parametrize("prefix", SERVICES)
def test_a_service_of_the_table_has_actions_that_write(prefix: str) -> None:
    assert any(action.level in WRITES for action in matching(f"{prefix}:*"))
