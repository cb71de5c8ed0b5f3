"""The first judge alone: each violation of the real stack is found by its rule in lib/aspects, by nothing else."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from lib.aspects.catalogue import RULES
from lib.aspects.judge import judge
from lib.environments import ROOT

from .mutations import HARMLESS, VIOLATIONS, Mutation, references


@pytest.fixture
def found(document: dict[str, Any], mutation: Mutation) -> set[str]:
    """The rules that the first judge finds broken once the real stack is mutated."""
    changed = copy.deepcopy(document)
    mutation.apply(changed)
    return {finding.rule_id for finding in judge(json.loads(references(changed, json.dumps(changed))))}


@pytest.mark.parametrize("mutation", VIOLATIONS, ids=lambda mutation: mutation.name)
def test_a_violation_is_found(found: set[str], mutation: Mutation) -> None:
    assert mutation.rule in found


@pytest.mark.parametrize("mutation", HARMLESS, ids=lambda mutation: mutation.name)
def test_a_harmless_variation_passes(found: set[str]) -> None:
    assert found == set()


def test_both_judges_have_the_same_rules() -> None:
    assert sorted(rule.id for rule in RULES) == sorted(path.stem for path in (ROOT / "policies").glob("TAP-*"))
