"""The first judge alone: each violation of the real stack is found by its rule, with no Checkov."""

from __future__ import annotations

from typing import Any

import pytest

from lib.aspects.catalogue import RULES
from lib.aspects.judge import judge
from lib.environments import ROOT

from .conftest import Rates
from .mutations import HARMLESS, VIOLATIONS, Mutation, mutated

pytestmark = pytest.mark.usefixtures("gate_at_work")  # both judges at once take half the time


@pytest.mark.parametrize("mutation", VIOLATIONS, ids=lambda mutation: mutation.name)
def test_a_violation_is_found(document: dict[str, Any], rates: Rates, mutation: Mutation) -> None:
    rules = {finding.rule_id for finding in judge(mutated(document, mutation))}
    rates.note("the aspects alone", mutation.is_found_in(rules))
    assert mutation.is_found_in(rules), rules


@pytest.mark.parametrize("mutation", HARMLESS, ids=lambda mutation: mutation.name)
def test_a_harmless_variation_passes(document: dict[str, Any], mutation: Mutation) -> None:
    found = judge(mutated(document, mutation))
    assert [str(finding) for finding in found if finding.rule_id not in mutation.waived] == []


def test_both_judges_have_the_same_rules() -> None:
    assert sorted(rule.id for rule in RULES) == sorted(path.stem for path in (ROOT / "policies").glob("TAP-*"))
