"""Converts a policy in IAM's JSON to a block of aws_iam_policy_document, which the rules read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lib.drift.values import parsed

NAMES = {
    "Sid": "sid",
    "Effect": "effect",
    "Action": "actions",
    "NotAction": "not_actions",
    "Resource": "resources",
    "NotResource": "not_resources",
}
LISTS = ("actions", "not_actions", "resources", "not_resources")
PRINCIPALS = {"Principal": "principals", "NotPrincipal": "not_principals"}


def is_policy(value: Any) -> bool:
    """Return whether the value is a JSON string with a policy."""
    content = parsed(value)
    return isinstance(value, str) and isinstance(content, Mapping) and "Statement" in content


def block(policy: Any) -> dict[str, Any]:
    """Return the block for a policy: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html"""
    return {"statement": [_statement(statement) for statement in _listed(parsed(policy).get("Statement"))]}


def _statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in statement.items():
        if name in NAMES:
            found[NAMES[name]] = _listed(value) if NAMES[name] in LISTS else value
        elif name in PRINCIPALS:
            found[PRINCIPALS[name]] = list(_principals(value))
        elif name == "Condition":
            found["condition"] = list(_conditions(value))
        else:
            found[name.lower()] = value  # an unknown argument, which becomes a finding
    return found


def _principals(value: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(value, Mapping):
        yield {"type": "*", "identifiers": _listed(value)}
        return
    for type_, identifiers in value.items():
        yield {"type": type_, "identifiers": _listed(identifiers)}


def _conditions(value: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for test, variables in value.items():
        for variable, values in variables.items():
            yield {"test": test, "variable": variable, "values": [_text(item) for item in _listed(values)]}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
