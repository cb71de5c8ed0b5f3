"""From the provider's schema to facts: a pure function of `terraform providers schema -json`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lib.aspects.provider.arguments import resource_schemas, walk

VERSION = "5.100.0"

# Types of these names may hold data: one that has no argument about encryption needs a judgment.
MAY_HOLD_DATA = re.compile(
    r"database|_db_|_db$|cluster|volume|disk|stor|bucket|table|stream|repositor|vault|cache|snapshot|index|domain$|graph|"
    r"ledger|queue|directory|instance|archive|collection|data_set|dataset|lake|secret|parameter$|broker|pool$|share$|"
    r"ami|image|fleet"
)
# Words in an argument's path (a block's name counts for what stands in it), by what they may mean.
PATTERNS = {
    "encrypts": re.compile(r"kms|encrypt|cmk|(^|[._])sse_"),
    "protects": re.compile(r"protection(_enabled)?$|disable_api_|prevent_destroy|transfer_lock"),
    "keeps": re.compile(
        r"(^|[._])(skip_(final|destroy)|final_(snapshot|backup)|retain_|retention_policy|preserve$)|delete_on_term|"
        r"delete_automated|(^|[.])retain|delete_options|delete_volume_options|deletion_policy"
    ),
    "locks": re.compile(r"object_lock|legal_hold|snaplock_|(^|[.])lock_configuration|retention_lock|complete_lock"),
    "forces": re.compile(r"(^|[._])force_(destroy|delete|detach)"),
    "waits": re.compile(r"_window_in_days$|permanent_deletion_time"),
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
