"""The second judge alone: each violation of the real stack is found by its rule in policies/, by nothing else."""

from __future__ import annotations

import json
from concurrent.futures import Future
from typing import Any

import pytest

from lib.environments import ROOT
from lib.errors import ToolError
from lib.findings.finding import Finding

from .conftest import Rates
from .mutations import HARMLESS, VIOLATIONS, Mutation
from .verdicts import MutationVerdicts

RULES = sorted(path.stem for path in (ROOT / "policies").glob("TAP-*"))
NOTHING = [mutation for mutation in HARMLESS if mutation.name == "harmless-nothing"]
LONG_WINDOW = [one for one in VIOLATIONS if one.name == "TAP-DEL-6-aws_kms_key.deletion_window_in_days-30"]

# The first of these tests waits for the verdicts on all of them.
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="session")
def verdicts(gate_at_work: Future[MutationVerdicts] | None) -> MutationVerdicts:
    """What the gate finds in each collected mutation."""
    return gate_at_work.result() if gate_at_work else MutationVerdicts({}, {})


def found_in(verdicts: MutationVerdicts, mutation: Mutation) -> list[Finding]:
    """What the gate finds in one; it may not refuse to judge it."""
    verdict = verdicts.of[mutation.name]
    if isinstance(verdict, ToolError):
        raise AssertionError(f"the gate refused to judge it: {verdict}")
    return verdict


@pytest.mark.parametrize("mutation", VIOLATIONS, ids=lambda mutation: mutation.name)
def test_a_violation_is_found(verdicts: MutationVerdicts, rates: Rates, mutation: Mutation) -> None:
    verdict = verdicts.of[mutation.name]
    rules = set() if isinstance(verdict, ToolError) else {finding.rule_id for finding in verdict}
    rates.note("Checkov with policies/ alone", mutation.is_found_in(rules))
    rates.note("Checkov's own checks alone", any(rule.startswith("CKV") for rule in rules))
    assert mutation.is_found_in(rules), rules or verdict


@pytest.mark.parametrize("mutation", HARMLESS, ids=lambda mutation: mutation.name)
def test_a_harmless_variation_passes(verdicts: MutationVerdicts, mutation: Mutation) -> None:
    """Checkov's own checks may mind the added resource; our rules may not."""
    ours = [finding for finding in found_in(verdicts, mutation) if finding.rule_id.startswith("TAP-")]
    assert [str(finding) for finding in ours if finding.rule_id not in mutation.waived] == []


def test_what_is_found_in_a_slice_was_not_there_before(verdicts: MutationVerdicts) -> None:
    assert {number: verdict for number, verdict in verdicts.slices.items() if verdict != []} == {}


@pytest.mark.parametrize("mutation", NOTHING, ids=["shipped"])
def test_the_stack_itself_is_clean(verdicts: MutationVerdicts, mutation: Mutation) -> None:
    assert found_in(verdicts, mutation) == []


# TAP-ENC-10 is about the catalogue itself: no stack can violate it while the catalogue is right.
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "TAP-ENC-10"])
def test_every_rule_has_violations(rule: str) -> None:
    assert len([mutation for mutation in VIOLATIONS if mutation.rule == rule]) >= 3


def test_every_violation_is_of_a_rule() -> None:
    assert {mutation.rule for mutation in VIOLATIONS} <= set(RULES)


def test_names_of_mutations_are_unique() -> None:
    names = [mutation.name for mutation in (*VIOLATIONS, *HARMLESS)]
    assert [name for name in names if names.count(name) > 1] == []


@pytest.mark.parametrize("mutation", LONG_WINDOW, ids=["long window"])
def test_a_finding_says_where_and_how(verdicts: MutationVerdicts, document: dict[str, Any], mutation: Mutation) -> None:
    """Construct path, file, line, and the way out of policies/."""
    (finding,) = found_in(verdicts, mutation)
    text = (json.dumps(document, indent=2)).splitlines()
    assert text[finding.line - 1].strip().startswith('"encryption_key')
    assert str(finding) == (
        "TAP-DEL-6 MEDIUM [TapStackdev/encryption/key] Waiting periods before deletion are AWS's shortest: "
        "deletion_window_in_days is 30 "
        f"({finding.file}:{finding.line}). "
        "Fix: set deletion_window_in_days to 7 on a key, and recovery_window_in_days to 0 on a secret"
    )
