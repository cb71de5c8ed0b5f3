"""The two roles beside the deploy role: one that plans, and one for the environments of pull requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from lib.access import __main__ as command
from lib.access import documents
from lib.aspects.provider import actions
from lib.errors import ToolError

ENVIRONMENT = {"SUFFIX": "qa7", "TERRAFORM_STATE_BUCKET": "my-state", "ACCOUNT": "123456789012"}
LOCK = "arn:aws:s3:::my-state/qa7/TapStackqa7.tfstate.tflock"


def statements(role: str) -> Iterator[dict[str, Any]]:
    for document in command.deploy_role({**ENVIRONMENT, "ROLE": role}).values():
        yield from document["Statement"]


def test_the_role_that_plans_changes_nothing_but_the_lock() -> None:
    for statement in statements("plan"):
        writes = [
            name for name in statement["Action"] if (known := actions.find(name)) and known.level in actions.WRITES
        ]
        assert set(writes) <= {"kms:Decrypt", "s3:PutObject", "s3:DeleteObject"}
        if set(writes) - {"kms:Decrypt"}:
            assert statement["Resource"] == [LOCK]


def test_it_reads_all_that_the_deploy_role_reads() -> None:
    def read(role: str) -> set[tuple[str, str]]:
        return {
            (action, resource)
            for statement in statements(role)
            for action in statement["Action"]
            for resource in statement["Resource"]
            if (known := actions.find(action)) and known.level in ("Read", "List")
        }

    assert read("plan") == read("deploy")
    assert ("s3:GetObject", "arn:aws:s3:::my-state/qa7/TapStackqa7.tfstate") in read("plan")


def test_the_role_of_previews_reaches_them_and_no_other_environment() -> None:
    role = list(statements("preview"))
    table = "arn:aws:dynamodb:us-east-1:123456789012:table/dynamodb-transactions-"
    create = [each for each in role if "dynamodb:CreateTable" in each["Action"]]
    assert create

    def reaches(suffix: str) -> bool:
        return any(fnmatchcase(f"{table}{suffix}", resource) for each in create for resource in each["Resource"])

    assert reaches("pr-1")
    assert reaches("pr-4711")
    for other in ("dev", "qa7", "prod", "pr", "my-pr"):
        assert not reaches(other)
    assert "qa7" not in json.dumps(role)


def test_its_conditions_compare_tags_with_the_pattern() -> None:
    for statement in statements("preview"):
        for operator, block in statement.get("Condition", {}).items():
            assert ("pr-*" in json.dumps(block)) <= (operator in ("StringLike", "ArnLike"))


@pytest.mark.parametrize("role", ["plan", "preview"])
def test_each_policy_is_within_its_quota_and_has_a_name_that_iam_takes(role: str) -> None:
    policies = command.deploy_role({**ENVIRONMENT, "ROLE": role})
    assert 0 < len(policies) <= documents.MOST
    for name, document in policies.items():
        assert name.replace("-", "").isalnum()
        assert documents.size(document["Statement"], {}) <= documents.LARGEST


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ToolError, match="ROLE is 'admin', but it is deploy, plan or preview"):
        command.deploy_role({**ENVIRONMENT, "ROLE": "admin"})
