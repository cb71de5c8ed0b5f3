"""IAM-1, IAM-2, IAM-4, IAM-6 and DEL-7: each statement that allows more than it names, and what is fine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.judge import judge

DOCUMENT = "data.aws_iam_policy_document.added"


@pytest.mark.parametrize(
    ("rules", "statement"),
    [
        ({"TAP-IAM-1"}, {"actions": ["s3:*"]}),
        ({"TAP-IAM-1"}, {"actions": "s3:Get?bject"}),
        ({"TAP-IAM-1"}, {"effect": "Allow"}),
        ({"TAP-IAM-1"}, {"effect": "${var.effect}", "actions": ["s3:Get*"]}),
        ({"TAP-IAM-1", "TAP-DEL-7", "TAP-IAM-6"}, {"actions": ["*"]}),
        ({"TAP-IAM-1", "TAP-DEL-7"}, {"actions": ["l?gs:create*"]}),
        ({"TAP-IAM-1", "TAP-DEL-7"}, {"actions": ["${var.action}"]}),
        ({"TAP-IAM-1", "TAP-DEL-7"}, {"not_actions": ["iam:PassRole"]}),
        ({"TAP-IAM-1"}, {"not_actions": ["logs:*"]}),
        ({"TAP-DEL-7"}, {"actions": ["LOGS:CreateLogGROUP"]}),
    ],
)
def test_broken(broken: Callable[..., set[str]], rules: set[str], statement: dict[str, Any]) -> None:
    named = {"resources": ["arn:aws:s3:::bucket"]}
    assert (
        broken(DOCUMENT, "", {"statement": [{"actions": ["s3:GetObject"], **named}, {**named, **statement}]}) == rules
    )


@pytest.mark.parametrize(
    "statement",
    [
        {"effect": "Deny", "actions": ["*"]},
        {"actions": ["logs:CreateLogStream", "execute-api:Invoke"], "resources": ["arn:aws:logs:x:1:log-group:a"]},
    ],
)
def test_harmless(broken: Callable[..., set[str]], statement: dict[str, Any]) -> None:
    assert broken(DOCUMENT, "", {"statement": statement}) == set()


ROLE = {"name": "role-payer-dev", "tags": {}}
RECORDS = "${aws_s3_bucket.records.arn}"
SERVICE = {"test": "StringEquals", "variable": "iam:PassedToService", "values": ["lambda.amazonaws.com"]}


@pytest.mark.parametrize(
    "resource",
    [
        "*",
        "arn:aws:s3:::*",
        "arn:aws:dynamodb:*:*:table/x",
        f"{RECORDS}*",
        f"{RECORDS}-?/a",
        "${aws_s3_bucket.nowhere.arn}/a",
        "${var.bucket}",
        "${data.aws_s3_bucket.other.arn}",
        '${join(":", [aws_s3_bucket.records.arn])}',
        "records",
        ["arn:aws:s3:::a", "*"],
        None,
    ],
)
def test_a_resource_that_is_not_named(broken: Callable[..., set[str]], resource: Any) -> None:
    statement = {"actions": ["s3:GetObject"], "resources": resource if isinstance(resource, list) else [resource]}
    assert broken(DOCUMENT, "", {"statement": statement}) == {"TAP-IAM-2"}


def test_not_resources_and_no_resources(broken: Callable[..., set[str]]) -> None:
    assert broken(DOCUMENT, "", {"statement": {"actions": ["s3:GetObject"]}}) == {"TAP-IAM-2"}
    statement = {"actions": ["s3:GetObject"], "resources": [RECORDS], "not_resources": [RECORDS]}
    assert broken(DOCUMENT, "", {"statement": statement}) == {"TAP-IAM-2"}


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", RECORDS),
        ("s3:GetObject", f"{RECORDS}/audit/*"),
        ("dynamodb:Query", "${aws_dynamodb_table.ledger.arn}/index/*"),
        ("logs:PutLogEvents", "${aws_cloudwatch_log_group.processor.arn}:*"),
        ("s3:GetObject", "arn:${data.aws_partition.p.partition}:s3:::b/${data.aws_caller_identity.c.account_id}"),
        ("xray:PutTraceSegments", "*"),
    ],
)
def test_a_resource_that_is_named(broken: Callable[..., set[str]], action: str, resource: str) -> None:
    assert broken(DOCUMENT, "", {"statement": {"actions": [action], "resources": [resource]}}) == set()


def test_a_wildcard_is_the_key_itself_in_the_policy_of_a_key(good: dict[str, Any]) -> None:
    good["data"]["aws_iam_policy_document"]["added"] = {
        "statement": {"actions": ["kms:DescribeKey"], "resources": ["*"], "principals": []}
    }
    good["resource"]["aws_kms_key"]["main"]["policy"] = "${data.aws_iam_policy_document.added.json}"
    assert judge(good) == ()
    good["resource"]["aws_sns_topic"]["alerts"]["policy"] = "${data.aws_iam_policy_document.added.json}"
    assert {finding.rule_id for finding in judge(good)} - {"TAP-ENC-11"} == {"TAP-IAM-2"}


@pytest.mark.parametrize(
    ("target", "argument", "value"),
    [
        ("aws_sns_topic.alerts", "policy", '{"Statement": []}'),
        ("aws_sns_topic.alerts", "policy", "${jsonencode({})}"),
        ("aws_sns_topic.alerts", "policy", "${data.aws_iam_policy_document.nowhere.json}"),
        ("aws_sns_topic.alerts", "policy", "${data.aws_iam_policy.of_aws.policy}"),
        ("aws_sqs_queue.letters", "policy", "${var.policy}"),
        ("aws_iam_role_policy_attachment.a", "", {"policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ("aws_iam_role_policy_attachment.a", "", {"policy_arn": "${data.aws_iam_policy.of_aws.arn}"}),
        ("aws_iam_role_policy_attachment.a", "", {"policy_arn": "${aws_iam_policy.nowhere.arn}"}),
        ("data.aws_iam_policy_document.logs", "source_policy_documents", ["{}"]),
        ("data.aws_iam_policy_document.logs", "source_json", "${var.json}"),
    ],
)
def test_a_policy_that_is_no_document(broken: Callable[..., set[str]], target: str, argument: str, value: Any) -> None:
    # Nor does such a policy refuse plain HTTP, as far as anybody knows.
    assert broken(target, argument, value) - {"TAP-ENC-8", "TAP-ENC-11"} == {"TAP-IAM-4"}


def test_policies_inside_of_a_role(broken: Callable[..., set[str]]) -> None:
    role = {**ROLE, "inline_policy": [{"name": "policy-a-dev", "policy": "{}"}], "managed_policy_arns": ["arn:a"]}
    assert "TAP-IAM-4" in broken("aws_iam_role.a", "", role)


def test_languages_of_their_own_are_none_of_ours(broken: Callable[..., set[str]]) -> None:
    assert broken("aws_ecr_lifecycle_policy.a", "", {"policy": '{"rules": []}', "repository": "r"}) == set()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, set()),
        ({"condition": []}, {"TAP-IAM-6"}),
        ({"condition": [{**SERVICE, "test": "StringLike"}]}, {"TAP-IAM-6"}),
        ({"condition": [{**SERVICE, "values": ["${var.service}"]}]}, {"TAP-IAM-6"}),
        ({"resources": ["arn:aws:iam::1:role/x"]}, {"TAP-IAM-6"}),
        ({"resources": ["${aws_iam_role.nowhere.arn}"]}, {"TAP-IAM-6", "TAP-IAM-2"}),
        ({"actions": ["iam:Pass*"], "condition": []}, {"TAP-IAM-1", "TAP-IAM-6"}),
    ],
)
def test_passing_roles(good: dict[str, Any], change: dict[str, Any], found: set[str]) -> None:
    good["resource"]["aws_iam_role"] = {"payer": ROLE}
    statement = {"actions": ["iam:PassRole"], "resources": ["${aws_iam_role.payer.arn}"], "condition": [SERVICE]}
    good["data"]["aws_iam_policy_document"]["added"] = {"statement": [{**statement, **change}]}
    about_roles = {"TAP-TAG-1", "TAP-IAM-3"}  # this one has neither tags nor trust
    assert {finding.rule_id for finding in judge(good)} - about_roles == found
