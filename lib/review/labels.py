"""Labels in the access matrix: names in AWS, which do not change if a construct is renamed."""

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
    """`aws_sqs_queue sqs-dead-letters-dev`. A resource without a name has its construct path instead."""
    name = literal(resource.attributes.get(naming_argument(resource.type) or "name"))
    return f"{resource.type} {name if isinstance(name, str) else resource.path.partition('/')[2] or resource.path}"


def text_of(stack: StackView, value: Any, *, arns: bool = False) -> str:
    """Return a template with labels instead of references: `aws_s3_bucket s3-archive-dev/audit/*`.

    `undecided (…)` for values that are not in the JSON, and with `arns` for attributes that are not ARNs.
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
    # Attributes such as a table's stream ARN belong to another object than the resource itself.
    return f"{label_of(resource)} {to.attribute}" if is_arn and to.attribute != "arn" else label_of(resource)
