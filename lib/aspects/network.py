"""NET: nothing is reachable that is not meant to be, and nobody unnamed gets in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.aspects.expressions import references
from lib.aspects.model import ANY_TYPE, ResourceRule, Severity, StackRule
from lib.aspects.terraform_json import (
    MISSING,
    Attributes,
    StackView,
    arguments,
    blocks,
    flag,
    format_value,
    listed,
    literal,
    number,
    reference,
)

BLOCK = "aws_s3_bucket_public_access_block"
SETTINGS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
# Where a type says who may call, and what it may say; NONE is everybody.
AUTHORIZATION = {
    "aws_apigatewayv2_route": ("authorization_type", ("AWS_IAM", "JWT", "CUSTOM")),
    "aws_api_gateway_method": ("authorization", ("AWS_IAM", "COGNITO_USER_POOLS", "CUSTOM")),
    "aws_lambda_function_url": ("authorization_type", ("AWS_IAM",)),
}

# Arguments that put something on the internet, at any depth of any type; and those that do unless they say true.
PUBLIC_WHEN_TRUE = frozenset(
    {
        "allow_unauthenticated_identities",
        "assign_public_ip",
        "associate_public_ip_address",
        "endpoint_public_access",
        "map_public_ip_on_launch",
        "publicly_accessible",
    }
)
PUBLIC_UNLESS_TRUE = {"aws_alb": "internal", "aws_elb": "internal", "aws_lb": "internal"}
# Canned ACLs that open nothing: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
CLOSED_ACLS = ("private", "log-delivery-write", "bucket-owner-read", "bucket-owner-full-control")
ORIGINS = frozenset({"allow_origins", "allowed_origins"})
EVERYWHERE = ("0.0.0.0/0", "::/0")
CIDRS = frozenset({"cidr_blocks", "cidr_ipv4", "cidr_ipv6", "ipv6_cidr_blocks", "public_access_cidrs"})
INGRESS_TYPES = frozenset({"aws_vpc_security_group_ingress_rule", "aws_eks_cluster"})

# Where a stage says how many requests it takes: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html
LIMITS = ("throttling_burst_limit", "throttling_rate_limit")


def _public_access(stack: StackView) -> Iterator[tuple[str, str]]:
    for bucket in stack.of("aws_s3_bucket"):
        found = stack.attached_to(bucket, BLOCK, "bucket", "id", "bucket")
        if not found:
            yield bucket.path, f"no {BLOCK} refers to this bucket; expected one with all four settings true"
        for block in found:
            for setting in SETTINGS:
                if flag(block.attributes.get(setting)) is not True:
                    yield block.path, f"{setting} is {format_value(block.attributes.get(setting))}; expected true"


def _authorization(type_: str, attributes: Attributes) -> Iterator[str]:
    argument, allowed = AUTHORIZATION[type_]
    if literal(attributes.get(argument)) not in allowed:
        yield f"{argument} is {format_value(attributes.get(argument))}; expected {' or '.join(allowed)}"


def _invoked_by(stack: StackView) -> Iterator[tuple[str, str]]:
    for permission in stack.of("aws_lambda_permission"):
        principal, source = (permission.attributes.get(name) for name in ("principal", "source_arn"))
        known = literal(principal)
        if not isinstance(known, str) or not known.endswith(".amazonaws.com"):
            yield permission.path, f"principal is {format_value(principal)}; expected a service"
        if not any(not to.is_data and stack.get(to) for to in references(str(source))):
            yield (
                permission.path,
                f"source_arn is {format_value(source)}; expected one that refers to a resource of this stack",
            )
        if literal(permission.attributes.get("function_url_auth_type")) not in (MISSING, "AWS_IAM"):
            yield permission.path, "function_url_auth_type lets everybody in; expected AWS_IAM"


def _not_public(type_: str, attributes: Attributes) -> Iterator[str]:
    for path, name, value in arguments(attributes):
        if name in PUBLIC_WHEN_TRUE and flag(value) not in (False, MISSING) and literal(value) != "DISABLED":
            yield f"{path} is {format_value(value)}; expected false"
        if name == "acl" and type_.startswith("aws_s3") and literal(value) not in (MISSING, *CLOSED_ACLS):
            yield f"{path} is {format_value(value)}; expected private"
        if name in ORIGINS and not all(_is_one_origin(item) for item in listed(value)):
            yield f"{path} is {format_value(value)}; expected origins by name"
        if name in CIDRS and _lets_in(type_, path, attributes):
            for item in listed(value):
                if item in EVERYWHERE:
                    yield f"{path} is {item}, which is everybody; expected networks by number"
    internal = PUBLIC_UNLESS_TRUE.get(type_)
    if internal and flag(attributes.get(internal)) is not True:
        yield f"{internal} is {format_value(attributes.get(internal))}; expected true"


def _is_one_origin(origin: Any) -> bool:
    known = literal(origin)
    return isinstance(known, str) and "*" not in known


def _lets_in(type_: str, path: str, attributes: Attributes) -> bool:
    """Whether addresses at this path are of those who may come in, not of those that may be gone to."""
    if type_ == "aws_security_group_rule":
        return bool(literal(attributes.get("type")) != "egress")
    return (type_ in INGRESS_TYPES and "egress" not in path) or path.startswith("ingress")


def _stages(stack: StackView) -> Iterator[tuple[str, str]]:
    for stage in stack.of("aws_apigatewayv2_stage", "aws_api_gateway_stage"):
        logs = [block.get("destination_arn") for block in blocks(stage.attributes, "access_log_settings")]
        if not logs:
            yield stage.path, "access_log_settings is missing; expected a log group of this stack"
        for value in logs:
            group = reference(value)
            if group is None or group.type != "aws_cloudwatch_log_group" or stack.get(group) is None:
                yield (
                    stage.path,
                    f"access_log_settings.destination_arn is {format_value(value)}; expected a log group of this stack",
                )
    for stage in stack.of("aws_apigatewayv2_stage"):
        settings = blocks(stage.attributes, "default_route_settings")
        if not settings:
            yield stage.path, f"default_route_settings is missing; expected {' and '.join(LIMITS)}"
        for where in ("default_route_settings", "route_settings"):
            for block in blocks(stage.attributes, where):
                for limit in LIMITS:
                    if not _is_limit(block.get(limit)):
                        yield (
                            stage.path,
                            f"{where}.{limit} is {format_value(block.get(limit))}; expected a number above 0",
                        )


def _is_limit(value: Any) -> bool:
    known = number(value)
    return isinstance(known, float) and known > 0


PUBLIC_ACCESS = StackRule(
    id="TAP-NET-1",
    title="Buckets block all public access",
    why="One careless policy or ACL would otherwise open the records to everybody.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 1.4.4", "Well-Architected SEC03-BP07"),
    resource_types=("aws_s3_bucket", BLOCK),
    waivable=False,
    fix=f"declare an S3BucketPublicAccessBlock with bucket=<S3Bucket>.id and {', '.join(SETTINGS)} all True",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    check=_public_access,
)

AUTHORIZED = ResourceRule(
    id="TAP-NET-2",
    title="Every route is authorized",
    why="A route without authorization takes payments from whoever finds its address.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.1", "Well-Architected SEC03-BP01"),
    resource_types=tuple(AUTHORIZATION),
    waivable=False,
    fix="set authorization_type='AWS_IAM' (on a method of a REST API: authorization='AWS_IAM')",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html",
    check=_authorization,
)

INVOKED_BY = StackRule(
    id="TAP-NET-3",
    title="Functions are invoked by services that name their source",
    why="Without a source, anybody's API, bucket or topic in AWS may call the function.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.5", "Well-Architected SEC03-BP07"),
    resource_types=("aws_lambda_permission",),
    waivable=False,
    fix="set principal to a service, and source_arn to an ARN that begins with a resource of this stack",
    source="https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html",
    check=_invoked_by,
)

NOT_PUBLIC = ResourceRule(
    id="TAP-NET-4",
    title="Nothing is open to the internet",
    why="Only the front door is reachable, and it asks who is there; whatever else is public is found within minutes.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 1.4.4", "Well-Architected SEC05-BP02"),
    resource_types=ANY_TYPE,
    waivable=False,
    fix="set it to False, name the networks or origins, or take it away",
    source="https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_network_protection_create_layers.html",
    check=_not_public,
)

STAGES = StackRule(
    id="TAP-NET-5",
    title="Stages limit their requests, and log each",
    why="One caller's loop would otherwise use up the account's quota, and nobody could say whose it was.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 10.2.1", "Well-Architected REL05-BP02"),
    resource_types=("aws_apigatewayv2_stage", "aws_api_gateway_stage"),
    waivable=True,
    fix="set both throttling limits in default_route_settings, and access_log_settings to a log group of the stack",
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-throttling.html",
    check=_stages,
)

RULES = (PUBLIC_ACCESS, AUTHORIZED, INVOKED_BY, NOT_PUBLIC, STAGES)
