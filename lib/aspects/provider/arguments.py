"""Lists all arguments and attributes of resource types, by dotted path, as pure functions of the provider's schema."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

PROVIDER = "registry.terraform.io/hashicorp/aws"

# Attributes of every resource: `id` cannot be set, although the schema says so, and `tags_all` repeats the tags.
_OF_EVERY_TYPE = frozenset({"id", "tags_all.*"})


@dataclass(frozen=True)
class Argument:
    """One argument, attribute or empty block of a resource type.

    `path` is dotted through blocks, without indices, and ends in `.*` for a map. `type` is Terraform's, for example
    `string`, `list(string)` or `block`. If it is not `settable`, AWS sets it. Write-only arguments are `sensitive`.
    """

    path: str
    type: str
    settable: bool
    required: bool = False
    sensitive: bool = False
    deprecated: bool = False


def resource_schemas(schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return resource type -> its block, from the output of `terraform providers schema -json`."""
    types = schema["provider_schemas"][PROVIDER]["resource_schemas"]
    return {type_: types[type_]["block"] for type_ in sorted(types)}


def data_source_schemas(schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return data source (name with `data.`) -> its block."""
    types = schema["provider_schemas"][PROVIDER]["data_source_schemas"]
    return {f"data.{type_}": types[type_]["block"] for type_ in sorted(types)}


def walk(block: Mapping[str, Any], prefix: str = "", deprecated: bool = False) -> Iterator[Argument]:
    """Yield every argument, attribute and empty block of a type's block at every depth, without `timeouts`."""
    attributes, nested = block.get("attributes", {}), block.get("block_types", {})
    if prefix and not attributes and not nested:
        yield Argument(prefix.removesuffix("."), "block", settable=True, deprecated=deprecated)
    for name, attribute in attributes.items():
        yield from _attribute(attribute, prefix + name)
    for name, of_name in nested.items():
        if name != "timeouts":
            inner = of_name["block"]
            yield from walk(inner, f"{prefix}{name}.", deprecated or bool(inner.get("deprecated")))


def _attribute(attribute: Mapping[str, Any], path: str) -> Iterator[Argument]:
    if "nested_type" in attribute:
        yield from walk(attribute["nested_type"], f"{path}.")
        return
    inner, spelled = attribute["type"], "{}"
    while isinstance(inner, list) and inner[0] != "object":
        path = f"{path}.*" if inner[0] == "map" else path
        spelled = spelled.format("{}" if inner[0] == "map" else f"{inner[0]}({{}})")
        inner = inner[1]
    if isinstance(inner, list):
        for name, type_ in inner[1].items():
            yield from _attribute({**attribute, "type": type_}, f"{path}.{name}")
        return
    yield Argument(
        path,
        spelled.format(inner),
        settable=bool(attribute.get("optional") or attribute.get("required")),
        required=bool(attribute.get("required")),
        sensitive=bool(attribute.get("sensitive") or attribute.get("write_only")),
        deprecated=bool(attribute.get("deprecated")),
    )


def arguments(block: Mapping[str, Any]) -> dict[str, Argument]:
    """Return path -> argument, sorted, without `id` and `tags_all`; a recursive block is shortened to `….*`."""
    found: dict[str, Argument] = {}
    for argument in walk(block):
        path = argument.path if argument.sensitive else _cut_recursion(argument.path)
        if path not in _OF_EVERY_TYPE:
            found[path] = argument if path == argument.path else Argument(path, "a subtree", argument.settable)
    return dict(sorted(found.items()))


def _cut_recursion(path: str) -> str:
    """Shorten a block within a block of the same name, which is recursive (AWS WAF's statements): `….statement.*`."""
    steps = path.split(".")
    for at, step in enumerate(steps[:-1]):
        if step in steps[:at]:
            return ".".join([*steps[: at + 1], "*"])
    return path


def extract(schema: Mapping[str, Any], classified: Collection[str]) -> dict[str, dict[str, list[str]]]:
    """Return type -> {"sensitive", "settable" or "computed": sorted paths}.

    Every type with sensitive arguments has "sensitive"; classified types also have the others. Data sources are
    included only if they are classified.
    """
    found: dict[str, dict[str, list[str]]] = {}
    sources = {type_: block for type_, block in data_source_schemas(schema).items() if type_ in classified}
    for type_, block in {**resource_schemas(schema), **sources}.items():
        of_block = arguments(block).values()
        of_type = {"sensitive": [argument.path for argument in of_block if argument.sensitive]}
        if type_ in classified:
            of_type["settable"] = [argument.path for argument in of_block if argument.settable]
            of_type["computed"] = [argument.path for argument in of_block if not argument.settable]
        if of_type := {kind: paths for kind, paths in of_type.items() if paths}:
            found[type_] = of_type
    return found
