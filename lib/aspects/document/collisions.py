"""TAP-DOC-6: names are unique, and files come from the stack's assets, with a hash."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from lib.aspects.expressions import Reference, parse
from lib.aspects.model import ANY_TYPE, StackRule
from lib.aspects.naming import naming_argument
from lib.aspects.terraform_json import MISSING, Resource, StackView, format_value, literal
from lib.findings.finding import Severity

ASSETS = "assets"
# (type, argument with the path of a local file) -> arguments; one of them must have the file's hash.
# The list comes from the provider's documentation of each type.
FILES = {
    ("aws_lambda_function", "filename"): ("source_code_hash",),
    ("aws_lambda_layer_version", "filename"): ("source_code_hash",),
    ("aws_s3_bucket_object", "source"): ("source_hash", "etag"),
    ("aws_s3_object", "source"): ("source_hash", "etag"),
    ("aws_synthetics_canary", "zip_file"): (),
}
FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
# The hash of a file: MD5 or SHA-256, in hexadecimal or in base 64.
HASH = re.compile(r"[A-Za-z0-9+/]{22,}={0,2}")
# Type without a name -> the argument that identifies its objects.
IDS = {"aws_cloudwatch_event_target": "target_id", "aws_lambda_permission": "statement_id"}
# Types whose objects are identified by their name and a parent.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names
BENEATH = {
    "aws_apigatewayv2_authorizer": ("api_id",),
    "aws_apigatewayv2_stage": ("api_id",),
    "aws_backup_selection": ("plan_id",),
    "aws_cloudwatch_event_rule": ("event_bus_name",),
    "aws_cloudwatch_event_target": ("rule", "event_bus_name"),
    "aws_cloudwatch_log_metric_filter": ("log_group_name",),
    "aws_iam_role_policy": ("role",),
    "aws_kinesis_stream_consumer": ("stream_arn",),
    "aws_lambda_alias": ("function_name",),
    "aws_lambda_permission": ("function_name", "qualifier"),
    "aws_route53_record": ("zone_id", "type", "set_identifier"),
    "aws_s3_bucket_inventory": ("bucket",),
    "aws_s3_bucket_metric": ("bucket",),
    "aws_scheduler_schedule": ("group_name",),
}

Findings = Iterator[tuple[str, str]]


def _collisions(stack: StackView) -> Findings:
    owners: dict[tuple[str, ...], list[Resource]] = defaultdict(list)
    for resource in stack.resources:
        argument = IDS.get(resource.type) or naming_argument(resource.type)
        name = _written_out(stack, resource.attributes.get(argument)) if argument else None
        if argument and name is not None:
            parents = (str(resource.attributes.get(parent)) for parent in BENEATH.get(resource.type, ()))
            owners[(resource.type, argument, name.casefold(), *parents)].append(resource)
    for (_, argument, *_), resources in owners.items():
        for resource in resources[1:]:
            name = format_value(resource.attributes[argument])
            yield (
                resource.path,
                f"{argument} is {name}, which {resources[0].path} also has; expected a unique name",
            )
    yield from _files(stack)


def _written_out(stack: StackView, name: Any, depth: int = 5) -> str | None:
    """Return a name with each reference replaced by the name to which it refers; None if that name is unknown."""
    text = ""
    for part in parse(name) if isinstance(name, str) else ():
        if isinstance(part, str):
            text += part
            continue
        if not isinstance(part, Reference) or part.is_data or not depth or (to := stack.get(part)) is None:
            return None
        inner = _written_out(stack, to.attributes.get(part.attribute), depth - 1)
        if inner is None:
            return None
        text += inner
    return text or None


def _files(stack: StackView) -> Findings:
    for (type_, argument), hashes in FILES.items():
        for resource in stack.of(type_):
            file = resource.attributes.get(argument)
            if file is None:
                continue
            if not _is_an_asset(file):
                yield resource.path, f"{argument} is {format_value(file)}; expected a path beneath {ASSETS}/"
            if not any(HASH.fullmatch(str(resource.attributes.get(name))) for name in hashes):
                expected = " or ".join(hashes) or "a type that can state the file's hash"
                yield resource.path, f"{argument} has no hash; expected {expected}"


def _is_an_asset(file: object) -> bool:
    known = literal(file)
    if known is MISSING or not isinstance(known, str):
        return False
    first, *rest = known.split("/")
    return first == ASSETS and bool(rest) and all(FILE_NAME.fullmatch(part) for part in rest)


COLLISIONS = StackRule(
    id="TAP-DOC-6",
    title="Resources of a type have unique names, and files come from the stack's assets",
    why="If two alarms have the same name, AWS keeps only the last one. "
    "A file from elsewhere on the machine is code or data that was not checked.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 6.5.1", "Well-Architected OPS05-BP04"),
    resource_types=ANY_TYPE,
    waivable=False,
    fix="give each resource its own name; pass files as a TerraformAsset, with its hash",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
    check=_collisions,
)
