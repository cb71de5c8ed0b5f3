"""A stack with a role, its trust policy and data sources, and a fixture that checks one statement in it."""

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
    """Return the good stack plus the resources to which policies refer."""
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
    """Return a function that returns the IAM rules' findings in the current stack. A raising rule fails the test."""

    def findings() -> tuple[Finding, ...]:
        found = judge(stack, RULES)
        assert not [finding for finding in found if "the rule itself failed" in finding.message]
        return found

    return findings


@pytest.fixture
def judged(stack: dict[str, Any], findings: Callable[[], tuple[Finding, ...]]) -> Callable[..., set[str]]:
    """Return `judged(statement, "aws_sns_topic.alerts.policy")`, which returns the ids of the violated rules.

    It puts a policy document with this statement into the given places, or into none. Keywords are further arguments of
    the document.
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
