"""Recognizes ARNs of this stack: references, and ARNs that are spelled out because a reference would be a dependency
cycle (a queue's policy names the queue; a key's policy names the resources that the key encrypts)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from lib.aspects.expressions import Part, Reference, Unsupported, parse
from lib.aspects.terraform_json import StackView, reference

# Data sources for account, partition and region -> the placeholder that `resolve` inserts.
ACCOUNT, PARTITION, REGION = "<account>", "<partition>", "<region>"
_LOOKED_UP = {
    ("aws_caller_identity", "account_id"): ACCOUNT,
    ("aws_partition", "partition"): PARTITION,
    ("aws_region", "id"): REGION,
    ("aws_region", "name"): REGION,
}
ROOT = f"arn:{PARTITION}:iam::{ACCOUNT}:root"

# Attributes besides `arn` with the ARN of the object itself, or of a part of it.
_ARNS = frozenset(
    {
        ("aws_api_gateway_rest_api", "execution_arn"),
        ("aws_api_gateway_stage", "execution_arn"),
        ("aws_apigatewayv2_api", "execution_arn"),
        ("aws_apigatewayv2_stage", "execution_arn"),
        ("aws_dynamodb_table", "stream_arn"),
        ("aws_lambda_function", "qualified_arn"),
    }
)
# Arguments whose value becomes part of the ARN, with its wildcards: a role may have the path `/*/`.
_PART_OF_ARN = re.compile(r"(.+_)?(bucket|identifier|key|name|path|prefix)")
# An ARN of IAM cannot name a part of an object after `/`: `role/a/b` is another role, with the path `/a/`.
_NOTHING_BENEATH = "aws_iam_"


def _regional(service: str, resource: str) -> str:
    return f"arn:{PARTITION}:{service}:{REGION}:{ACCOUNT}:{resource}"


# Type -> its naming argument, and its ARN with `{}` for the name.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_SPELLED = {
    "aws_cloudtrail": ("name", _regional("cloudtrail", "trail/{}")),
    "aws_cloudwatch_composite_alarm": ("alarm_name", _regional("cloudwatch", "alarm:{}")),
    "aws_cloudwatch_event_bus": ("name", _regional("events", "event-bus/{}")),
    "aws_cloudwatch_event_rule": ("name", _regional("events", "rule/{}")),
    "aws_cloudwatch_log_group": ("name", _regional("logs", "log-group:{}")),
    "aws_cloudwatch_metric_alarm": ("alarm_name", _regional("cloudwatch", "alarm:{}")),
    "aws_dynamodb_table": ("name", _regional("dynamodb", "table/{}")),
    "aws_ecr_repository": ("name", _regional("ecr", "repository/{}")),
    "aws_kinesis_firehose_delivery_stream": ("name", _regional("firehose", "deliverystream/{}")),
    "aws_kinesis_stream": ("name", _regional("kinesis", "stream/{}")),
    "aws_lambda_function": ("function_name", _regional("lambda", "function:{}")),
    "aws_lb": ("name", _regional("elasticloadbalancing", "loadbalancer/app/{}")),
    "aws_s3_bucket": ("bucket", f"arn:{PARTITION}:s3:::{{}}"),
    "aws_sfn_state_machine": ("name", _regional("states", "stateMachine:{}")),
    "aws_sns_topic": ("name", _regional("sns", "{}")),
    "aws_sqs_queue": ("name", _regional("sqs", "{}")),
}
_NAME = re.compile(r"[A-Za-z0-9_./#@+=-]+")


def resolve(stack: StackView, text: Any) -> str | None:
    """Return a string with each reference replaced by the literal argument to which it leads, by `<account>`,
    `<partition>` or `<region>` for a data source, or by `<type.id.attribute>` for an attribute that AWS sets.

    Return None if a part of the string cannot be replaced.
    """
    return _resolve(stack, parse(text)) if isinstance(text, str) else None


def _resolve(stack: StackView, parts: Sequence[Part]) -> str | None:
    resolved = [_resolve_part(stack, part) for part in parts]
    return None if None in resolved else "".join(map(str, resolved))


def _resolve_part(stack: StackView, part: Part) -> str | None:
    if isinstance(part, Unsupported):
        return None
    if isinstance(part, str):
        return None if set("<>") & set(part) else part
    if part.is_data:  # safe, because TAP-DOC-5 allows no arguments for this data source
        return _LOOKED_UP.get((part.type, part.attribute))
    declared = stack.get(part)
    if declared is None:
        return None
    if declared.attributes.get(part.attribute) is None:
        return f"<{part.address}.{part.attribute}>"
    value = declared.attributes[part.attribute]
    return value if isinstance(value, str) and parse(value) == (value,) and not set("<>") & set(value) else None


def is_account(stack: StackView, value: Any) -> bool:
    """Return True if a value is a reference to this account's number (data source aws_caller_identity)."""
    return resolve(stack, value) == ACCOUNT


def is_root(stack: StackView, principal: Any) -> bool:
    """Return True if a principal is this account: the ARN of its root, or its number. AWS treats both alike."""
    return resolve(stack, principal) in (ROOT, ACCOUNT)


def is_role(stack: StackView, value: Any) -> bool:
    """Return True if a value is a reference to the ARN of a role of this stack."""
    to = reference(value)
    return to is not None and to.type == "aws_iam_role" and is_arn(stack, to)


def is_arn(stack: StackView, to: Reference) -> bool:
    """Return True if a reference is to an ARN that AWS sets for a resource of this stack, without wildcards."""
    declared = None if to.is_data else stack.get(to)
    if declared is None or to.attribute in declared.attributes:
        return False
    if any(_PART_OF_ARN.fullmatch(name) and _has_wildcard(value) for name, value in declared.attributes.items()):
        return False
    return to.attribute == "arn" or (to.type, to.attribute) in _ARNS


def _has_wildcard(value: Any) -> bool:
    return isinstance(value, str) and bool(set("*?") & set(value))


def names_resource(stack: StackView, value: Any) -> bool:
    """Return True if a value is the ARN of a resource of this stack, or of a part of such a resource.

    The value begins with a reference to the ARN, or with an ARN that is spelled out: account, partition and region from
    the data sources, and the literal name of a resource. The part follows after `/` or `:` and may contain wildcards.
    """
    parts = parse(value) if isinstance(value, str) else ()
    if parts and isinstance(parts[0], Reference):
        rest = _resolve(stack, parts[1:])
        if not is_arn(stack, parts[0]) or rest is None:
            return False
        return not rest or (rest[0] in "/:" and not parts[0].type.startswith(_NOTHING_BENEATH))
    resolved = resolve(stack, value)
    return resolved is not None and any(
        resolved == arn or resolved.startswith((f"{arn}/", f"{arn}:")) for arn in spelled_arns(stack)
    )


@lru_cache(maxsize=1)
def spelled_arns(stack: StackView) -> tuple[str, ...]:
    """Return the resolved ARNs of those resources of this stack whose ARN follows from their literal name."""
    found = []
    for resource in stack.of(*_SPELLED):
        argument, arn = _SPELLED[resource.type]
        name = resource.attributes.get(argument)
        if isinstance(name, str) and _NAME.fullmatch(name):
            found.append(arn.format(name))
    return tuple(found)
