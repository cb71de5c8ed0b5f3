"""Rewrites a stack into a form that Checkov interprets like Terraform.

Without this, Checkov would miss violations, because it misreads some parts of Terraform's JSON:
- `null` means a missing argument; Checkov treats it as a value.
- After one `dynamic` block, Checkov drops *every* resource of the file from its graph.
- For `count` or `for_each`, Checkov checks only the resources that it expects to be created, which may be none.
- The text `aws_kms_key.k.arn` (without `${}`) is no reference; Checkov treats it as a reference.
Other unexpected blocks make Checkov raise an error and check nothing. Our policies read the original file, so TAP-DOC-1
and TAP-DOC-3 still report the parts that are removed here.
"""

from __future__ import annotations

import re
from typing import Any

BARE_REFERENCE = re.compile(r"aws_[a-z0-9_]+\.[\w.\[\]*-]+")
# Arguments in which Terraform expects references without `${}`.
REFERENCES_STAND_BARE = ("depends_on", "lifecycle", "provider", "//")
META_ARGUMENTS = ("connection", "count", "for_each", "provisioner")


def normal_form(document: dict[str, Any]) -> dict[str, Any]:
    """Return a stack's resources, data sources, providers and settings, rewritten."""
    return {kind: _resources(content) for kind, content in document.items() if kind in ("resource", "data")} | {
        kind: {name: body for name, body in content.items() if _is_block(kind, body)}
        for kind, content in document.items()
        if kind in ("provider", "terraform") and isinstance(content, dict)
    }


def _resources(content: dict[str, Any]) -> dict[str, Any]:
    return {
        block_type: {name: _block(_plain(body)) for name, body in named.items() if name != "//"}
        for block_type, named in content.items()
        if block_type != "//"
    }


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    needed = body.get("depends_on")
    odd = not isinstance(needed, list) or any(not isinstance(address, str) for address in needed)
    return {
        name: value for name, value in body.items() if name not in META_ARGUMENTS and not (name == "depends_on" and odd)
    }


def _is_block(kind: str, body: Any) -> bool:
    """Return True if Checkov can read a block. It accepts a list of blocks only for `provider`."""
    if kind == "provider" and isinstance(body, list):
        return all(isinstance(item, dict) for item in body)
    return isinstance(body, dict)


def _block(body: dict[str, Any]) -> dict[str, Any]:
    plain = {
        key: value if key in REFERENCES_STAND_BARE else _value(value)
        for key, value in body.items()
        if key != "dynamic" and value is not None
    }
    for name, dynamic in _dynamic_blocks(body.get("dynamic")):
        # The number and content of dynamic blocks are unknown. So there is an empty block, which violates every rule
        # that requires an argument, and a block with the content, for rules that forbid one.
        content = _value(dynamic.get("content"))
        plain[name] = [{}, content] if isinstance(content, dict) else [{}]
    return plain


def _dynamic_blocks(dynamic: Any) -> list[tuple[str, dict[str, Any]]]:
    groups = dynamic if isinstance(dynamic, list) else [dynamic]
    return [
        (name, block if isinstance(block, dict) else {})
        for group in groups
        if isinstance(group, dict)
        for name, block in group.items()
    ]


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return _block(value)
    if isinstance(value, list):
        return [_value(item) for item in value if item is not None]
    if isinstance(value, str) and BARE_REFERENCE.fullmatch(value):
        return f"text {value}"
    return value
