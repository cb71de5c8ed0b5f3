"""IAM-8: statements have a form that the rules can read. Their conditions: test_conditions.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .samples import (
    ASSUME,
    DENY_PLAIN_HTTP,
    FOR_US,
    OF_TOPIC,
    PERMISSIONS,
    PLAIN_HTTP,
    PUBLISH,
    READ,
    RECORDS,
    ROLE,
    TOPIC,
    TRUST,
    condition,
    principals,
)

JSON = "${data.aws_iam_policy_document.trust.json}"
OLD_TLS = condition("NumericLessThan", "s3:TlsVersion", "1.2")


@pytest.mark.parametrize(
    "change",
    [
        {"effect": "allow"},
        {"effect": "${var.effect}"},
        {"condition": [FOR_US, {**FOR_US, "variable": "AWS:SourceAccount"}]},
    ],
)
def test_a_form_that_no_rule_knows(judged: Callable[..., set[str]], change: dict[str, Any]) -> None:
    assert judged({**PUBLISH, **change}, OF_TOPIC) == {"TAP-IAM-8"}


@pytest.mark.parametrize("change", [{"effect": None}, {"effect": "Allow"}, {"sid": "Read"}])
def test_a_form_that_they_know(judged: Callable[..., set[str]], change: dict[str, Any]) -> None:
    assert judged({**READ, **change}, PERMISSIONS) == set()


@pytest.mark.parametrize(
    "argument", ["source_policy_documents", "override_policy_documents", "source_json", "override_json"]
)
def test_documents_that_are_merged(judged: Callable[..., set[str]], argument: str) -> None:
    assert "TAP-IAM-8" in judged(READ, **{argument: [JSON]})
    assert judged(READ, **{argument: []}) == set()


def test_a_dynamic_statement(judged: Callable[..., set[str]]) -> None:
    assert "TAP-IAM-8" in judged([], dynamic={"statement": {"for_each": ["a"], "content": {"actions": ["s3:*"]}}})


def test_principals_of_everybody_else(judged: Callable[..., set[str]]) -> None:
    others = {**PUBLISH, "not_principals": principals(ROLE, kind="AWS")}
    assert judged(others, OF_TOPIC) == {"TAP-IAM-5", "TAP-IAM-8"}
    assert judged({**DENY_PLAIN_HTTP, "not_principals": principals(ROLE, kind="AWS")}, OF_TOPIC) == {"TAP-IAM-8"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, set()),
        ({"actions": ["*"]}, set()),
        ({"actions": ["sns:Publish"]}, set()),
        ({"principals": principals("*", kind="AWS")}, set()),
        ({"actions": ["s3:*"], "resources": [RECORDS], "condition": [OLD_TLS]}, set()),
        ({"condition": []}, {"TAP-IAM-8"}),
        ({"condition": [PLAIN_HTTP, FOR_US]}, {"TAP-IAM-8"}),
        ({"condition": [{**PLAIN_HTTP, "values": ["false", "true"]}]}, {"TAP-IAM-8"}),
        ({"condition": [{**PLAIN_HTTP, "values": ["true"]}]}, {"TAP-IAM-8"}),
        ({"condition": [{**PLAIN_HTTP, "test": "BoolIfExists"}]}, {"TAP-IAM-8"}),
        ({"condition": [{**OLD_TLS, "values": ["99"]}]}, {"TAP-IAM-8"}),
        ({"principals": principals(ROLE, kind="AWS")}, {"TAP-IAM-8"}),
        ({"principals": []}, {"TAP-IAM-8"}),
        ({"actions": ["sns:Publish", "sns:Delete*"]}, {"TAP-IAM-8"}),
        ({"condition": [{**PLAIN_HTTP, "values": [False]}]}, set()),
        ({"condition": [{**OLD_TLS, "values": [1.2]}]}, set()),
        ({"actions": None, "not_actions": ["sns:Publish"]}, {"TAP-IAM-8"}),
        ({"resources": None, "not_resources": [TOPIC]}, {"TAP-IAM-8"}),
    ],
)
def test_what_is_denied(judged: Callable[..., set[str]], change: dict[str, Any], found: set[str]) -> None:
    assert judged({**DENY_PLAIN_HTTP, **change}, OF_TOPIC) == found


def test_principals_belong_to_policies_of_resources_and_resources_to_no_trust(judged: Callable[..., set[str]]) -> None:
    assert judged(PUBLISH, OF_TOPIC) == set()
    assert judged(PUBLISH, PERMISSIONS) == {"TAP-IAM-8"}
    assert judged({**ASSUME, "resources": [ROLE]}, TRUST) == {"TAP-IAM-7", "TAP-IAM-8"}
