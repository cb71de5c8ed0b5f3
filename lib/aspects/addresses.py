"""Whether an address (an ARN, an id, a name, a URL) leads to a resource that this stack declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lib.aspects.expressions import Part, Reference, Unsupported, parse
from lib.aspects.naming import naming_argument
from lib.aspects.terraform_json import Resource, StackView

# Attributes by which AWS finds a resource. AWS sets them itself, or they are the resource's name.
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
# What may stand before the reference: how Athena and SageMaker name a place in a bucket, API Gateway an integration.
_SCHEMES = ("s3://", "integrations/")


def addressed(stack: StackView, value: Any) -> Resource | None:
    """The resource that an address leads to, or to something beneath it (`…/prefix`, `…:alias`).

    None for a literal, for what the stack does not declare, and for a reference to free text, as a display name is.
    """
    parts = parse(value) if isinstance(value, str) else ()
    match parts[1:] if parts and parts[0] in _SCHEMES else parts:
        case (Reference() as to, *rest) if _is_beneath(rest):
            return owned(stack, to)
    return None


def owned(stack: StackView, to: Reference) -> Resource | None:
    """The declared resource that a reference leads to, by an attribute that says where it is."""
    resource = None if to.is_data else stack.get(to)
    if resource is None or to.attribute not in ADDRESSES:
        return None
    is_given = to.attribute in resource.attributes and to.attribute != naming_argument(resource.type)
    return None if is_given else resource


def is_this_account(value: Any) -> bool:
    """Whether the value is the number of the account that the stack is deployed to."""
    return shape(value, surroundings) == "{account}"


def shape(value: Any, name: Callable[[Reference], str | None]) -> str | None:
    """A text with the name of each reference in its place, in braces: `com.amazonaws.{region}.s3`.

    None for what is no text, has braces of its own, or a reference or expression that has no name.
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
    """What a reference says of where the stack is deployed: account, partition or region; None for any other."""
    return _SURROUNDINGS.get((to.type, to.attribute)) if to.is_data else None


def _is_beneath(rest: list[Part]) -> bool:
    """Whether what follows an address separates itself from it: `arn:…:table/a` and `…b` is another table."""
    if not rest:
        return True
    return isinstance(rest[0], str) and rest[0][0] in "/:" and not any(isinstance(part, Unsupported) for part in rest)
