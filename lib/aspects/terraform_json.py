"""Reads Terraform JSON for the rules: literals, UNKNOWN or MISSING values, blocks, references.

Like Terraform, this file accepts several forms: a block is an object or a list of objects, a flag is `true` or
`"true"`, and `null` is a missing argument. A `${…}` expression has no value before the deployment, so it is UNKNOWN.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Final, Literal

from lib.aspects.conventions import Conventions
from lib.aspects.expressions import Reference, parse
from lib.aspects.payments_conventions import PAYMENTS

Attributes = Mapping[str, Any]

# `$${` and `%%{` are Terraform's escapes of the literal characters.
_EXPRESSION = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")
_INSIDE = re.compile(r"(?<!\$)\$\{([^{}]*)\}")


# Plain digits only: neither 1e3 nor inf.
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

LONGEST_VALUE = 120  # maximum length of a quoted value in a message


class Absent(Enum):
    """The reason why an argument has no literal value."""

    UNKNOWN = "unknown"
    MISSING = "missing"


UNKNOWN: Final = Absent.UNKNOWN
MISSING: Final = Absent.MISSING


class _DynamicBlock(dict[str, Any]):
    """A block that a `dynamic` may create: all of its values are unknown before the apply."""

    def get(self, _key: object, _default: object = None) -> str:
        return "${dynamic}"


def literal(value: Any) -> Any:
    """Return the value itself, UNKNOWN for an expression, MISSING for null."""
    if value is None:
        return MISSING
    if isinstance(value, str) and _EXPRESSION.search(value):
        return UNKNOWN
    return value


def expressions(text: str) -> list[str]:
    """Return the content of each `${…}` in a string; `""`, which matches nothing, for nested braces."""
    found = [inside.strip() for inside in _INSIDE.findall(text)]
    return found + [""] * (len(_EXPRESSION.findall(text)) - len(found))


def flag(value: Any) -> bool | Absent:
    """Return True or False for each form that Terraform accepts; UNKNOWN for anything else."""
    value = literal(value)
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value, UNKNOWN)
    return value if isinstance(value, bool | Absent) else UNKNOWN


def number(value: Any) -> float | Absent:
    """Return a number, also a number in quotes; UNKNOWN for any other value."""
    value = literal(value)
    if isinstance(value, Absent):
        return value
    return float(value) if not isinstance(value, bool) and _NUMBER.fullmatch(str(value)) else UNKNOWN


def format_value(value: Any) -> str:
    """Return a value for messages, shortened: `missing`, `not known at synthesis (${…})` or the value as JSON."""
    match literal(value):
        case Absent.MISSING:
            return "missing"
        case Absent.UNKNOWN:
            return f"not known at synthesis ({_shortened(str(value))})"
    return _shortened(json.dumps(value, ensure_ascii=False, default=str))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def blocks(attributes: Attributes, name: str) -> list[Attributes]:
    """Return the blocks with a name (`a.b` for nested blocks). In a `dynamic` block every argument is unknown."""
    head, _, rest = name.partition(".")
    found: list[Attributes] = [attributes] if isinstance(attributes, _DynamicBlock) else _objects(attributes.get(head))
    found += [_DynamicBlock() for dynamic in _objects(attributes.get("dynamic")) if head in dynamic]
    return [inner for block in found for inner in blocks(block, rest)] if rest else found


def _objects(value: Any) -> list[Attributes]:
    """Return an object, or the objects of a list, as a list. TAP-DOC-2 and TAP-DOC-5 report anything else."""
    return [item for item in as_list(value) if isinstance(item, Mapping)]


def as_list(value: Any) -> list[Any]:
    """Return the items of an argument that is one value or a list; empty if it is missing."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


# Arguments that are maps with free keys.
_FREE_FORM = frozenset({"//", "tags", "tags_all", "variables"})


def arguments(attributes: Attributes, prefix: str = "") -> Iterator[tuple[str, str, Any]]:
    """Yield (dotted path, name, value) of every argument at every depth, including `dynamic` blocks."""
    for name, value in attributes.items():
        if name in _FREE_FORM:
            continue
        yield prefix + name, name, value
        for block in value if isinstance(value, list) else [value]:
            if isinstance(block, Mapping):
                yield from arguments(block, f"{prefix}{name}.")


def reference(value: Any) -> Reference | None:
    """Return the reference if the whole value is a reference; None for any other value."""
    match parse(value) if isinstance(value, str) else ():
        case (Reference() as only,):
            return only
    return None


@dataclass(frozen=True)
class Resource:
    """A resource in the JSON. `path` is its construct path, or `{stack}/{type}.{id}` if the JSON has none."""

    type: str
    id: str
    path: str
    attributes: Attributes

    @property
    def address(self) -> str:
        """`aws_kms_key.main`."""
        return f"{self.type}.{self.id}"

    def is_referenced_by(self, value: Any, *by: str) -> bool:
        """Return True if the value is a reference to one of the attributes `by` of this resource."""
        to = reference(value)
        return to is not None and to.address == self.address and to.attribute in by


class StackView:
    """A synthesized stack (the content of `cdk.tf.json`), as rules read it, with the conventions of its project."""

    def __init__(self, stack_json: Mapping[str, Any], conventions: Conventions = PAYMENTS) -> None:
        self._json = stack_json
        self.conventions = conventions

    @cached_property
    def name(self) -> str:
        """The stack's name as CDKTF records it; `stack` for JSON from other tools."""
        for comment in _objects(self._json.get("//")):
            for metadata in _objects(comment.get("metadata")):
                return str(metadata.get("stackName", "stack"))
        return "stack"

    @cached_property
    def suffix(self) -> str | None:
        """The environment suffix, from the state's path (conventions.state_path); None if the path has another form."""
        of_type = self.conventions.backend
        for backend in blocks(self._json, f"terraform.backend.{of_type.type}"):
            path = literal(backend.get(of_type.path))
            if isinstance(path, str) and (suffix := self.conventions.suffix_of(path)):
                return suffix
        return None

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """All managed resources, in the order of the JSON."""
        return tuple(self._read("resource"))

    @cached_property
    def data(self) -> tuple[Resource, ...]:
        """All data sources, in the order of the JSON."""
        return tuple(self._read("data"))

    @cached_property
    def sections(self) -> frozenset[str]:
        """The names of the top-level blocks in the JSON."""
        return frozenset(name for name, content in self._json.items() if content is not None)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """The addresses of all resources, and of all data sources with `data.`."""
        return frozenset(self._times_declared)

    def times_declared(self, to: Reference) -> int:
        """Return how often the stack declares the target of a reference; Terraform refuses more than once."""
        return self._times_declared[to.address]

    @cached_property
    def _times_declared(self) -> Counter[str]:
        return Counter(
            (*(resource.address for resource in self.resources), *(f"data.{source.address}" for source in self.data))
        )

    def section(self, name: str) -> Any:
        """Return a section of the JSON unchanged, for example `output`."""
        return self._json.get(name)

    def providers(self, name: str) -> list[Attributes]:
        """Return the configurations of a provider."""
        return blocks(self._json, f"provider.{name}")

    def of(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of these types."""
        wanted = frozenset(types)
        return (resource for resource in self.resources if resource.type in wanted)

    def get(self, to: Reference) -> Resource | None:
        """Return the target of a reference if the stack declares it."""
        return (self._data if to.is_data else self._managed).get((to.type, to.id))

    def attached_to(self, resource: Resource, kind: str, argument: str, *by: str) -> list[Resource]:
        """Return the resources of type `kind` whose `argument` is a reference to this resource."""
        return [other for other in self.of(kind) if resource.is_referenced_by(other.attributes.get(argument), *by)]

    def key_complaint(self, value: Any) -> str | None:
        """Return None if the value is a customer managed key of this stack, else the reason why not."""
        to = reference(value)
        if to is None and isinstance(literal(value), str):
            owner = "AWS's own key" if str(value).startswith("alias/aws/") else "a literal, which may be anybody's key"
            return f"is {format_value(value)}, {owner}"
        if to is None:
            return f"is {format_value(value)}"
        if to.type != "aws_kms_key" or to.is_data or to.attribute not in ("arn", "key_id", "id"):
            return f"is {value}, which is not a key of this stack"
        return None if self.get(to) else f"is {value}, a key that the stack does not declare"

    @cached_property
    def _managed(self) -> dict[tuple[str, str], Resource]:
        return {(resource.type, resource.id): resource for resource in self.resources}

    @cached_property
    def _data(self) -> dict[tuple[str, str], Resource]:
        return {(resource.type, resource.id): resource for resource in self.data}

    def _read(self, kind: Literal["resource", "data"]) -> Iterator[Resource]:
        for of_kind in _objects(self._json.get(kind)):
            for type_, of_type in of_kind.items():
                for by_id in _objects(of_type):
                    for id_, body in by_id.items():
                        for attributes in _objects(body):
                            yield Resource(type_, id_, self._path(type_, id_, attributes), attributes)

    def _path(self, type_: str, id_: str, attributes: Attributes) -> str:
        for metadata in blocks(attributes, "//.metadata"):
            if isinstance(metadata.get("path"), str):
                return str(metadata["path"])
        return f"{self.name}/{type_}.{id_}"
