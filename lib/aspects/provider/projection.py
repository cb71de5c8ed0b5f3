"""From the provider's schema to facts: a pure function of `terraform providers schema -json`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lib.aspects.provider.arguments import resource_schemas, walk

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
    return {type_: _of_type(type_, block) for type_, block in resource_schemas(schema).items()}


def _of_type(type_: str, block: Mapping[str, Any]) -> dict[str, Any]:
    paths = sorted(leaf.path.removesuffix(".*") for leaf in walk(block) if leaf.settable and leaf.type != "block")
    found: dict[str, Any] = {
        kind: matching for kind, pattern in PATTERNS.items() if (matching := [p for p in paths if pattern.search(p)])
    }
    if name := _name(type_, block.get("attributes", {})):
        found["name"] = name
    if {"tags", "tags_all"} <= block.get("attributes", {}).keys():
        found["tags"] = True
    return found


def _name(type_: str, attributes: Mapping[str, Any]) -> str | None:
    """`cluster_identifier` of aws_rds_cluster: the type's own last words, else one of the words for a name."""
    words = type_.removeprefix("aws_").split("_")
    own = ("_".join(words[start:]) for start in range(len(words)))
    candidates = [f"{word}_{ending}" for word in own for ending in ("name", "identifier")]
    for argument in (*candidates, "name", "identifier", "creation_token"):
        attribute = attributes.get(argument)
        if attribute and attribute.get("type") == "string" and (attribute.get("optional") or attribute.get("required")):
            return argument
    return None
