"""Stacks that none of our code wrote, of types that ours does not have: both judges name each fault, and no more."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lib.aspects.judge import judge
from lib.environments import ROOT

FOREIGN = Path(__file__).parent / "foreign"
OURS = re.compile(r"TAP-(ENC|DEL|NAME|TAG)-\d+")

CLUSTER, FILES = "aws_rds_cluster.orders", "aws_efs_file_system.uploads"
STREAM, SECRET = "aws_kinesis_stream.events", "aws_secretsmanager_secret.card"
FAULTS = {
    ("TAP-ENC-9", CLUSTER),  # not encrypted
    ("TAP-DEL-1", CLUSTER),  # deletion protection
    ("TAP-DEL-3", CLUSTER),  # a final snapshot
    ("TAP-NAME-1", CLUSTER),
    ("TAP-NAME-2", CLUSTER),
    ("TAP-TAG-1", CLUSTER),
    ("TAP-ENC-9", FILES),
    ("TAP-NAME-1", FILES),
    ("TAP-NAME-2", FILES),
    ("TAP-TAG-1", FILES),
    ("TAP-ENC-9", STREAM),  # AWS's own key
    ("TAP-NAME-1", STREAM),
    ("TAP-NAME-2", STREAM),
    ("TAP-TAG-1", STREAM),  # one tag of four
    ("TAP-ENC-9", SECRET),  # somebody's key
    ("TAP-DEL-2", SECRET),
    ("TAP-DEL-6", SECRET),  # thirty days
    ("TAP-NAME-1", SECRET),  # Terraform would complete the name
    ("TAP-TAG-1", SECRET),
}


def gate(directory: Path) -> tuple[int, set[tuple[str, str]]]:
    """`python -m lib.gate`: its exit code, and (rule, resource) of each finding on its standard output."""
    run = subprocess.run([sys.executable, "-m", "lib.gate", directory], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode in (0, 1), run.stdout + run.stderr
    return run.returncode, set(re.findall(r"(TAP-[A-Z]+-\d+) [A-Z]+ \[([^\]]+)\]", run.stdout + run.stderr))


def aspects(directory: Path) -> set[tuple[str, str]]:
    """(rule, resource) of each finding of the first judge."""
    findings = judge(json.loads((directory / "cdk.tf.json").read_text()))
    return {(one.rule_id, one.path.partition("/")[2]) for one in findings}


def ours(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The findings that the faulty stack is there for."""
    return {(rule, path) for rule, path in found if OURS.fullmatch(rule)}


def test_the_gate_names_each_fault() -> None:
    code, found = gate(FOREIGN / "bad")
    assert (code, ours(found)) == (1, FAULTS)


def test_the_aspects_name_each_fault() -> None:
    assert ours(aspects(FOREIGN / "bad")) == FAULTS


@pytest.mark.parametrize("stack", ["good", "network", "events"])
@pytest.mark.parametrize("judged", [lambda directory: gate(directory)[1], aspects], ids=["gate", "aspects"])
def test_resources_that_are_configured_well_have_none(
    judged: Callable[[Path], set[tuple[str, str]]], stack: str
) -> None:
    """Types that a payments team adds next: what holds data, a network with containers, events."""
    assert judged(FOREIGN / stack) == set()
