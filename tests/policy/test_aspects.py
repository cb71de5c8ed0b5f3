"""The first judge alone: each violation makes the synth of the real stack fail, by its rule and with no Checkov."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from lib.aspects.catalogue import RULES
from lib.aspects.model import Finding
from lib.environments import ROOT
from lib.gate import GateReport

from .all_mutations import HARMLESS, VIOLATIONS
from .conftest import Rates, places, stacks_of
from .mutations import Mutation, mutated


def judged(outdir: Path, document: dict[str, Any], *mutations: Mutation) -> tuple[Finding, ...]:
    """What the aspects find in a synth of the mutated stack.

    The whole document comes in by escape hatches: what is judged is what Terraform would get.
    """
    from lib.aws import AwsProvider  # noqa: F401, I001  # first: it decides how the bindings are loaded
    from cdktf import App, TerraformStack
    from lib.aspects import decorate

    app = App(outdir=str(outdir))
    stack = TerraformStack(app, "TapStackdev")
    for section, content in mutated(document, *mutations).items():
        if section != "//":
            stack.add_override(section, content)
    judge = decorate(stack, {})
    spoken = ""
    try:
        app.synth()
    except RuntimeError as error:
        spoken = str(error)
    assert bool(spoken) == bool(judge.findings), "a synth fails if, and only if, there is a finding"
    assert all(str(finding) in spoken for finding in judge.findings)
    return judge.findings


@pytest.fixture(scope="session")
def found(
    gate_at_work: Future[GateReport],  # noqa: ARG001 - both judges at once take half the time
    document: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
    rates: Rates,
) -> dict[str, set[str]]:
    """Mutation -> the rules that the first judge finds broken."""
    outdir = tmp_path_factory.mktemp("synth")
    of_stack = {
        name: judged(outdir, document, *mutations) for name, mutations in (*stacks_of(VIOLATIONS), *stacks_of(HARMLESS))
    }
    found = {
        name: {
            finding.rule_id
            for finding in of_stack[place.stack]
            if finding.path == f"TapStackdev/{place.resource}" or not place.resource
        }
        for name, place in places().items()
    }
    rates.tell("the aspects alone", [mutation.rule in found[mutation.name] for mutation in VIOLATIONS])
    return found


@pytest.mark.parametrize("mutation", VIOLATIONS, ids=lambda mutation: mutation.name)
def test_a_violation_is_found(found: dict[str, set[str]], mutation: Mutation) -> None:
    assert mutation.rule in found[mutation.name]


@pytest.mark.parametrize("mutation", HARMLESS, ids=lambda mutation: mutation.name)
def test_a_harmless_variation_passes(found: dict[str, set[str]], mutation: Mutation) -> None:
    assert found[mutation.name] == set()


def test_both_judges_have_the_same_rules() -> None:
    assert sorted(rule.id for rule in RULES) == sorted(path.stem for path in (ROOT / "policies").glob("TAP-*"))
