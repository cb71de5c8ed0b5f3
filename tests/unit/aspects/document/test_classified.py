"""TAP-DOC-4 and TAP-DOC-5: types and arguments that the catalogue does not have, and values that it does not allow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lib.aspects import types
from lib.aspects.catalogue import RULES
from lib.aspects.judge import judge
from lib.findings.finding import Finding

from .conftest import Changed

QUEUE = "resource.aws_sqs_queue.letters"
STATEMENTS = "data.aws_iam_policy_document.letters.statement"

# One type with each form of classification, so that no test depends on how AWS's types are classified.
EXAMPLE = """
[aws_example]
attributes = { arn = "arn" }

[aws_example.arguments]
algorithm = ["one", 2, true]
"block.days" = { minimum = 1, maximum = 35 }
"block.subnets" = { refers_to = ["aws_sns_topic", "aws_kms_key"] }
"block.on" = { only = [true], required = true, rule = "TAP-NET-4" }
at_least = { minimum = 7 }
choice = { only = ["a"], required = true }
text = "free"
"labels.*" = "free"
policy = "TAP-IAM-4"
"""


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    (tmp_path / "example.toml").write_text(EXAMPLE)
    for file in types.HERE.glob("*.toml"):
        (tmp_path / file.name).write_text(file.read_text())
    caches = (types._texts, types._file_of, types._read)
    for cached in caches:
        cached.cache_clear()
    monkeypatch.setattr(types, "HERE", tmp_path)
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.fixture
def findings(example: None, good: dict[str, Any]) -> Callable[..., list[Finding]]:  # noqa: ARG001
    """Of a resource of the example type with these arguments: what the classification finds."""

    def found(**arguments: Any) -> list[Finding]:
        good["resource"]["aws_example"] = {"a": {"choice": "a", **arguments}}
        rules = [rule for rule in RULES if rule.id in ("TAP-DOC-4", "TAP-DOC-5", "TAP-NET-4", "TAP-IAM-4")]
        return [finding for finding in judge(good, rules) if finding.path.endswith("aws_example.a")]

    return found


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"unheard_of": 1}, "the argument unheard_of of aws_example is not classified"),
        ({"//more": 1}, "the argument //more of aws_example is not classified"),
        ({"block": {"on": True, "unheard_of": 1}}, "the argument block.unheard_of of aws_example is not classified"),
        ({"block": [{"on": True}, {"on": True, "//": 1}]}, "the argument block.// of aws_example is not classified"),
        ({"algorithm": "two"}, 'algorithm is "two"; expected "one" or 2 or true'),
        ({"algorithm": ["one", "two"]}, 'algorithm is "two"; expected "one" or 2 or true'),
        ({"algorithm": "${aws_sns_topic.alerts.arn}"}, "algorithm is not known at synthesis"),
        ({"algorithm": {"one": "one"}}, "algorithm is "),
        ({"block": "${var.block}"}, "block is not known at synthesis (${var.block}); expected a literal block"),
        ({"block": {"on": True, "days": 36}}, "block.days is 36; expected a number from 1 to 35"),
        ({"block": {"on": True, "days": "0"}}, 'block.days is "0"; expected a number from 1 to 35'),
        ({"block": {"on": True, "days": "ever"}}, 'block.days is "ever"; expected a number from 1 to 35'),
        ({"block": {"on": True, "days": True}}, "block.days is true; expected a number from 1 to 35"),
        ({"at_least": 6.9}, "at_least is 6.9; expected a number from 7"),
        ({"block": {"on": True, "subnets": ["a"]}}, 'block.subnets is "a"; expected a reference to aws_sns_topic or'),
        ({"block": {"on": True, "subnets": "${aws_sqs_queue.letters.arn}"}}, "expected a reference to aws_sns_topic"),
        ({"block": {"on": True, "subnets": "x${aws_sns_topic.alerts.arn}"}}, "expected a reference to aws_sns_topic"),
        ({"choice": None}, 'choice is missing; expected "a"'),
        ({"choice": "b"}, 'choice is "b"; expected "a"'),
    ],
)
def test_a_finding_names_the_argument(
    findings: Callable[..., list[Finding]], arguments: dict[str, Any], message: str
) -> None:
    (finding,) = findings(**arguments)
    assert finding.rule_id == "TAP-DOC-5"
    assert message in finding.message


@pytest.mark.parametrize("block", [{}, {"on": False}, {"on": "${var.on}"}, [{"on": True}, {"on": None}]])
def test_a_classification_may_name_another_rule(findings: Callable[..., list[Finding]], block: Any) -> None:
    (finding,) = findings(block=block)
    assert finding.rule_id == "TAP-NET-4"
    assert finding.message.startswith("block.on is ")


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"algorithm": "one"},
        {"algorithm": "2"},
        {"algorithm": ["one", 2.0, "true"]},
        {"block": []},
        {"block": [{"on": "true", "days": "35", "subnets": ["${aws_sns_topic.alerts.arn}", "${aws_kms_key.main.id}"]}]},
        {"text": "anything", "labels": {"any": "value"}, "at_least": 7, "unheard_of": None},
    ],
)
def test_what_the_classification_allows(findings: Callable[..., list[Finding]], arguments: dict[str, Any]) -> None:
    assert findings(**arguments) == []


def test_a_type_that_is_not_classified_is_one_finding(changed: Changed) -> None:
    (finding,) = changed("resource.aws_gamelift_fleet.a", {"name": "a", "whatever": "b"})
    assert finding.rule_id == "TAP-DOC-4"
    assert "the type aws_gamelift_fleet is not classified in lib/aspects/types/" in finding.message


def test_an_argument_that_is_not_classified_is_one_finding(changed: Changed) -> None:
    (finding,) = changed(f"{QUEUE}.unheard_of", True)
    assert finding.rule_id == "TAP-DOC-5"
    assert "lib/aspects/types/" in finding.message


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (STATEMENTS, "${var.statements}"),
        (STATEMENTS, "{}"),
        (f"{STATEMENTS}.0", [{"actions": ["iam:*"]}]),
        (f"{STATEMENTS}.0.condition", "false"),
        (f"{STATEMENTS}.0.principals", 7),
        (f"{STATEMENTS}.0.Resource", ["*"]),
        (f"{STATEMENTS}.0.sid", {}),
        (f"{QUEUE}.delay_seconds", {"a": 1}),
        (f"{QUEUE}.unheard_of", []),
    ],
)
def test_a_value_of_another_form(violated: Callable[..., set[str]], path: str, value: Any) -> None:
    """No other rule reports it, as none reads it."""
    assert "TAP-DOC-5" in violated(path, value)
