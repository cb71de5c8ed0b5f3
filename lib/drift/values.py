"""Compares values of Terraform's state: empty values, unordered lists and JSON strings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Difference:
    """One value that differs, by its dotted path: `point_in_time_recovery.enabled`."""

    path: str
    before: Any
    after: Any


def canonical(value: Any) -> Any:
    """Return a normal form: two values with the same meaning have the same one.

    It leaves out `null`, false, 0 and empty values, because the provider uses any of these for "not set". It sorts
    lists, because most of them are sets. In a policy, `"Action": "x"` becomes `["x"]`.
    """
    value = parsed(value)
    if isinstance(value, Mapping):
        entries = ((name, canonical(inner)) for name, inner in value.items())
        return {name: inner for name, inner in sorted(entries) if inner}
    if isinstance(value, list):
        items = sorted((canonical(item) for item in value), key=json.dumps)
        return items[0] if len(items) == 1 else items
    return value or None


def parsed(value: Any) -> Any:
    """Parse a JSON string; return any other value unchanged."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def is_same(one: Any, other: Any) -> bool:
    return bool((canonical(one) or None) == (canonical(other) or None))


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Yield each value that differs, with the longest possible path."""
    before, after = parsed(before), parsed(after)
    if is_same(before, after):
        return
    if isinstance(before, list) or isinstance(after, list):
        gone, come = _without_common(_listed(before), _listed(after))
        if len(gone) <= 1 and len(come) <= 1:
            yield from differences(gone[0] if gone else None, come[0] if come else None, path)
        else:
            yield Difference(path, gone, come)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted(before.keys() | after.keys()):
            yield from differences(before.get(name), after.get(name), f"{path}.{name}" if path else str(name))
    else:
        yield Difference(path, before, after)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _without_common(before: list[Any], after: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return the items that only one of the lists contains; an item that occurs twice counts twice."""
    come = list(after)
    gone = []
    for item in before:
        same = next((other for other in come if is_same(item, other)), None)
        gone.append(item) if same is None else come.remove(same)
    return gone, come
