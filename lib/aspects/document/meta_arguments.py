"""TAP-DOC-3: a meta-argument must not change which resources Terraform creates, or with which values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lib.aspects.model import ANY_TYPE, StackRule
from lib.aspects.terraform_json import Resource, StackView, flag, format_value
from lib.findings.finding import Severity

# Terraform's meta-arguments; all others are the provider's arguments.
META_ARGUMENTS = frozenset(
    {
        *("//", "connection", "count", "depends_on", "dynamic", "for_each", "lifecycle", "provider", "provisioner"),
        "timeouts",
    }
)
HARMLESS = frozenset({"//", "timeouts"})


def _meta_arguments(stack: StackView) -> Iterator[tuple[str, str]]:
    for resource in (*stack.resources, *stack.data):
        for name in sorted(META_ARGUMENTS - HARMLESS):
            if resource.attributes.get(name) is not None:
                for message in _check(stack, resource, name, resource.attributes[name]):
                    yield resource.path, message
        for path in _nested(resource.attributes):
            yield resource.path, f"{path} creates blocks at plan time; expected literal blocks"


def _check(stack: StackView, resource: Resource, name: str, value: Any) -> Iterator[str]:
    match name:
        case "depends_on":
            for item in value if isinstance(value, list) else [value]:
                if item not in stack.addresses:
                    yield f"depends_on has {format_value(item)}; expected the address of a resource of this stack"
        case "lifecycle":
            for block in value if isinstance(value, list) else [value]:
                yield from _lifecycle(block)
        case "provider":
            if value != "aws":
                yield f"provider is {format_value(value)}; expected none, or aws"
        case "dynamic":
            yield f"dynamic creates blocks of {resource.type} at plan time; expected literal blocks"
        case _:
            yield f"{name} is {format_value(value)}; expected no {name}"


def _lifecycle(block: Any) -> Iterator[str]:
    if not isinstance(block, Mapping):
        yield f"lifecycle is {format_value(block)}; expected a block"
        return
    for name, value in block.items():
        if name == "create_before_destroy":
            if value is not None and not isinstance(flag(value), bool):
                yield f"lifecycle.create_before_destroy is {format_value(value)}; expected true or false"
        elif name != "//" and value is not None:
            yield f"lifecycle.{name} is {format_value(value)}; expected no lifecycle.{name}"


def _nested(value: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of `dynamic` blocks inside other blocks."""
    if isinstance(value, list):
        for item in value:
            yield from _nested(item, path)
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if name == "dynamic" and path and inner is not None:
                yield f"{path}.dynamic"
            elif path or name not in META_ARGUMENTS:
                yield from _nested(inner, f"{path}.{name}".lstrip("."))


META = StackRule(
    id="TAP-DOC-3",
    title="Of Terraform's meta-arguments only depends_on and create_before_destroy are used",
    why="With `count = 0` a bucket's encryption is in the JSON but is not created. "
    "A provisioner runs programs. `ignore_changes` hides manual changes.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 6.2.4", "Well-Architected SEC01-BP06"),
    resource_types=ANY_TYPE,
    waivable=False,
    fix="remove the meta-argument; use Python's loops and conditions, which run before synthesis",
    source="https://developer.hashicorp.com/terraform/language/meta-arguments",
    check=_meta_arguments,
)
