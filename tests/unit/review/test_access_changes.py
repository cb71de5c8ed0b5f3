"""What changed in access, by meaning: refactored statements change nothing, and every mutation of a grant is seen."""

from __future__ import annotations

from typing import Any

import pytest

from lib.aspects.terraform_json import StackView
from lib.review import Access, access_of, compare_access
from tests.policy.mutations import HARMLESS, VIOLATIONS, Mutation, mutated

pytestmark = pytest.mark.slow

# Variations that give somebody something: a resource more, or a condition that differs.
OTHER_ACCESS = (
    "a-second-",
    "a-queue-in-order",
    "a-repository-of-images",
    "harmless-may-",
    "a-preflight-route",
    "resources-['${aws_kms_key.OWN.arn}']",
    "resources-beneath",
    "another-environment",
)
REFACTORINGS = [
    mutation for mutation in HARMLESS if not mutation.adds and not any(part in mutation.name for part in OTHER_ACCESS)
]
# Rules about who may do what. A document's form alone (a condition that stands twice) gives nobody anything.
ACCESS_RULES = ("TAP-IAM-1", "TAP-IAM-2", "TAP-IAM-3", "TAP-IAM-5", "TAP-IAM-7", "TAP-NET-3")
# IAM reads an action without case, and a statement without an effect allows.
SAME_MEANING = ("-dynamodb:getItem-", "-DynamoDB:GetItem-", "-dynamodb:GETITEM-", "allowed-by-silence")


def access(document: dict[str, Any]) -> Access:
    return access_of(StackView(document))


@pytest.mark.parametrize("mutation", REFACTORINGS, ids=lambda mutation: mutation.name)
def test_a_refactoring_changes_no_access(document: dict[str, Any], mutation: Mutation) -> None:
    assert compare_access(access(document), access(mutated(document, mutation))) == []


@pytest.mark.parametrize(
    "mutation",
    [
        mutation
        for mutation in VIOLATIONS
        if mutation.rule in ACCESS_RULES and not any(part in mutation.name for part in SAME_MEANING)
    ],
    ids=lambda mutation: mutation.name,
)
def test_a_mutation_of_access_is_shown(document: dict[str, Any], mutation: Mutation) -> None:
    before, after = access(document), access(mutated(document, mutation))
    assert compare_access(before, after) or after.undecided != before.undecided
