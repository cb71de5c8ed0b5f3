"""Reads actions.jsonl: IAM actions from AWS's service-authorization data.

The file has one line for each service, and only the lines in use are parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ACTIONS_FILE = Path(__file__).parent / "actions.jsonl"
_OPENS = '{"prefix": "'

WRITES = frozenset({"Write", "Tagging", "Permissions management"})


@dataclass(frozen=True)
class Action:
    """An action with its access level, and the resource types to which AWS can limit it."""

    name: str
    level: str
    resource_types: tuple[str, ...]

    @property
    def prefix(self) -> str:
        return self.name.partition(":")[0]


def find(name: str) -> Action | None:
    """Return the action with exactly this spelling, or None. IAM itself ignores the case."""
    return _service(name.partition(":")[0]).get(name)


def matching(pattern: str) -> Iterator[Action]:
    """Yield every action that a pattern matches in IAM: `*` and `?` are wildcards, and the case is ignored."""
    expected = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.IGNORECASE)
    prefix = pattern.partition(":")[0]
    for service in (prefix,) if prefix in _lines() else _lines():
        for name, action in _service(service).items():
            if expected.fullmatch(name):
                yield action


@cache
def _service(prefix: str) -> Mapping[str, Action]:
    line = _lines().get(prefix)
    actions = json.loads(line)["actions"] if line else {}
    return {
        f"{prefix}:{name}": Action(f"{prefix}:{name}", level, tuple(types)) for name, (level, *types) in actions.items()
    }


@cache
def _lines() -> Mapping[str, str]:
    """Return service prefix -> its line of the file."""
    found = {}
    for line in ACTIONS_FILE.read_text().splitlines():
        if line.startswith(_OPENS):
            found[line[len(_OPENS) : line.index('"', len(_OPENS))]] = line
    return found
