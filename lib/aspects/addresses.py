"""Whether an address (an ARN, an id, a name, a URL) leads to a resource that this stack declares."""

from __future__ import annotations

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
        "name",
        "qualified_arn",
        "qualified_invoke_arn",
        "repository_url",
        "stream_arn",
        "url",
    }
)
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
    match parse(value) if isinstance(value, str) else ():
        case (Reference(type="aws_caller_identity", attribute="account_id", is_data=True),):
            return True
    return False


def _is_beneath(rest: list[Part]) -> bool:
    """Whether what follows an address separates itself from it: `arn:…:table/a` and `…b` is another table."""
    if not rest:
        return True
    return isinstance(rest[0], str) and rest[0][0] in "/:" and not any(isinstance(part, Unsupported) for part in rest)
