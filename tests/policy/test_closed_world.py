"""What nobody has classified is one finding, which says where to classify it; a type can be waived."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lib.aws import AwsProvider  # noqa: F401  # first: it decides how the bindings are loaded

# isort: split
from cdktf import App, Aspects

from lib.aspects.judge import judge
from lib.aspects.judge_aspect import Judge
from lib.environments import ROOT
from lib.findings import waivers
from lib.gate import Gate, GateReport

from .mutations import Mutation, mutated
from .mutations.mutation import TABLE, attach, put
from .shipped import NAME, stack_of
from .stacks import write_stacks

# Neither says anything that another rule minds.
TYPE = attach(None, "aws_cloudwatch_query_definition", {"name": "query-errors-dev", "query_string": "fields @message"})
ARGUMENT = put(None, TABLE, "no_such_argument", "a")
UNCLASSIFIED = pytest.mark.parametrize(
    ("mutation", "rule"),
    [(TYPE, "TAP-DOC-4"), (ARGUMENT, "TAP-DOC-5")],
    ids=["type", "argument"],
)
ADDED = "aws_cloudwatch_query_definition.added"
TODAY = date(2026, 11, 30)
WAIVER = """
- rule: TAP-DOC-4
  path: aws_cloudwatch_query_definition.added
  reason: the operators' saved query, until it is classified
  owner: payments-platform
  expires: "2027-03-31"
"""


def gate(directory: Path, document: dict[str, Any], waiver: str = "") -> GateReport:
    """The second judge on one stack, with the policies as they are and this waiver."""
    write_stacks(directory / "out", {NAME: document})
    policies = directory / "policies"
    shutil.copytree(ROOT / "policies", policies, ignore=shutil.ignore_patterns("__pycache__"))
    (policies / "waivers.yaml").write_text(waiver)
    shutil.copytree(ROOT / "docs" / "runbooks", directory / "docs" / "runbooks")
    with Gate(policies=policies, today=TODAY) as second:
        return second.judge(directory / "out")


@UNCLASSIFIED
def test_the_aspects_say_where_to_classify_it(document: dict[str, Any], mutation: Mutation, rule: str) -> None:
    (finding,) = judge(mutated(document, mutation))
    assert finding.rule_id == rule
    assert "lib/aspects/" in str(finding)


@UNCLASSIFIED
def test_the_gate_says_where_to_classify_it(
    tmp_path: Path, document: dict[str, Any], mutation: Mutation, rule: str
) -> None:
    (finding,) = gate(tmp_path, mutated(document, mutation)).findings
    assert finding.rule_id == rule
    assert "policies/" in str(finding)


def test_a_waived_type_passes_the_aspects(tmp_path: Path, document: dict[str, Any]) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(WAIVER)
    app = App(outdir=str(tmp_path / "out"))
    stack = stack_of(app, mutated(document, TYPE))
    first = Judge(stack, waivers=waivers.read(file), today=TODAY)
    Aspects.of(stack).add(first)
    app.synth()
    assert [finding.rule_id for finding, _ in first.waived] == ["TAP-DOC-4"]
    assert (first.findings, first.complaints) == ((), ())


def test_a_waived_type_passes_the_gate(tmp_path: Path, document: dict[str, Any]) -> None:
    report = gate(tmp_path, mutated(document, TYPE), WAIVER)
    assert [finding.resource for finding, _ in report.waived] == [ADDED]
    assert report.passed


def test_other_rules_still_mind_a_waived_type(tmp_path: Path, document: dict[str, Any]) -> None:
    changed = mutated(document, TYPE)
    changed["resource"]["aws_cloudwatch_query_definition"]["added"]["count"] = 0
    report = gate(tmp_path, changed, WAIVER)
    assert {finding.rule_id for finding in report.findings} == {"TAP-DOC-3"}
