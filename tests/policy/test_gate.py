"""The second judge alone: each violation of the real stack is found by its rule in policies/, by nothing else."""

from __future__ import annotations

import json
from concurrent.futures import Future
from typing import Any

import pytest

from lib.environments import ROOT
from lib.gate import GateFinding, GateReport

from .all_mutations import HARMLESS, VIOLATIONS
from .conftest import Rates, places
from .mutations import Mutation

RULES = sorted(path.stem for path in (ROOT / "policies").glob("TAP-*"))


@pytest.fixture(scope="session")
def findings(gate_at_work: Future[GateReport], rates: Rates) -> dict[str, list[GateFinding]]:
    """Mutation -> what the gate finds."""
    report = gate_at_work.result()
    where = places()
    assert report.stacks == len({place.stack for place in where.values()})
    found = {
        name: [
            finding
            for finding in report.findings
            if finding.file.split("/")[1] == place.stack and place.resource in ("", finding.resource)
        ]
        for name, place in where.items()
    }
    ids = [(mutation.rule, {finding.rule_id for finding in found[mutation.name]}) for mutation in VIOLATIONS]
    rates.tell("Checkov with policies/ alone", [rule in found for rule, found in ids])
    rates.tell("Checkov's own checks alone", [any(name.startswith("CKV") for name in found) for _, found in ids])
    return found


@pytest.mark.parametrize("mutation", VIOLATIONS, ids=lambda mutation: mutation.name)
def test_a_violation_is_found(findings: dict[str, list[GateFinding]], mutation: Mutation) -> None:
    assert mutation.rule in {finding.rule_id for finding in findings[mutation.name]}


@pytest.mark.parametrize("mutation", HARMLESS, ids=lambda mutation: mutation.name)
def test_a_harmless_variation_passes(findings: dict[str, list[GateFinding]], mutation: Mutation) -> None:
    """Checkov's own checks may mind the added resource; our rules may not."""
    assert [str(finding) for finding in findings[mutation.name] if finding.rule_id.startswith("TAP-")] == []


def test_the_stack_itself_is_clean(findings: dict[str, list[GateFinding]]) -> None:
    assert findings["harmless-nothing"] == []


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_violations(rule: str) -> None:
    assert len([mutation for mutation in VIOLATIONS if mutation.rule == rule]) >= 3


def test_every_violation_is_of_a_rule() -> None:
    assert {mutation.rule for mutation in VIOLATIONS} <= set(RULES)


def test_names_of_mutations_are_unique() -> None:
    names = [mutation.name for mutation in (*VIOLATIONS, *HARMLESS)]
    assert [name for name in names if names.count(name) > 1] == []


def test_a_finding_says_where_and_how(findings: dict[str, list[GateFinding]], document: dict[str, Any]) -> None:
    """Construct path, file, line, and the way out of policies/."""
    name = "TAP-DEL-6-aws_kms_key.deletion_window_in_days-30"
    (finding,) = findings[name]
    text = (json.dumps(document, indent=2)).splitlines()
    assert text[finding.line - 1].strip().startswith('"encryption_key')
    assert str(finding) == (
        "TAP-DEL-6 MEDIUM [TapStackdev/encryption/key] Waiting periods before deletion are AWS's shortest "
        f"(stacks/{name}/cdk.tf.json:{finding.line}). "
        "Fix: set deletion_window_in_days to 7, recovery_window_in_days to 0"
    )
