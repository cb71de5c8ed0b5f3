"""IAM and DEL-7: each statement that allows more than it names, and what is fine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

DOCUMENT = "data.aws_iam_policy_document.added"


@pytest.mark.parametrize(
    ("rules", "statement"),
    [
        ({"TAP-IAM-1"}, {"actions": ["s3:*"]}),
        ({"TAP-IAM-1"}, {"actions": "s3:Get?bject"}),
        ({"TAP-IAM-1"}, {"effect": "Allow"}),
        ({"TAP-IAM-1"}, {"effect": "${var.effect}", "actions": ["s3:Get*"]}),
        ({"TAP-IAM-1", "TAP-DEL-7"}, {"actions": ["*"]}),
        ({"TAP-IAM-1", "TAP-DEL-7"}, {"actions": ["l?gs:create*"]}),
        ({"TAP-IAM-1", "TAP-DEL-7"}, {"actions": ["${var.action}"]}),
        ({"TAP-IAM-1", "TAP-DEL-7"}, {"not_actions": ["iam:PassRole"]}),
        ({"TAP-IAM-1"}, {"not_actions": ["logs:*"]}),
        ({"TAP-DEL-7"}, {"actions": ["LOGS:CreateLogGROUP"]}),
    ],
)
def test_broken(broken: Callable[..., set[str]], rules: set[str], statement: dict[str, Any]) -> None:
    assert broken(DOCUMENT, "", {"statement": [{"actions": ["s3:GetObject"]}, statement]}) == rules


@pytest.mark.parametrize(
    "statement",
    [{"effect": "Deny", "actions": ["*"]}, {"actions": ["logs:CreateLogStream", "execute-api:Invoke"]}],
)
def test_harmless(broken: Callable[..., set[str]], statement: dict[str, Any]) -> None:
    assert broken(DOCUMENT, "", {"statement": statement}) == set()
