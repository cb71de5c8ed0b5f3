"""Finds the resource of this stack that an ARN, id, name or URL identifies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lib.aspects.expressions import Part, Reference, Unsupported, parse
from lib.aspects.naming import naming_argument
from lib.aspects.terraform_json import Resource, StackView

# Attributes by which AWS identifies a resource: AWS sets them, or they are the resource's name.
ADDRESSES = frozenset(
    {
        "api_endpoint",
        "arn",
        "bucket",
        "dns_name",
        "endpoint",
        "execution_arn",
        "function_name",
        "id",
        "invoke_arn",
        "invoke_url",
        "key_id",
        "name",
        "qualified_arn",
        "qualified_invoke_arn",
        "repository_url",
        "stream_arn",
        "url",
    }
)
_SURROUNDINGS = {
    ("aws_caller_identity", "account_id"): "account",
    ("aws_partition", "partition"): "partition",
    ("aws_region", "id"): "region",
    ("aws_region", "name"): "region",
}
# Allowed text before a reference: prefixes that Athena, SageMaker and API Gateway use.
_SCHEMES = ("s3://", "integrations/")


def addressed(stack: StackView, value: Any) -> Resource | None:
    """Return the resource that an address identifies. A path may follow the address (`…/prefix`, `…:alias`).

    Return None for a literal, for a resource that the stack does not declare, and for an attribute that is free text.
    """
    parts = parse(value) if isinstance(value, str) else ()
    match parts[1:] if parts and parts[0] in _SCHEMES else parts:
        case (Reference() as to, *rest) if _is_beneath(rest):
            return owned(stack, to)
    return None


def owned(stack: StackView, to: Reference) -> Resource | None:
    """Return the declared resource to which a reference leads; None if the attribute does not identify a resource."""
    resource = None if to.is_data else stack.get(to)
    if resource is None or to.attribute not in ADDRESSES:
        return None
    is_given = to.attribute in resource.attributes and to.attribute != naming_argument(resource.type)
    return None if is_given else resource


def is_this_account(value: Any) -> bool:
    """Return True if the value is a reference to the id of the stack's AWS account."""
    return shape(value, surroundings) == "{account}"


def shape(value: Any, name: Callable[[Reference], str | None]) -> str | None:
    """Return a string with each reference replaced by `name(reference)` in braces: `com.amazonaws.{region}.s3`.

    Return None if the value is not a string, contains braces or an expression, or if `name` returns None.
    """
    found = ""
    for part in parse(value) if isinstance(value, str) else (Unsupported(""),):
        if isinstance(part, str):
            if set(part) & set("{}"):
                return None
            found += part
        elif isinstance(part, Unsupported) or (named := name(part)) is None:
            return None
        else:
            found += f"{{{named}}}"
    return found


def surroundings(to: Reference) -> str | None:
    """Return `account`, `partition` or `region` if a reference is to that data source of the stack; else None."""
    return _SURROUNDINGS.get((to.type, to.attribute)) if to.is_data else None


def _is_beneath(rest: list[Part]) -> bool:
    """Return True if the text after an address begins with `/` or `:`. Other text would be part of the last name."""
    if not rest:
        return True
    return isinstance(rest[0], str) and rest[0][0] in "/:" and not any(isinstance(part, Unsupported) for part in rest)
