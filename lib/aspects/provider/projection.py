"""From the provider's schema to facts: a pure function of `terraform providers schema -json`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

PROVIDER = "registry.terraform.io/hashicorp/aws"
VERSION = "5.100.0"

# Words in an argument's path (a block's name counts for what stands in it), by what they mean.
PATTERNS = {
    "encrypts": re.compile(r"kms|encrypt|cmk|(^|[._])sse_"),
    # Left out, AWS takes a last snapshot or backup when the resource is deleted.
    "snapshots": re.compile(r"(^|[.])skip_final_(backup|snapshot)$"),
    # Left out, the deletion takes effect weeks later.
    "waits": re.compile(r"(deletion|recovery)_window_in_days$|permanent_deletion_time_in_days$"),
}


def facts(schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Type -> {"name": argument or None, "tags": bool, and for each key of PATTERNS the paths that match}.

    `schema` is the whole answer of Terraform. Paths are dotted through nested blocks and objects; `timeouts` and
    arguments that only AWS can set are left out.
    """
    types = schema["provider_schemas"][PROVIDER]["resource_schemas"]
    return {type_: _of_type(type_, of_type["block"]) for type_, of_type in sorted(types.items())}


def _of_type(type_: str, block: Mapping[str, Any]) -> dict[str, Any]:
    paths = sorted(_paths(block))
    found: dict[str, Any] = {
        kind: matching for kind, pattern in PATTERNS.items() if (matching := [p for p in paths if pattern.search(p)])
    }
    if name := _name(type_, block.get("attributes", {})):
        found["name"] = name
    if {"tags", "tags_all"} <= block.get("attributes", {}).keys():
        found["tags"] = True
    return found


def _paths(block: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for name, attribute in block.get("attributes", {}).items():
        if _settable(attribute):
            yield from _below(attribute, prefix + name)
    for name, nested in block.get("block_types", {}).items():
        if name != "timeouts":
            yield from _paths(nested["block"], f"{prefix}{name}.")


def _below(attribute: Mapping[str, Any], path: str) -> Iterator[str]:
    if "nested_type" in attribute:
        yield from _paths(attribute["nested_type"], f"{path}.")
        return
    type_ = attribute["type"]
    while isinstance(type_, list) and type_[0] in ("list", "set", "map"):
        type_ = type_[1]
    if isinstance(type_, list):
        for name, inner in type_[1].items():
            yield from _below({"type": inner}, f"{path}.{name}")
    else:
        yield path


def _name(type_: str, attributes: Mapping[str, Any]) -> str | None:
    """`cluster_identifier` of aws_rds_cluster: the type's own last words, else one of the words for a name."""
    words = type_.removeprefix("aws_").split("_")
    own = ("_".join(words[start:]) for start in range(len(words)))
    candidates = [f"{word}_{ending}" for word in own for ending in ("name", "identifier")]
    for argument in (*candidates, "name", "identifier", "creation_token"):
        attribute = attributes.get(argument)
        if attribute and attribute.get("type") == "string" and _settable(attribute):
            return argument
    return None


def _settable(attribute: Mapping[str, Any]) -> bool:
    return bool(attribute.get("optional") or attribute.get("required"))
