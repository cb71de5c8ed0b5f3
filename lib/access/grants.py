"""The deploy role's permissions: each called or documented action with its resources, conditions and reason."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.access import actions as operations
from lib.access.arns import Type
from lib.aspects.provider import actions as reference
from lib.errors import ToolError

HERE = Path(__file__).parent
CALLS_FILE = HERE / "calls.json"
GRANTS_FILE = HERE / "grants.toml"
FUNCTIONS = "${FUNCTIONS}"

Condition = Mapping[str, Mapping[str, Any]]
Arns = Mapping[Type, tuple[str, ...]]


@dataclass(frozen=True)
class Grant:
    """One action on some resources, under an IAM condition ({} for none).

    `reason` is empty for an action that calls.json shows to be needed.
    """

    action: str
    resources: tuple[str, ...]
    condition: Condition
    reason: str


@dataclass(frozen=True)
class Entry:
    """An entry of grants.toml.

    `resources` None stands for the stack's resources of the types that AWS lists for the action.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...] | None
    condition: Condition
    reason: str

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> Entry:
        source = f" ({entry['source']})" if "source" in entry else ""
        resources = tuple(entry["resources"]) if "resources" in entry else None
        return cls(tuple(entry["actions"]), resources, entry.get("condition", {}), entry["reason"] + source)


class Grants:
    """All grants for a stack. `arns`: the ARNs of its named resources."""

    def __init__(self, arns: Arns) -> None:
        tables = tomllib.loads(GRANTS_FILE.read_text())
        self._arns = arns
        self._unnamed = {_type(entry["type"]): entry for entry in tables["type"]}
        self._targets = [Entry.read(entry) for entry in tables["target"]]
        self._documented = [Entry.read(entry) for entry in tables["documented"]]

    @property
    def documented(self) -> frozenset[str]:
        """Return the actions that no call in calls.json shows to be needed, but that AWS's documentation requires."""
        return frozenset(action for entry in self._documented for action in entry.actions)

    def all(self) -> Iterator[Grant]:
        """Yield all grants. Raises ToolError for an action whose resource types the stack does not have."""
        for action in sorted(called_actions()):
            entries = [entry for entry in self._targets if action in entry.actions]
            for entry in entries or [Entry((action,), None, {}, "")]:
                yield from self._of(action, entry)
        for entry in self._documented:
            for action in entry.actions:
                yield from self._of(action, entry)

    def _of(self, action: str, entry: Entry) -> Iterator[Grant]:
        if entry.resources is not None:
            yield Grant(action, entry.resources, self._with_functions(entry.condition), entry.reason)
            return
        found = reference.find(action)
        types = [(action.partition(":")[0], name) for name in found.resource_types] if found else []
        if not types:
            yield Grant(action, ("*",), entry.condition, entry.reason)
            return
        met = False
        for type_ in types:
            if type_ in self._arns:
                met = True
                yield Grant(action, self._arns[type_], entry.condition, entry.reason)
            elif type_ in self._unnamed:
                met = True
                unnamed = self._unnamed[type_]
                condition = {**unnamed["condition"], **entry.condition}
                yield Grant(action, tuple(unnamed["resources"]), condition, entry.reason)
        if not met:
            raise ToolError(
                f"{action} has the resource types {', '.join(name for _, name in types)}, and the stack has none; "
                "name its resources in lib/access/grants.toml"
            )

    def _with_functions(self, condition: Condition) -> Condition:
        """Return the condition with ${FUNCTIONS} replaced by the functions' ARNs."""
        functions = list(self._arns[("lambda", "function")])
        return {
            operator: {key: functions if value == FUNCTIONS else value for key, value in keys.items()}
            for operator, keys in condition.items()
        }


def called_actions() -> dict[str, set[str]]:
    """Return action -> the operations in calls.json that need it."""
    found: dict[str, set[str]] = {}
    for service, names in read_calls().items():
        for name in names:
            for action in operations.of_operation(service, name):
                found.setdefault(action, set()).add(name)
    return found


def read_calls() -> Mapping[str, Sequence[str]]:
    """Return service -> operations, as recorded by tests/integration/test_deploy_role.py."""
    found: Mapping[str, Sequence[str]] = json.loads(CALLS_FILE.read_text())["operations"]
    return found


def _type(text: str) -> Type:
    prefix, _, name = text.partition(":")
    return prefix, name
