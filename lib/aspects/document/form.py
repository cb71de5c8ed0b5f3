"""Checks the form of a document: Terraform accepts several forms of the same block, and the rules read only one.

Terraform accepts a list of objects for an object at every level, and lists within lists (measured with 1.11.4). So
the rules would not see the queue in `"aws_sqs_queue": {"orders": [[{…}]]}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lib.aspects.terraform_json import StackView, format_value


def check(stack: StackView) -> Iterator[tuple[str, str]]:
    """Yield (stack, message) for each section that is not type -> name -> one object, and each list within a list."""
    for section in ("resource", "data"):
        by_type = stack.section(section)
        if by_type is None:
            continue
        if not isinstance(by_type, Mapping):
            yield stack.name, f"{section} is {format_value(by_type)}; expected an object of types"
            continue
        for type_, by_name in by_type.items():
            if type_ == "//":
                continue
            if not isinstance(by_name, Mapping):
                yield stack.name, f"{section}.{type_} is {format_value(by_name)}; expected an object of names"
                continue
            for name, body in by_name.items():
                if name != "//" and not isinstance(body, Mapping):
                    yield stack.name, f"{section}.{type_}.{name} is {format_value(body)}; expected one object"
    found = [(stack.name, stack.section(name), name) for name in sorted(stack.sections - {"//", "data", "resource"})]
    found += [(resource.path, resource.attributes, resource.address) for resource in (*stack.resources, *stack.data)]
    for path, value, name in found:
        for where in _lists_in_lists(value, name):
            yield path, f"{where} contains a list within a list; expected a list of values or of blocks"


def _lists_in_lists(value: Any, where: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _lists_in_lists(inner, f"{where}.{name}")
    elif isinstance(value, list):
        if any(isinstance(item, list) for item in value):
            yield where
        for item in value:
            yield from _lists_in_lists(item, where)
