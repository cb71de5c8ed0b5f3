"""Converts grants to IAM policy documents: one statement for each set of resources and condition."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from lib.access.grants import Grant

# Characters of a managed policy without white space:
# docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LARGEST = 6144
# The default quota of managed policies for a role, from the page above.
MOST = 10
VERSION = "2012-10-17"

Statement = dict[str, Any]
Document = dict[str, Any]


def documents(grants: Iterable[Grant], longest: Mapping[str, str]) -> list[Document]:
    """Return documents that fit into LARGEST with the longest value of each parameter (`longest`)."""
    packed: list[list[Statement]] = []
    for statement in sorted(statements(grants), key=lambda statement: -size([statement], longest)):
        place = next((policy for policy in packed if size([*policy, statement], longest) <= LARGEST), None)
        if place is None:
            packed.append(place := [])
        place.append(statement)
    return [{"Version": VERSION, "Statement": sorted(policy, key=_order)} for policy in packed]


def statements(grants: Iterable[Grant]) -> list[Statement]:
    """Return one statement for all grants with the same resources and condition."""
    groups: dict[str, tuple[Grant, set[str]]] = {}
    for grant in grants:
        key = json.dumps([sorted(grant.resources), grant.condition], sort_keys=True)
        groups.setdefault(key, (grant, set()))[1].add(grant.action)
    return [_statement(grant, sorted(actions)) for grant, actions in groups.values()]


def size(policy: Sequence[Statement], longest: Mapping[str, str]) -> int:
    """Return the number of characters of a policy with the longest parameters, without white space."""
    text = json.dumps({"Version": VERSION, "Statement": policy}, separators=(",", ":"))
    for name, value in longest.items():
        text = text.replace(f"${{{name}}}", value)
    return len(text)


def _statement(grant: Grant, actions: list[str]) -> Statement:
    condition = {"Condition": grant.condition} if grant.condition else {}
    return {"Effect": "Allow", "Action": actions, "Resource": sorted(grant.resources), **condition}


def _order(statement: Statement) -> tuple[str, str]:
    return statement["Action"][0], statement["Resource"][0]
