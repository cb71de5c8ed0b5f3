"""Reading Terraform JSON as the rules need it: a literal, UNKNOWN or MISSING; blocks; references.

Terraform accepts several spellings of one thing, and so does this: a block is an object or a list of objects, a flag is
`true` or `"true"`, `null` is an argument left out. A `${…}` expression has no value yet, so it is UNKNOWN.
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

from lib.aspects.expressions import Reference, parse

Attributes = Mapping[str, Any]

# `$${` and `%%{` are Terraform's escapes of the literal characters.
_EXPRESSION = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")
_INSIDE = re.compile(r"(?<!\$)\$\{([^{}]*)\}")


# Digits as everybody reads them: neither 1e3 nor inf.
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")

LONGEST_VALUE = 120  # of what a message quotes


class Absent(Enum):
    """Why there is no literal."""

    UNKNOWN = "unknown"
    MISSING = "missing"


UNKNOWN: Final = Absent.UNKNOWN
MISSING: Final = Absent.MISSING


class _DynamicBlock(dict[str, Any]):
    """The block that a `dynamic` will make, or not: nothing in it is known before the apply."""

    def get(self, _key: object, _default: object = None) -> str:
        return "${dynamic}"


def literal(value: Any) -> Any:
    """The value itself, UNKNOWN for an expression, MISSING for null."""
    if value is None:
        return MISSING
    if isinstance(value, str) and _EXPRESSION.search(value):
        return UNKNOWN
    return value


def expressions(text: str) -> list[str]:
    """What stands in each `${…}` of a text; an expression that has braces of its own is `""`, which nothing knows."""
    found = [inside.strip() for inside in _INSIDE.findall(text)]
    return found + [""] * (len(_EXPRESSION.findall(text)) - len(found))


def flag(value: Any) -> bool | Absent:
    """True and False in each of Terraform's spellings; what is neither is UNKNOWN."""
    value = literal(value)
    if isinstance(value, str):
        value = {"true": True, "false": False}.get(value, UNKNOWN)
    return value if isinstance(value, bool | Absent) else UNKNOWN


def number(value: Any) -> float | Absent:
    """A number, also one in quotes; what is none is UNKNOWN."""
    value = literal(value)
    if isinstance(value, Absent):
        return value
    return float(value) if not isinstance(value, bool) and _NUMBER.fullmatch(str(value)) else UNKNOWN


def format_value(value: Any) -> str:
    """A value as a message quotes it, shortened: `missing`, `not known at synthesis (${…})` or the value as JSON."""
    match literal(value):
        case Absent.MISSING:
            return "missing"
        case Absent.UNKNOWN:
            return f"not known at synthesis ({_shortened(str(value))})"
    return _shortened(json.dumps(value, ensure_ascii=False, default=str))


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def blocks(attributes: Attributes, name: str) -> list[Attributes]:
    """The blocks of that name, `a.b` for those inside others; a `dynamic` one has every argument unknown."""
    head, _, rest = name.partition(".")
    found: list[Attributes] = [attributes] if isinstance(attributes, _DynamicBlock) else _objects(attributes.get(head))
    found += [_DynamicBlock() for dynamic in _objects(attributes.get("dynamic")) if head in dynamic]
    return [inner for block in found for inner in blocks(block, rest)] if rest else found


def _objects(value: Any) -> list[Attributes]:
    """An object, or the objects of a list. What is neither is no block: TAP-DOC-2 and TAP-DOC-5 report it."""
    return [item for item in as_list(value) if isinstance(item, Mapping)]


def as_list(value: Any) -> list[Any]:
    """The items of an argument that is one value or a list of them; none where it is left out."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


# Maps whose keys are the user's own words.
_FREE_FORM = frozenset({"//", "tags", "tags_all", "variables"})


def arguments(attributes: Attributes, prefix: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every argument at every depth, what a `dynamic` would make included: (dotted path, name, value)."""
    for name, value in attributes.items():
        if name in _FREE_FORM:
            continue
        yield prefix + name, name, value
        for block in value if isinstance(value, list) else [value]:
            if isinstance(block, Mapping):
                yield from arguments(block, f"{prefix}{name}.")


def reference(value: Any) -> Reference | None:
    """The one thing that the whole value refers to; None for a literal and for any other expression."""
    match parse(value) if isinstance(value, str) else ():
        case (Reference() as only,):
            return only
    return None


@dataclass(frozen=True)
class Resource:
    """A resource as Terraform will see it. `path` is its construct's, or `{stack}/{type}.{id}` if it says none."""

    type: str
    id: str
    path: str
    attributes: Attributes

    @property
    def address(self) -> str:
        """`aws_kms_key.main`."""
        return f"{self.type}.{self.id}"

    def is_referenced_by(self, value: Any, *by: str) -> bool:
        """Whether the value is a reference to this resource, through one of these attributes."""
        to = reference(value)
        return to is not None and to.address == self.address and to.attribute in by


class StackView:
    """A synthesized stack, `cdk.tf.json` as an object, for rules to ask."""

    def __init__(self, stack_json: Mapping[str, Any]) -> None:
        self._json = stack_json

    @cached_property
    def name(self) -> str:
        """The stack's name, as CDKTF notes it; `stack` in JSON of another origin."""
        for comment in _objects(self._json.get("//")):
            for metadata in _objects(comment.get("metadata")):
                return str(metadata.get("stackName", "stack"))
        return "stack"

    @cached_property
    def suffix(self) -> str | None:
        """The environment suffix: the state's key is `{environment_suffix}/{ns}.tfstate`. None where it is not."""
        for backend in blocks(self._json, "terraform.backend.s3"):
            key = literal(backend.get("key"))
            if isinstance(key, str) and re.fullmatch(r"[^/]+/[^/]+\.tfstate", key):
                return key.partition("/")[0]
        return None

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """Every managed resource, in the order of the JSON."""
        return tuple(self._read("resource"))

    @cached_property
    def data(self) -> tuple[Resource, ...]:
        """Every data source, in the order of the JSON."""
        return tuple(self._read("data"))

    @cached_property
    def sections(self) -> frozenset[str]:
        """The names of the top-level blocks that are there."""
        return frozenset(name for name, content in self._json.items() if content is not None)

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Of every resource, and of every data source with `data.` before it."""
        return frozenset(self._times_declared)

    def times_declared(self, to: Reference) -> int:
        """How often the stack declares what a reference refers to; Terraform refuses more than once."""
        return self._times_declared[to.address]

    @cached_property
    def _times_declared(self) -> Counter[str]:
        return Counter(
            (*(resource.address for resource in self.resources), *(f"data.{source.address}" for source in self.data))
        )

    def section(self, name: str) -> Any:
        """A section of the JSON as it stands: `output`, `locals`."""
        return self._json.get(name)

    def providers(self, name: str) -> list[Attributes]:
        """The configurations of a provider."""
        return blocks(self._json, f"provider.{name}")

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of these types."""
        wanted = frozenset(types)
        return (resource for resource in self.resources if resource.type in wanted)

    def get(self, to: Reference) -> Resource | None:
        """What a reference refers to, if the stack declares it."""
        return (self._data if to.is_data else self._managed).get((to.type, to.id))

    def attached_to(self, resource: Resource, kind: str, argument: str, *by: str) -> list[Resource]:
        """The resources of type `kind` whose `argument` refers to this resource; a literal refers to nothing."""
        return [other for other in self.of(kind) if resource.is_referenced_by(other.attributes.get(argument), *by)]

    def key_complaint(self, value: Any) -> str | None:
        """Why the value is no customer managed key of this stack, as the end of a sentence; None if it is one."""
        to = reference(value)
        if to is None and isinstance(literal(value), str):
            owner = "AWS's own key" if str(value).startswith("alias/aws/") else "a literal, which may be anybody's key"
            return f"is {format_value(value)}, {owner}"
        if to is None:
            return f"is {format_value(value)}"
        if to.type != "aws_kms_key" or to.is_data or to.attribute not in ("arn", "key_id", "id"):
            return f"is {value}, which is no key of this stack"
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
