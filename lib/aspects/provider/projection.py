"""Extracts facts from the provider's schema, as a pure function of `terraform providers schema -json`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lib.aspects.provider.arguments import resource_schemas, walk

VERSION = "5.100.0"

# Meaning -> words in an argument's path, including the names of its blocks.
PATTERNS = {
    "encrypts": re.compile(r"kms|encrypt|cmk|(^|[._])sse_"),
    # Without such an argument, AWS takes a final snapshot or backup when the resource is deleted.
    "snapshots": re.compile(r"(^|[.])skip_final_(backup|snapshot)$"),
    # Without such an argument, the deletion takes effect weeks later.
    "waits": re.compile(r"(deletion|recovery)_window_in_days$|permanent_deletion_time_in_days$"),
}


def facts(schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return type -> {"name": argument or None, "tags": bool, and for each key of PATTERNS the matching paths}.

    `schema` is Terraform's whole output. Paths are dotted through nested blocks and objects, without `timeouts` and
    arguments that only AWS sets.
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
    """Return the naming argument, for example `cluster_identifier` of aws_rds_cluster; None if there is none."""
    words = type_.removeprefix("aws_").split("_")
    own = ("_".join(words[start:]) for start in range(len(words)))
    candidates = [f"{word}_{ending}" for word in own for ending in ("name", "identifier")]
    for argument in (*candidates, "name", "identifier", "creation_token"):
        attribute = attributes.get(argument)
        if attribute and attribute.get("type") == "string" and (attribute.get("optional") or attribute.get("required")):
            return argument
    return None
