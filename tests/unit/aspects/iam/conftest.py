"""A stack with a role, its trust and its data sources, and a way to judge one statement in it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.iam import RULES
from lib.aspects.judge import judge
from lib.findings.finding import Finding

from .samples import ASSUME, TRUST

JSON = "${data.aws_iam_policy_document.added.json}"


@pytest.fixture
def stack(good: dict[str, Any]) -> dict[str, Any]:
    """The good stack, with what policies refer to."""
    good["data"] |= {
        "aws_caller_identity": {"me": {}},
        "aws_partition": {"p": {}},
        "aws_region": {"here": {}},
    }
    good["data"]["aws_iam_policy_document"]["trust"] = {"statement": [copy.deepcopy(ASSUME)]}
    good["resource"]["aws_iam_role"] = {
        "payer": {
            "name": "role-payer-dev",
            "assume_role_policy": "${data.aws_iam_policy_document.trust.json}",
            "tags": good["resource"]["aws_sns_topic"]["alerts"]["tags"],
        }
    }
    return good


@pytest.fixture
def findings(stack: dict[str, Any]) -> Callable[[], tuple[Finding, ...]]:
    """What the IAM rules find in the stack as it is by now; a rule that fails is no finding here."""

    def findings() -> tuple[Finding, ...]:
        found = judge(stack, RULES)
        assert not [finding for finding in found if "the rule itself failed" in finding.message]
        return found

    return findings


@pytest.fixture
def judged(stack: dict[str, Any], findings: Callable[[], tuple[Finding, ...]]) -> Callable[..., set[str]]:
    """`judged(statement, "aws_sns_topic.alerts.policy")`: the ids of the rules that are broken once a document with
    this statement stands in these places, or in none. More arguments of the document follow by keyword.
    """

    def judged(statement: Any, *places: str, **document: Any) -> set[str]:
        body = {"statement": copy.deepcopy(statement), **document}
        stack["data"]["aws_iam_policy_document"]["added"] = body
        for place in places:
            type_, id_, argument = place.split(".")
            stack["resource"].setdefault(type_, {}).setdefault(id_, {})[argument] = JSON
            if place == TRUST:
                stack["data"]["aws_iam_policy_document"].pop("trust", None)
        return {finding.rule_id for finding in findings()}

    return judged
