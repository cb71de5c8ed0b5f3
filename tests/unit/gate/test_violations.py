"""What a Python policy says of each violation, and of violations outside of resources, reaches the finding."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lib.environments import ROOT
from lib.gate import GateReport

from .conftest import QUEUE, write_stack

POLICY = """
from _stack import StackCheck

class Colours(StackCheck):
    id = "TAP-X-2"
    name = "Everything is green"
    guideline = "set colour to green"

    {body}

check = Colours()
"""
STACK = {
    "resource": {"aws_sqs_queue": {"orders": QUEUE, "more": {**QUEUE, "//": ""}}},
    "data": {"aws_region": {"here": {}}},
}

Judge = Callable[[Path], GateReport]


@pytest.fixture
def found(judge: Judge, policies: Path, tmp_path: Path) -> Callable[[str], list[tuple[str, str, str]]]:
    """(path, resource, message) of what a policy with this body finds in STACK."""
    for shared in ROOT.joinpath("policies").glob("_*"):
        if shared.is_file():
            shutil.copy(shared, policies)
    (policies / "__init__.py").touch()

    def find(body: str) -> list[tuple[str, str, str]]:
        (policies / "TAP-X-2.py").write_text(POLICY.format(body=body))
        findings = judge(write_stack(tmp_path / "judged", STACK)).findings
        return [
            (finding.path, finding.resource, finding.message) for finding in findings if finding.rule_id == "TAP-X-2"
        ]

    return find


def test_a_violation_is_a_finding_that_says_it(found: Callable[[str], list[tuple[str, str, str]]]) -> None:
    """The same one is said once; CDKTF's path is the resource's."""
    body = 'violations = lambda self, resource: [f"{resource.name} is red", "its lid is red", "its lid is red"]'
    assert found(body) == [
        ("aws_sqs_queue.more", "aws_sqs_queue.more", "Everything is green: its lid is red"),
        ("aws_sqs_queue.more", "aws_sqs_queue.more", "Everything is green: more is red"),
        ("stack/orders/queue", "aws_sqs_queue.orders", "Everything is green: its lid is red"),
        ("stack/orders/queue", "aws_sqs_queue.orders", "Everything is green: orders is red"),
    ]


def test_a_violation_outside_of_resources_is_told_once_and_where_it_is(
    found: Callable[[str], list[tuple[str, str, str]]],
) -> None:
    body = """violations = lambda self, resource: ()
    violations_outside = lambda self, stack: [("", "the backend is red"), ("data.aws_region.here", "name is red")]"""
    assert found(body) == [
        ("data.aws_region.here", "data.aws_region.here", "Everything is green: name is red"),
        ("stack", "", "Everything is green: the backend is red"),
    ]


def test_a_policy_without_words_of_its_own_says_its_name(found: Callable[[str], list[tuple[str, str, str]]]) -> None:
    assert found("holds = lambda self, resource: resource.name == 'more'") == [
        ("stack/orders/queue", "aws_sqs_queue.orders", "Everything is green")
    ]


def test_what_a_policy_cannot_judge_is_a_finding(found: Callable[[str], list[tuple[str, str, str]]]) -> None:
    """A value that nobody expected lets nothing pass, and names the resource."""
    ((path, _, message),) = found("violations = lambda self, resource: [] if resource.name == 'more' else 1 / 0")
    assert path == "stack/orders/queue"
    assert message.startswith("Everything is green: this could not be checked (ZeroDivisionError('division by zero'))")
