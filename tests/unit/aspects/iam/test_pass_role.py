"""IAM-6: iam:PassRole is granted for one role and one service; what it does not allow is IAM-7's, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .samples import PERMISSIONS, ROLE, condition

TO_LAMBDA = condition("StringEquals", "iam:PassedToService", "lambda.amazonaws.com")
PASS = {"actions": ["iam:PassRole"], "resources": [ROLE], "condition": [TO_LAMBDA]}


@pytest.mark.parametrize(
    ("change", "also"),
    [
        ({"condition": []}, set()),
        ({"condition": [{**TO_LAMBDA, "test": "StringLike"}]}, set()),
        ({"condition": [{**TO_LAMBDA, "test": "StringEqualsIfExists"}]}, {"TAP-IAM-8"}),
        ({"condition": [{**TO_LAMBDA, "values": ["${var.service}"]}]}, {"TAP-IAM-8"}),
        ({"condition": [{**TO_LAMBDA, "values": ["lambda.amazonaws.com", "ec2.amazonaws.com"]}]}, set()),
        ({"condition": [TO_LAMBDA, {**TO_LAMBDA, "values": ["ec2.amazonaws.com"]}]}, {"TAP-IAM-8"}),
        ({"condition": [{**TO_LAMBDA, "values": ["anything"]}]}, set()),
        ({"resources": ["arn:aws:iam::1:role/x"]}, {"TAP-IAM-2"}),
        ({"resources": ["${aws_iam_role.nowhere.arn}"]}, {"TAP-IAM-2"}),
        ({"resources": [f"{ROLE}*"]}, {"TAP-IAM-2"}),
        ({"resources": [ROLE, "${aws_iam_role.other.arn}"]}, set()),
        ({"actions": ["iam:Pass*"], "condition": []}, {"TAP-IAM-1"}),
        ({"actions": ["IAM:passrole"], "condition": []}, {"TAP-IAM-1"}),
    ],
)
def test_roles_that_are_passed_too_widely(
    stack: dict[str, Any], judged: Callable[..., set[str]], change: dict[str, Any], also: set[str]
) -> None:
    stack["resource"]["aws_iam_role"]["other"] = stack["resource"]["aws_iam_role"]["payer"]
    assert judged({**PASS, **change}, PERMISSIONS) == {"TAP-IAM-6", "TAP-IAM-7", *also}


def test_one_role_for_one_service(judged: Callable[..., set[str]]) -> None:
    assert judged(PASS, PERMISSIONS) == set()
    in_capitals = {**TO_LAMBDA, "variable": "IAM:PassedToService"}
    assert judged({**PASS, "condition": [in_capitals]}, PERMISSIONS) == set()
