"""Which statements are read, and where a document is used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.iam.documents import DOCUMENT, documents, is_only, is_trust_policy, referenced_document, statements
from lib.aspects.terraform_json import StackView
from lib.findings.finding import Finding

from .samples import OF_KEY, READ

JSON = "${data.aws_iam_policy_document.trust.json}"


def view(stack: dict[str, Any]) -> tuple[StackView, Any]:
    found = StackView(stack)
    return found, next(document for document in documents(found) if document.id == "trust")


def test_a_statement_is_called_by_its_sid_else_by_its_number(stack: dict[str, Any]) -> None:
    stack["data"][DOCUMENT] = {"a": {"statement": [{"sid": "Read"}, {"sid": ""}, {"sid": "${var.sid}"}]}}
    assert [each.name for each in statements(StackView(stack))] == ["statement Read", "statement 1", "statement 2"]


@pytest.mark.parametrize(
    ("value", "is_meant"),
    [
        (JSON, True),
        (JSON.replace("json", "minified_json"), True),
        (JSON.replace("json", "id"), False),
        (f"{JSON} ", False),
        (f"${{jsonencode({JSON[2:-1]})}}", False),
        (JSON.replace("trust", "nowhere"), False),
        (JSON.replace("data.", ""), False),
        ("{}", False),
        (None, False),
    ],
)
def test_a_document_is_meant_by_a_reference_to_its_json_and_by_nothing_else(
    stack: dict[str, Any], value: Any, is_meant: bool
) -> None:
    found, document = view(stack)
    assert referenced_document(found, value) == (document if is_meant else None)


def test_a_document_that_is_used_as_expected_and_nowhere_else(stack: dict[str, Any]) -> None:
    found, document = view(stack)
    assert is_only(found, document, is_trust_policy)
    assert not is_only(found, document, lambda use: not is_trust_policy(use))


@pytest.mark.parametrize(
    "also",
    [
        {"aws_sns_topic": {"more": {"policy": JSON}}},
        {"aws_ssm_parameter": {"more": {"value": f"a copy: {JSON}"}}},
        {"aws_lambda_function": {"more": {"environment": {"variables": {"POLICY": JSON}}}}},
        {"aws_iam_role": {"more": {"assume_role_policy": f"{JSON}{JSON}"}}},
        {"aws_iam_role": {"more": {"inline_policy": [{"policy": JSON}]}}},
    ],
)
def test_a_second_use_of_any_kind_ends_an_exemption(stack: dict[str, Any], also: dict[str, Any]) -> None:
    for type_, resources in also.items():
        stack["resource"].setdefault(type_, {}).update(resources)
    found, document = view(stack)
    assert not is_only(found, document, is_trust_policy)


def test_a_reference_to_something_else_of_that_id_is_no_use(stack: dict[str, Any]) -> None:
    stack["resource"]["aws_sns_topic"]["more"] = {"display_name": "${aws_iam_role.trust.name}"}
    found, document = view(stack)
    assert is_only(found, document, is_trust_policy)


def test_a_document_that_nothing_uses_has_no_exemption(stack: dict[str, Any]) -> None:
    del stack["resource"]["aws_iam_role"]
    found, document = view(stack)
    assert not is_only(found, document, is_trust_policy)


def test_a_document_that_nothing_uses_is_judged_all_the_same(judged: Callable[..., set[str]]) -> None:
    assert judged(READ) == set()
    assert judged({**READ, "actions": ["s3:GetBucketLocatio"]}) == {"TAP-IAM-1"}


def test_the_policy_beside_a_key_is_a_key_policy_only_where_the_key_is_ours(
    stack: dict[str, Any], findings: Callable[[], tuple[Finding, ...]], judged: Callable[..., set[str]]
) -> None:
    of_any = {"actions": ["kms:DescribeKey"], "resources": ["*"]}
    assert judged(of_any, OF_KEY) == set()
    policy = stack["resource"]["aws_kms_key_policy"] = {
        "a": {"policy": stack["resource"]["aws_kms_key"]["main"]["policy"]}
    }
    foreign = {"TAP-IAM-2"}
    keys = {
        "${aws_kms_key.main.key_id}": set(),
        "1234abcd": foreign,
        "${data.aws_kms_key.other.key_id}": foreign,
        "${aws_kms_key_policy.b.key_id}": foreign,
    }
    for key, found in keys.items():
        policy["a"]["key_id"] = key
        assert {finding.rule_id for finding in findings()} == found
