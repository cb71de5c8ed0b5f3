"""The second judge alone: each violation of the real stack is found by its rule in policies/, by nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import pytest

from lib.environments import ROOT, ToolError
from lib.gate import GateFinding

from .conftest import Rates
from .mutations import HARMLESS, VIOLATIONS, Mutation
from .stacks import Verdicts, places

RULES = sorted(path.stem for path in (ROOT / "policies").glob("TAP-*"))
NOTHING = [mutation for mutation in HARMLESS if mutation.name == "harmless-nothing"]
LONG_WINDOW = [one for one in VIOLATIONS if one.name == "TAP-DEL-6-aws_kms_key.deletion_window_in_days-30"]

Findings = Callable[[Mutation], list[GateFinding]]


@pytest.fixture(scope="session")
def findings(gate_at_work: Future[Verdicts], collected: list[Mutation]) -> Findings:
    """What the gate finds in a mutation."""
    verdicts, where = gate_at_work.result(), places(collected)

    def of(mutation: Mutation) -> list[GateFinding]:
        place = where[mutation.name]
        verdict = verdicts[place.stack]
        if isinstance(verdict, ToolError):
            pytest.fail(f"the gate refused to judge it: {verdict}")
        return [one for one in verdict if place.resource in ("", one.resource)]

    return of


@pytest.mark.parametrize("mutation", VIOLATIONS, ids=lambda mutation: mutation.name)
def test_a_violation_is_found(findings: Findings, rates: Rates, mutation: Mutation) -> None:
    rules = {finding.rule_id for finding in findings(mutation)}
    rates.note("Checkov with policies/ alone", mutation.is_found_in(rules))
    rates.note("Checkov's own checks alone", any(rule.startswith("CKV") for rule in rules))
    assert mutation.is_found_in(rules), rules


@pytest.mark.parametrize("mutation", HARMLESS, ids=lambda mutation: mutation.name)
def test_a_harmless_variation_passes(findings: Findings, mutation: Mutation) -> None:
    """Checkov's own checks may mind the added resource; our rules may not."""
    found = [one for one in findings(mutation) if one.rule_id.startswith("TAP-") and one.rule_id not in mutation.waived]
    assert [str(finding) for finding in found] == []


@pytest.mark.parametrize("mutation", NOTHING, ids=["shipped"])
def test_the_stack_itself_is_clean(findings: Findings, mutation: Mutation) -> None:
    assert findings(mutation) == []


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_violations(rule: str) -> None:
    assert len([mutation for mutation in VIOLATIONS if mutation.rule == rule]) >= 3


def test_every_violation_is_of_a_rule() -> None:
    assert {mutation.rule for mutation in VIOLATIONS} <= set(RULES)


def test_names_of_mutations_are_unique() -> None:
    names = [mutation.name for mutation in (*VIOLATIONS, *HARMLESS)]
    assert [name for name in names if names.count(name) > 1] == []


@pytest.mark.parametrize("mutation", LONG_WINDOW, ids=["long window"])
def test_a_finding_says_where_and_how(findings: Findings, document: dict[str, Any], mutation: Mutation) -> None:
    """Construct path, file, line, and the way out of policies/."""
    (finding,) = findings(mutation)
    text = (json.dumps(document, indent=2)).splitlines()
    assert text[finding.line - 1].strip().startswith('"encryption_key')
    assert str(finding) == (
        "TAP-DEL-6 MEDIUM [TapStackdev/encryption/key] Waiting periods before deletion are AWS's shortest "
        f"({finding.file}:{finding.line}). "
        "Fix: set deletion_window_in_days to 7, recovery_window_in_days to 0"
    )
