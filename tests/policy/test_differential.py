"""Random documents, other ones in each run: what one judge reports, the other reports too. SEED=… replays a run.

`make fuzz` does the same for as many documents as one likes. differential/explained.py has the differences that are
meant to be there.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from functools import partial
from typing import Any

import pytest

from lib.aspects.catalogue import RULES
from lib.aspects.judge import judge
from lib.gate import Gate

from .differential.compare import Found, compared, differences, shrunk
from .differential.explained import DIFFERENCES, REFUSALS
from .differential.generate import Bases, Case, case
from .differential.second import Policies
from .mutations import VIOLATIONS, mutated
from .stacks import judge_stacks

DOCUMENTS = 300
# `make fuzz` finds about one document in 2,000 of which one judge alone reports a rule, beside one that both report.
MOST_DIFFERENT = 1
OF_A_RULE = 2  # first and last violations, of which one at least has to be reported
SHOWN = 5


@pytest.fixture(scope="module")
def bases(document: dict[str, Any]) -> Bases:
    return Bases(document)


def test_the_judges_agree(bases: Bases, remarks: list[str]) -> None:
    seed = int(os.environ.get("SEED") or random.randrange(10**6))  # noqa: S311 - not for secrets
    remarks.append(f"{DOCUMENTS} random documents, SEED={seed}")
    with Gate() as gate:
        second = partial(judge_stacks, gate)
        cases = (case(bases, seed, number) for number in range(DOCUMENTS))
        found = [difference for _, batch in differences(second, cases) for difference in batch]
        shown = "\n".join(str(shrunk(second, difference)) for difference in found[:SHOWN])
    clean_for_one = sum(difference.verdicts for difference in found)
    remarks.append(f"a rule of one judge alone: {len(found)}; clean for one judge: {clean_for_one}")
    if clean_for_one or len(found) > MOST_DIFFERENT:
        pytest.fail(f"{len(found)} of {DOCUMENTS} documents, SEED={seed}; of them:\n{shown}", pytrace=False)


def test_a_gap_is_reported_whatever_is_explained(document: dict[str, Any]) -> None:
    """Each rule in turn is taken from one of the judges: the explanations do not cover that up."""
    by_rule = {rule.id: [one for one in VIOLATIONS if one.rule == rule.id] for rule in RULES}
    violations = [one for of_rule in by_rule.values() for one in {*of_rule[:OF_A_RULE], *of_rule[-OF_A_RULE:]}]
    cases = [Case(one.name, one.rule, mutated(document, one), ()) for one in violations]
    with Policies() as policies:
        second = policies.judge({one.name: one.document for one in cases})
    reported = set()
    for one in cases:
        first, verdict = judge(one.document), second[one.name]
        assert isinstance(verdict, list), verdict
        if compared(one, without(one.base, first), verdict) and compared(one, first, without(one.base, verdict)):
            reported.add(one.base)
    assert {rule for rule, of_rule in by_rule.items() if of_rule} - reported == set()


def without(rule: str, findings: Iterable[Found]) -> list[Found]:
    return [finding for finding in findings if finding.rule_id != rule]


def test_a_document_comes_again_from_its_seed_and_number(bases: Bases) -> None:
    assert [case(bases, 7, number).document for number in range(50)] == [
        case(bases, 7, number).document for number in range(50)
    ]


def test_no_case_changes_the_document_that_it_comes_from(bases: Bases, document: dict[str, Any]) -> None:
    whole = [one for one in (case(bases, 7, number) for number in range(200)) if one.base == "the whole stack"]
    assert whole
    assert all(one.before == document for one in whole)
    assert all(one.document != one.before for one in whole)


def test_an_explained_difference_says_why() -> None:
    assert all(len(one.reason.split()) >= 4 for one in DIFFERENCES)
    assert all(len(reason.split()) >= 4 for _, reason in REFUSALS)
