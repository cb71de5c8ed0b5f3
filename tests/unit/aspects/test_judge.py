"""The verdict: order, wording, and rules that fail themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from lib.aspects.catalogue import RULES
from lib.aspects.judge import judge
from lib.aspects.model import ANY_TYPE, ResourceRule, StackRule
from lib.aspects.terraform_json import StackView
from lib.findings.finding import Finding, Severity

from .conftest import FAMILIES

WORDS: dict[str, Any] = {
    "title": "t",
    "why": "w",
    "controls": ("c",),
    "resource_types": ("aws_sns_topic",),
    "waivable": True,
    "fix": "mend it",
    "source": "https://docs.aws.amazon.com/",
}


def test_a_finding_is_one_line() -> None:
    finding = Finding("TAP-X-1", Severity.HIGH, "Stack/a", "name is\n missing", "name it")
    assert str(finding) == "TAP-X-1 HIGH [Stack/a] name is missing. Fix: name it"


def test_the_example_of_the_design(good: dict[str, Any]) -> None:
    table = good["resource"]["aws_dynamodb_table"]["ledger"]
    del table["server_side_encryption"]
    table["//"] = {"metadata": {"path": "TapStackdev/ledger/transactions"}}
    (finding,) = judge(good, FAMILIES)
    assert str(finding).startswith(
        "TAP-ENC-1 CRITICAL [TapStackdev/ledger/transactions] server_side_encryption is missing; "
        "expected enabled with a customer managed key. Fix: set server_side_encryption"
    )


def test_severities_compare() -> None:
    assert Severity.LOW < Severity.MEDIUM < Severity.HIGH < Severity.CRITICAL


def test_by_construct_then_most_severe_first(good: dict[str, Any]) -> None:
    good["resource"]["aws_sns_topic"]["alerts"] = {"name": "x"}
    good["resource"]["aws_dynamodb_table"]["ledger"]["tags"] = None
    assert [(finding.path, finding.rule_id) for finding in judge(good, FAMILIES)] == [
        ("TapStackdev/aws_dynamodb_table.ledger", "TAP-TAG-1"),
        ("TapStackdev/aws_sns_topic.alerts", "TAP-ENC-3"),
        ("TapStackdev/aws_sns_topic.alerts", "TAP-NAME-1"),
        ("TapStackdev/aws_sns_topic.alerts", "TAP-TAG-1"),
        ("TapStackdev/aws_sns_topic.alerts", "TAP-NAME-2"),
    ]


def raises(*_: object) -> Iterable[Any]:
    raise KeyError("oops")


def raises_late(*_: object) -> Iterable[Any]:
    yield from ()
    raise KeyError("oops")


def answers_nothing(*_: object) -> Any:
    return None


@pytest.mark.parametrize("check", [raises, raises_late, answers_nothing])
def test_a_resource_rule_that_fails_is_a_finding_on_that_resource(good: dict[str, Any], check: Any) -> None:
    rule = ResourceRule(id="TAP-X-1", severity=Severity.LOW, check=check, **WORDS)
    (finding,) = judge(good, [rule])
    assert (finding.rule_id, finding.path) == ("TAP-X-1", "TapStackdev/aws_sns_topic.alerts")
    assert finding.message.startswith("the rule itself failed with ")


@pytest.mark.parametrize("check", [raises, raises_late, answers_nothing])
def test_a_stack_rule_that_fails_is_a_finding_on_the_stack(good: dict[str, Any], check: Any) -> None:
    rule = StackRule(id="TAP-X-1", severity=Severity.LOW, check=check, **WORDS)
    (finding,) = judge(good, [rule])
    assert (finding.rule_id, finding.path) == ("TAP-X-1", "TapStackdev")


def test_what_a_rule_found_before_it_failed_stays(good: dict[str, Any]) -> None:
    def check(stack: StackView) -> Iterable[tuple[str, str]]:
        yield stack.name, "first"
        raise KeyError("oops")

    found = judge(good, [StackRule(id="TAP-X-1", severity=Severity.LOW, check=check, **WORDS)])
    assert sorted(finding.message for finding in found) == [
        "first",
        "the rule itself failed with KeyError('oops'); report this as a defect of the rule",
    ]


@pytest.mark.parametrize("nothing", [{}, {"resource": {}}, {"resource": None}, {"//": None, "resource": []}])
def test_a_stack_without_resources_lacks_only_its_suffix(nothing: dict[str, Any]) -> None:
    assert [finding.rule_id for finding in judge(nothing, FAMILIES)] == ["TAP-NAME-1"]


@pytest.mark.parametrize("body", [{"tags": 7, "name": [], "dynamic": 3, "lifecycle": "x"}, {"rule": "a", "replica": 1}])
@pytest.mark.parametrize("type_", sorted({t for rule in RULES if rule.resource_types != ANY_TYPE
                                          for t in rule.resource_types if rule.id != "TAP-TAG-1"}))  # fmt: skip
def test_nonsense_breaks_no_rule_itself(good: dict[str, Any], type_: str, body: dict[str, Any]) -> None:
    good["resource"].setdefault(type_, {})["nonsense"] = body
    assert not [finding for finding in judge(good, FAMILIES) if "the rule itself failed" in finding.message]
