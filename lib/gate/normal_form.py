"""A stack as Terraform understands it, in a form that Checkov understands too.

Three things that Terraform's JSON may hold are read wrongly by Checkov, each to the stack's advantage:
- `null` is an argument that is not there, and Checkov takes it for a value;
- one `dynamic` block makes Checkov drop *every* resource of the file from its graph;
- text that looks like a reference (`aws_kms_key.k.arn`, without `${}`) is text, and Checkov takes it for a reference.
"""

from __future__ import annotations

import re
from typing import Any

BARE_REFERENCE = re.compile(r"aws_[a-z0-9_]+\.[\w.\[\]*-]+")
# Here Terraform itself expects references without `${}`.
REFERENCES_STAND_BARE = ("depends_on", "lifecycle", "provider", "//")


def normal_form(document: dict[str, Any]) -> dict[str, Any]:
    """The same document with resources and data sources rewritten; equal to it where there was nothing to rewrite."""
    return {
        kind: {
            block_type: {name: _block(body) if name != "//" else body for name, body in named.items()}
            if block_type != "//"
            else named
            for block_type, named in content.items()
        }
        if kind in ("resource", "data")
        else content
        for kind, content in document.items()
    }


def _block(body: dict[str, Any]) -> dict[str, Any]:
    plain = {
        key: value if key in REFERENCES_STAND_BARE else _value(value)
        for key, value in body.items()
        if key != "dynamic" and value is not None
    }
    for name, dynamic in _dynamic_blocks(body.get("dynamic")):
        # How many there will be, and what stands in them, is unknown. The empty one breaks every rule that asks
        # something of such a block; the content is there for the rules that forbid something.
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
