"""Labels of resources in the access matrix. They use names in AWS, so renaming a construct does not change them."""

from __future__ import annotations

from typing import Any

from lib.aspects.expressions import Reference, Unsupported, parse
from lib.aspects.naming import naming_argument
from lib.aspects.terraform_json import Resource, StackView, literal

# Data sources for account, partition and region.
_LOOKED_UP = {
    ("aws_caller_identity", "account_id"): "{account}",
    ("aws_partition", "partition"): "{partition}",
    ("aws_region", "id"): "{region}",
    ("aws_region", "name"): "{region}",
    ("aws_region", "region"): "{region}",
}
UNDECIDED = "undecided"


def label_of(resource: Resource) -> str:
    """Return a label: `aws_sqs_queue sqs-dead-letters-dev`. Without a name, it has the construct path instead."""
    name = literal(resource.attributes.get(naming_argument(resource.type) or "name"))
    return f"{resource.type} {name if isinstance(name, str) else resource.path.partition('/')[2] or resource.path}"


def text_of(stack: StackView, value: Any, *, arns: bool = False) -> str:
    """Return a template as text with labels instead of references: `aws_s3_bucket s3-archive-dev/audit/*`.

    A value that is not in the JSON becomes `undecided (…)`. With `arns`, an attribute that is not an ARN does too.
    """
    if not isinstance(value, str):
        return str(value)
    parts = []
    for part in parse(value):
        match part:
            case Unsupported():
                return f"{UNDECIDED} ({value})"
            case Reference():
                known = _LOOKED_UP.get((part.type, part.attribute)) if part.is_data else _label(stack, part, arns)
                if known is None:
                    return f"{UNDECIDED} ({value})"
                parts.append(known)
            case _:
                parts.append(part)
    return "".join(parts)


def _label(stack: StackView, to: Reference, arns: bool) -> str | None:
    resource = stack.get(to)
    is_arn = to.attribute.endswith("arn")
    if resource is None or (arns and not is_arn):
        return None
    # Some attributes are the ARN of another object, such as a table's stream ARN.
    return f"{label_of(resource)} {to.attribute}" if is_arn and to.attribute != "arn" else label_of(resource)
