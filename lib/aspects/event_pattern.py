"""Checks EventBridge event patterns: a pattern that matches every event, or no event, is a finding.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.expressions import Reference, parse
from lib.aspects.strict_json import read_object, shorten
from lib.aspects.terraform_json import reference

# Allowed fields of a pattern. `id` and `time` are missing, because every event has other values; `version`, because it
# is the same for all events.
# https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
FIELDS = ("account", "detail", "detail-type", "region", "resources", "source")
# Required fields: without both, a pattern could match every event on the bus.
NAMES = ("source", "detail-type")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:/()'-]*")
# Fields for the sender's account and region. Their values must be references to the stack's data sources.
SURROUNDINGS = {"account": ("aws_caller_identity", ("account_id",)), "region": ("aws_region", ("name", "id"))}
COMPARISONS = ("equals-ignore-case", "prefix", "suffix")
SCALARS = (str, int, float, bool, type(None))


def check(pattern: Any) -> Iterator[str]:
    """Yield a message for each mistake in the argument event_pattern."""
    try:
        fields = read_object(pattern)
    except ValueError as error:
        yield f"event_pattern {error}; expected an object as JSON"
        return
    for name in sorted(fields.keys() - set(FIELDS)):
        yield f"event_pattern has {shorten(name)}; expected {', '.join(FIELDS)} only"
    for name in NAMES:
        yield from _names(name, fields.get(name))
    for name in SURROUNDINGS:
        if name in fields:
            yield from _surroundings(name, fields[name])
    if "resources" in fields:
        yield from _resources(fields["resources"])
    if "detail" in fields:
        yield from _detail("event_pattern.detail", fields["detail"])


def _names(field: str, names: Any) -> Iterator[str]:
    if not isinstance(names, list) or not names:
        yield f"event_pattern.{field} is {shorten(names)}; expected a list of names, such as {_example(field)}"
        return
    for name in names:
        if not isinstance(name, str) or not NAME.fullmatch(name):
            yield f"event_pattern.{field} has {shorten(name)}; expected names in full, such as {_example(field)}"


def _example(field: str) -> str:
    return {"source": '["aws.s3"]', "detail-type": '["Object Created"]'}[field]


def _surroundings(field: str, values: Any) -> Iterator[str]:
    type_, attributes = SURROUNDINGS[field]
    wanted = [
        to
        for value in (values if isinstance(values, list) else [])
        if (to := reference(value)) and to.is_data and to.type == type_ and to.attribute in attributes
    ]
    if not isinstance(values, list) or len(values) != 1 or not wanted:
        yield f"event_pattern.{field} is {shorten(values)}; expected [${{data.{type_}.….{attributes[0]}}}]"


def _resources(values: Any) -> Iterator[str]:
    if not isinstance(values, list) or not values:
        yield f"event_pattern.resources is {shorten(values)}; expected a list of ARNs"
        return
    for value in values:
        begin = value.get("prefix") if isinstance(value, dict) and value.keys() == {"prefix"} else value
        parts = parse(begin) if isinstance(begin, str) else ()
        if not parts or not isinstance(parts[0], Reference) or parts[0].is_data:
            yield f"event_pattern.resources has {shorten(value)}; expected ARNs of resources of this stack"


def _detail(path: str, value: Any) -> Iterator[str]:
    """Check the pattern of the event's own fields: nested objects with lists of values and comparisons."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            if not name or name.startswith("$"):
                yield f"{path} has {shorten(name)}; expected the name of a field"
            else:
                yield from _detail(f"{path}.{name}", inner)
    elif isinstance(value, list) and value:
        for item in value:
            if not isinstance(item, SCALARS) and not _is_comparison(item):
                yield (
                    f"{path} has {shorten(item)}; expected a value, or one of anything-but, exists (true), "
                    f"{', '.join(COMPARISONS)} with a value"
                )
    else:
        yield f"{path} is {shorten(value)}; expected an object or list that is not empty"


def _is_comparison(item: Any) -> bool:
    """Return True if a pattern's item is a comparison that some events match and others do not."""
    if not isinstance(item, dict) or len(item) != 1:
        return False
    (name, to), *_ = item.items()
    if name == "exists":
        return to is True
    if name == "anything-but":
        others = to if isinstance(to, list) else [to]
        return bool(others) and all(isinstance(other, str | int | float) for other in others)
    return name in COMPARISONS and isinstance(to, str) and bool(to)
