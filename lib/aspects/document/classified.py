"""TAP-DOC-4 and TAP-DOC-5: every type and every argument is classified in lib/aspects/types/."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from lib.aspects.document.meta_arguments import META_ARGUMENTS
from lib.aspects.expressions import Reference, parse
from lib.aspects.model import ANY_TYPE, StackRule
from lib.aspects.terraform_json import UNKNOWN, Resource, StackView, as_list, format_value, literal, number
from lib.aspects.types import UNCLASSIFIED, Argument, ResourceType, classified
from lib.findings.finding import Severity

HOW_TO_CLASSIFY = "see 'Add a type' in policies/README.md"
SOURCE = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs"


def _types(stack: StackView) -> Iterator[tuple[str, str]]:
    for resource in stack.resources:
        if classified(resource.type) is None:
            yield (
                resource.path,
                f"the type {resource.type} is not classified in lib/aspects/types/; expected a classified type",
            )


TYPES = StackRule(
    id="TAP-DOC-4",
    title="Every resource type is classified",
    why="The rules know what a classified type can expose, keep or grant. They cannot check other types.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 2.2.1", "Well-Architected SEC01-BP08"),
    resource_types=ANY_TYPE,
    waivable=True,
    fix=f"use a classified type, or classify this one: {HOW_TO_CLASSIFY}",
    source=SOURCE,
    check=_types,
)


def violations_of(rule_id: str, stack: StackView) -> Iterator[tuple[str, str]]:
    """Yield (construct path, message) for each argument that violates a classification that names this rule.

    A classification names TAP-DOC-5 unless it names another rule. Arguments of an unclassified type are not checked:
    TAP-DOC-4 reports the type.
    """
    yield from _violations(stack).get(rule_id, ())


@lru_cache(maxsize=1)
def _violations(stack: StackView) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for prefix, resources in (("", stack.resources), ("data.", stack.data)):
        for resource in resources:
            of_type = stack.conventions.classified(prefix + resource.type)
            if of_type is not None:
                arguments = {name: value for name, value in resource.attributes.items() if name not in META_ARGUMENTS}
                for rule_id, message in _below(of_type, arguments, ""):
                    found[rule_id].append((resource.path, message))
    return found


def _below(of_type: ResourceType, arguments: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    yield from _missing(of_type, arguments, prefix)
    for name, value in arguments.items():
        path = f"{prefix}{name}"
        if value is None:
            continue
        if of_type.has_arguments_below(path):
            yield from _block(of_type, path, value)
        elif (argument := of_type.argument(path)) is None:
            yield (
                UNCLASSIFIED,
                f"the argument {path} of {of_type.name} is not classified in lib/aspects/types/; "
                "expected a classified argument",
            )
        else:
            for item in given(value):
                if argument.path == path and isinstance(item, Mapping) and not (argument.is_block and not item):
                    yield UNCLASSIFIED, f"{path} is {format_value(item)}; expected no arguments there"
                elif message := _complaint(argument, item):
                    yield argument.rule, f"{path} is {format_value(item)}; expected {message}"


def _block(of_type: ResourceType, path: str, value: Any) -> Iterator[tuple[str, str]]:
    for block in given(value):
        if isinstance(block, Mapping):
            yield from _below(of_type, block, f"{path}.")
        else:
            yield UNCLASSIFIED, f"{path} is {format_value(block)}; expected a literal block"


def given(value: Any) -> list[Any]:
    """Return the items of an argument; null counts as missing, as in Terraform."""
    return [item for item in as_list(value) if item is not None]


def _missing(of_type: ResourceType, arguments: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for path, argument in of_type.arguments.items():
        block, _, name = path.rpartition(".")
        if argument.required and (f"{block}." if block else "") == prefix and arguments.get(name) in (None, []):
            yield argument.rule, f"{path} is missing; expected {_expected(argument)}"


def _complaint(argument: Argument, value: Any) -> str | None:
    """Return a description of the expected value; None if the classification allows the given value."""
    if argument.is_block:
        return None if isinstance(value, Mapping) else "a block"
    if not (argument.only or argument.refers_to or argument.is_bounded):
        return None
    known = number(value)
    good = (
        any(_is_same(value, allowed) for allowed in argument.only)
        or (bool(argument.refers_to) and _refers_to(value, argument.refers_to))
        or (argument.is_bounded and isinstance(known, float) and _within(known, argument))
    )
    return None if good else _expected(argument)


def _expected(argument: Argument) -> str:
    expected = [format_value(value) for value in argument.only]
    if argument.refers_to:
        expected.append(f"a reference to {' or '.join(argument.refers_to)} of this stack")
    if argument.is_bounded:
        least = "" if argument.minimum is None else f" from {argument.minimum:g}"
        most = "" if argument.maximum is None else f" to {argument.maximum:g}"
        expected.append(f"a number{least}{most}")
    return " or ".join(expected) or "a value"


def _within(value: float, argument: Argument) -> bool:
    return (argument.minimum is None or value >= argument.minimum) and (
        argument.maximum is None or value <= argument.maximum
    )


def _refers_to(value: Any, types: tuple[str, ...]) -> bool:
    parts = parse(value) if isinstance(value, str) else ()
    if len(parts) != 1 or not isinstance(parts[0], Reference):
        return False
    return not parts[0].is_data and parts[0].type in types  # TAP-DOC-2 checks whether it is declared


def _is_same(value: Any, allowed: Any) -> bool:
    """Return True if two values are equal for Terraform: true equals "true", and 5 equals "5"."""
    if literal(value) is UNKNOWN or isinstance(value, Mapping | list):
        return False
    return _spelling(value) == _spelling(allowed)


def _spelling(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _arguments(stack: StackView) -> Iterator[tuple[str, str]]:
    yield from violations_of(UNCLASSIFIED, stack)


ARGUMENTS = StackRule(
    id=UNCLASSIFIED,
    title="Every argument is classified, and has a value that the classification allows",
    why="An unknown argument can publish a resource, grant access, or prevent its destruction.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 2.2.1", "Well-Architected SEC01-BP08"),
    resource_types=ANY_TYPE,
    waivable=False,
    fix=f"remove the argument, use an allowed value, or classify it: {HOW_TO_CLASSIFY}",
    source=SOURCE,
    check=_arguments,
)


def holds_data(resource: Resource) -> bool:
    """Return True if a resource's type holds data. An unclassified type counts as holding data."""
    of_type = classified(resource.type)
    return of_type is None or of_type.holds_data
