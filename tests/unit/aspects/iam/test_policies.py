"""IAM-4: every policy is a document of the stack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.findings.finding import Finding

from .samples import READ, ROLE, principals

JSON = "${data.aws_iam_policy_document.trust.json}"


@pytest.fixture
def with_argument(stack: dict[str, Any], findings: Callable[[], tuple[Finding, ...]]) -> Callable[..., set[str]]:
    """The ids of the rules that are broken once an argument of a resource has this value."""

    stack["data"]["aws_iam_policy"] = {"of_aws": {"name": "AdministratorAccess"}}

    def with_argument(type_: str, argument: str, value: Any) -> set[str]:
        stack["resource"].setdefault(type_, {}).setdefault("alerts", {})[argument] = value
        return {finding.rule_id for finding in findings()}

    return with_argument


@pytest.mark.parametrize(
    ("type_", "argument", "value"),
    [
        ("aws_sns_topic", "policy", '{"Statement": []}'),
        ("aws_sns_topic", "policy", "${jsonencode({})}"),
        ("aws_sns_topic", "policy", "${data.aws_iam_policy_document.nowhere.json}"),
        ("aws_sns_topic", "policy", "${data.aws_iam_policy.of_aws.policy}"),
        ("aws_sns_topic", "policy", f"{JSON}%{{ if true }}%{{ endif }}"),
        ("aws_sqs_queue", "policy", "${var.policy}"),
        ("aws_vpc_endpoint", "policy", "{}"),
        ("aws_cloudwatch_log_destination_policy", "access_policy", "{}"),
        ("aws_ecr_repository_creation_template", "repository_policy", "{}"),
        ("aws_s3control_multi_region_access_point_policy", "details", {"policy": "{}"}),
        ("aws_iam_role_policy_attachment", "policy_arn", "arn:aws:iam::aws:policy/AdministratorAccess"),
        ("aws_iam_role_policy_attachment", "policy_arn", "${data.aws_iam_policy.of_aws.arn}"),
        ("aws_iam_role_policy_attachment", "policy_arn", "${aws_iam_policy.nowhere.arn}"),
        ("aws_iam_role_policy_attachment", "policy_arn", "${aws_iam_policy.own.description}"),
        ("aws_sns_topic", "policy", ["{}"]),
        ("aws_chatbot_slack_channel_configuration", "guardrail_policy_arns", ["arn:aws:iam::aws:policy/A"]),
    ],
)
def test_a_policy_that_is_no_document(
    stack: dict[str, Any], with_argument: Callable[..., set[str]], type_: str, argument: str, value: Any
) -> None:
    stack["resource"]["aws_iam_policy"] = {"own": {"policy": JSON, "description": "arn:aws:iam::aws:policy/A"}}
    assert "TAP-IAM-4" in with_argument(type_, argument, value)


@pytest.mark.parametrize(
    "role", [{"inline_policy": [{"name": "policy-a-dev", "policy": "{}"}]}, {"managed_policy_arns": ["arn:a"]}]
)
def test_policies_inside_of_a_role(
    stack: dict[str, Any], findings: Callable[[], tuple[Finding, ...]], role: dict[str, Any]
) -> None:
    stack["resource"]["aws_iam_role"]["payer"] |= role
    assert {finding.rule_id for finding in findings()} == {"TAP-IAM-4"}


def test_a_document_inside_of_a_role(judged: Callable[..., set[str]], stack: dict[str, Any]) -> None:
    inside = [{"name": "policy-a-dev", "policy": "${data.aws_iam_policy_document.added.json}"}]
    stack["resource"]["aws_iam_role"]["payer"]["inline_policy"] = inside
    assert judged(READ) == set()
    assert judged({**READ, "principals": principals(ROLE, kind="AWS")}) == {"TAP-IAM-8"}


@pytest.mark.parametrize("argument", ["source_policy_documents", "override_policy_documents"])
def test_a_document_that_takes_in_a_policy_from_elsewhere(judged: Callable[..., set[str]], argument: str) -> None:
    assert judged([], **{argument: ["{}"]}) == {"TAP-IAM-4", "TAP-IAM-8"}
    assert "TAP-IAM-4" not in judged([], **{argument: [JSON]})


def test_a_policy_of_the_stack_can_be_attached(stack: dict[str, Any], with_argument: Callable[..., set[str]]) -> None:
    stack["resource"]["aws_iam_policy"] = {"own": {"policy": "${data.aws_iam_policy_document.read.json}"}}
    stack["data"]["aws_iam_policy_document"]["read"] = {
        "statement": {"actions": ["s3:GetObject"], "resources": ["${aws_s3_bucket.records.arn}/*"]}
    }
    assert with_argument("aws_iam_role_policy_attachment", "policy_arn", "${aws_iam_policy.own.arn}") == set()


def test_languages_of_their_own_are_none_of_ours(with_argument: Callable[..., set[str]]) -> None:
    assert with_argument("aws_ecr_lifecycle_policy", "policy", '{"rules": []}') == set()
