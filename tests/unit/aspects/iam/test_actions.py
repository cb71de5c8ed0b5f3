"""IAM-1 and DEL-7: actions are named as AWS spells them, and none makes log groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.findings.finding import Finding

from .samples import DENY_PLAIN_HTTP, PERMISSIONS, QUEUE, READ, RECORDS


@pytest.mark.parametrize(
    ("statement", "also"),
    [
        ({"actions": ["s3:*"]}, {"TAP-IAM-7"}),
        ({"actions": ["*"]}, {"TAP-IAM-6", "TAP-IAM-7", "TAP-DEL-7"}),
        ({"actions": "s3:Get?bject"}, set()),
        ({"actions": ["s3:GetObject", "s3:List*"]}, set()),
        ({"actions": ["l?gs:create*"]}, {"TAP-DEL-7"}),
        ({"actions": ["${var.action}"]}, {"TAP-IAM-7", "TAP-DEL-7"}),
        ({"actions": ["s3:GetObject%{ if true }%{ endif }"]}, {"TAP-IAM-7", "TAP-DEL-7"}),
        ({"actions": [["s3:GetObject"]]}, {"TAP-IAM-7", "TAP-DEL-7"}),
        ({"actions": []}, set()),
        ({"actions": None}, set()),
        ({"actions": None, "effect": "${var.effect}"}, {"TAP-IAM-8"}),
        ({"actions": ["s3:getObject"]}, set()),
        ({"actions": ["S3:GetObject"]}, set()),
        ({"actions": ["s3:GetObjects"]}, set()),
        ({"actions": ["s4:GetObject"]}, set()),
        ({"actions": [" s3:GetObject"]}, set()),
        ({"not_actions": ["iam:PassRole"]}, {"TAP-IAM-7", "TAP-DEL-7"}),
        ({"not_actions": ["logs:*"]}, {"TAP-IAM-7"}),
        ({"not_actions": ["s3:*", "logs:Create*"]}, {"TAP-IAM-7"}),
    ],
)
def test_actions_that_are_not_named(judged: Callable[..., set[str]], statement: dict[str, Any], also: set[str]) -> None:
    assert judged({**READ, **statement}) == {"TAP-IAM-1", *also}


@pytest.mark.parametrize("effect", ["Allow", None])
def test_actions_that_are_named(judged: Callable[..., set[str]], effect: str | None) -> None:
    named = ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"]
    assert judged([{"effect": effect, "actions": named, "resources": [QUEUE]}], PERMISSIONS) == set()


def test_what_is_denied_need_not_be_named(judged: Callable[..., set[str]]) -> None:
    assert judged({**DENY_PLAIN_HTTP, "actions": ["*"]}) == set()


def test_a_wrong_spelling_is_told_with_the_right_one(
    judged: Callable[..., set[str]], findings: Callable[[], tuple[Finding, ...]]
) -> None:
    judged({**READ, "actions": ["s3:getobject"]})
    assert 'AWS has no action "s3:getobject"; expected the spelling s3:GetObject' in str(findings()[0])


@pytest.mark.parametrize(
    ("action", "found"),
    [
        ("logs:CreateLogGroup", {"TAP-DEL-7"}),
        ("LOGS:CreateLogGROUP", {"TAP-DEL-7", "TAP-IAM-1"}),
        ("logs:CreateLog*", {"TAP-DEL-7", "TAP-IAM-1"}),
        ("logs:CreateLogStream", set()),
    ],
)
def test_log_groups(judged: Callable[..., set[str]], action: str, found: set[str]) -> None:
    group = "${aws_cloudwatch_log_group.processor.arn}:*"
    assert judged({"actions": ["logs:PutLogEvents", action], "resources": [group]}) == found


def test_every_statement_is_judged(judged: Callable[..., set[str]]) -> None:
    assert judged([READ, READ, {"actions": ["s3:List*"], "resources": [RECORDS]}]) == {"TAP-IAM-1"}
