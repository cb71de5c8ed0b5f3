"""Eleven environments' logs side by side: groups, resource policies and the APIs that log, in one account and region.

An account has ten log resource policies in a region, which moto enforces and the first emulator does not:
docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

ENVIRONMENTS = 11
KEPT = (
    "aws_apigatewayv2_api",
    "aws_apigatewayv2_stage",
    "aws_cloudwatch_log_group",
    "aws_cloudwatch_log_metric_filter",
    "aws_cloudwatch_log_resource_policy",
)
DATA = ("aws_caller_identity", "aws_partition", "aws_region")


def eleven(content: Mapping[str, Any], suffix: str) -> dict[str, Any]:
    """The JSON of eleven environments' logs. Without a key: log groups are then encrypted by Logs itself."""
    resources = {type_: items for type_, items in content["resource"].items() if type_ in KEPT}
    text = json.dumps(resources)
    documents = {
        name: document
        for name, document in content["data"]["aws_iam_policy_document"].items()
        if f"aws_iam_policy_document.{name}." in text
    }
    merged: dict[str, Any] = {
        "terraform": content["terraform"],
        "provider": content["provider"],
        "data": {name: content["data"][name] for name in DATA if name in content["data"]},
        "resource": {},
    }
    for number in range(1, ENVIRONMENTS + 1):
        _merge(merged["resource"], _numbered(resources, suffix, number))
        _merge(merged["data"], _numbered({"aws_iam_policy_document": documents}, suffix, number))
    return merged


def check_quota(logs: Any) -> list[str]:
    """A complaint if moto accepts the eleventh log resource policy: eleven environments would prove nothing then."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "logs:PutLogEvents",
        "Resource": "*",
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    try:
        for number in range(1, ENVIRONMENTS + 1):
            logs.put_resource_policy(policyName=f"policy-{number}", policyDocument=document)
    except logs.exceptions.LimitExceededException:
        return []
    return [f"moto accepts {ENVIRONMENTS} log resource policies, and AWS ten; eleven environments prove nothing"]


def _numbered(block: Mapping[str, Any], suffix: str, number: int) -> dict[str, Any]:
    """With the number behind each identifier and in each name: `…-dev` becomes `…-dev7`."""
    named: dict[str, Any] = {
        type_: {f"{name}_{number}": _plain(attributes) for name, attributes in items.items()}
        for type_, items in block.items()
    }
    text = re.sub(rf"-{re.escape(suffix)}\b", f"-{suffix}{number}", json.dumps(named))
    types = "|".join([*KEPT, "aws_iam_policy_document"])
    text = re.sub(rf"((?:{types})\.\w+?)(\.\w+\}})", rf"\1_{number}\2", text)
    found: dict[str, Any] = json.loads(text)
    return found


def _plain(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Without the key, and without the routes, which call functions."""
    left_out = ("//", "depends_on", "kms_key_id", "route_settings")
    return {name: value for name, value in attributes.items() if name not in left_out}


def _merge(into: dict[str, Any], block: Mapping[str, Any]) -> None:
    for type_, items in block.items():
        if items:  # Terraform refuses a type without blocks
            into.setdefault(type_, {}).update(items)
