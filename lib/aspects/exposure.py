"""TAP-NET-4: nothing makes a resource public or shares it with other accounts.

The tables list the provider's arguments, values, defaults and types that do so. They apply to classified types and to
types that a waiver allows. network_ranges.py checks network ranges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.model import ANY_TYPE, StackRule
from lib.aspects.network_ranges import too_wide
from lib.aspects.provider.data import matches
from lib.aspects.terraform_json import (
    MISSING,
    Attributes,
    Resource,
    StackView,
    arguments,
    as_list,
    blocks,
    flag,
    format_value,
    literal,
)
from lib.findings.finding import Severity

# Arguments that make a resource public or allow anonymous access, at any depth of any type.
OPENS_WHEN_TRUE = frozenset(
    {
        "allow_association_to_shareable_service_network",
        "allow_external_principals",
        "allow_unauthenticated_identities",
        "anonymous_auth_enabled",
        "assign_public_ip",
        "associate_public_ip_address",
        "auto_accept_shared_attachments",
        "auto_assign_public_ips",
        "create_public_ip",
        "endpoint_public_access",
        "is_publicly_accessible",
        "map_public_ip_on_launch",
        "public_connectivity",
        "publicly_accessible",
        "publicly_advertisable",
        "unauthenticated",
    }
)
# Safe values of these arguments on types where the argument is a string.
CLOSED_WORDS = ("DISABLED", "disable")

# Argument of which some values make a resource public -> its safe values.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
_CLOSED_ACLS = ("bucket-owner-full-control", "bucket-owner-read", "log-delivery-write", "private")
WORDS = {
    "acl": _CLOSED_ACLS,
    "app_network_access_type": ("VpcOnly",),
    "canned_acl": _CLOSED_ACLS,
    "direct_internet_access": ("Disabled",),
    "object_acl": _CLOSED_ACLS,
    "on_unauthenticated_request": ("authenticate", "deny"),
    "project_visibility": ("PRIVATE",),
    "s3_object_acl": ("BUCKET_OWNER_FULL_CONTROL",),
}

_ACCESS: dict[str, object] = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)
# Type -> required settings, because the default is public. Names include the enclosing blocks.
CLOSED_ONLY_IF_GIVEN: dict[str, dict[str, object]] = {
    "aws_alb": {"internal": True},
    "aws_apprunner_service": {"network_configuration.ingress_configuration.is_publicly_accessible": False},
    "aws_appsync_graphql_api": {"visibility": "PRIVATE"},
    "aws_default_subnet": {"map_public_ip_on_launch": False},
    "aws_eks_cluster": {"vpc_config.endpoint_public_access": False},
    "aws_elb": {"internal": True},
    "aws_lb": {"internal": True},
    "aws_redshift_cluster": {"publicly_accessible": False},
    "aws_s3_account_public_access_block": _ACCESS,
    "aws_sagemaker_notebook_instance": {"direct_internet_access": "Disabled"},
    "aws_transfer_server": {"endpoint_type": "VPC"},
}
# Type -> the block that puts its resources into a VPC.
INSIDE_A_VPC = {"aws_elasticsearch_domain": "vpc_options", "aws_opensearch_domain": "vpc_options"}

# Types that make another resource public or share it.
OPENS = (
    "aws_ami_launch_permission",
    "aws_amplify_app",
    "aws_auditmanager_framework_share",
    "aws_cloudfront_distribution",
    "aws_directory_service_shared_directory",
    "aws_ecrpublic_*",
    "aws_globalaccelerator_*",
    "aws_lightsail_*",
    "aws_network_interface_permission",
    "aws_opensearch_authorize_vpc_endpoint_access",
    "aws_ram_*",
    "aws_redshift_data_share_authorization",
    "aws_redshift_endpoint_authorization",
    "aws_route53_vpc_association_authorization",
    "aws_s3_bucket_website_configuration",
    "aws_servicecatalog_portfolio_share",
    "aws_snapshot_create_volume_permission",
    "aws_vpc_endpoint_service_allowed_principal",
)
# Arguments that share a resource with the accounts or principals that they name.
SHARES = frozenset(
    {
        "access_control_policy",
        "allowed_principals",
        "grant",
        "launch_permission",
        "share_rule",
        "shared_accounts",
        "target_grant",
        "website",
    }
)
# Type -> arguments that share a resource of this type only; on other types they mean something else.
SHARES_OF_TYPE = {"aws_ssm_document": ("permissions",)}

# Arguments with CORS origins, which must be given without wildcards.
ORIGINS = frozenset({"access_control_allow_origins", "allow_origins", "allowed_origins"})
_ORIGIN = re.compile(r"https?://[^*\s]+")


def _exposed(stack: StackView) -> Iterator[tuple[str, str]]:
    for resource in stack.resources:
        for message in (
            *_by_argument(resource),
            *_by_default(resource),
            *_by_sharing(resource),
            *too_wide(stack, resource),
        ):
            yield resource.path, message


def _by_argument(resource: Resource) -> Iterator[str]:
    for path, name, value in arguments(resource.attributes):
        if literal(value) is MISSING:
            continue
        if name in OPENS_WHEN_TRUE and flag(value) is not False and literal(value) not in CLOSED_WORDS:
            yield f"{path} is {format_value(value)}; expected false"
        if name in WORDS and literal(value) not in WORDS[name]:
            yield f"{path} is {format_value(value)}; expected {' or '.join(WORDS[name])}"
        if name == "public_access" and any(literal(block.get("type")) != "DISABLED" for block in _blocks(value)):
            yield f"{path} is {format_value(value)}; expected type DISABLED"
        if name in _ACCESS and resource.type != "aws_s3_bucket_public_access_block" and flag(value) is not True:
            yield f"{path} is {format_value(value)}; expected true"
        if name in ORIGINS:
            for origin in as_list(value):
                if not isinstance(origin, dict) and not _ORIGIN.fullmatch(str(literal(origin))):
                    expected = "expected an origin without wildcards, such as https://pay.example"
                    yield f"{path} has {format_value(origin)}; {expected}"


def _blocks(value: Any) -> list[Attributes]:
    return blocks({"block": value}, "block")


def _by_default(resource: Resource) -> Iterator[str]:
    for path, expected in CLOSED_ONLY_IF_GIVEN.get(resource.type, {}).items():
        where, _, name = path.rpartition(".")
        for block in (blocks(resource.attributes, where) or [{}]) if where else [resource.attributes]:
            value = block.get(name)
            if (flag(value) if isinstance(expected, bool) else literal(value)) != expected:
                yield f"{path} is {format_value(value)}; expected {format_value(expected)}"
    block_name = INSIDE_A_VPC.get(resource.type)
    if block_name and not blocks(resource.attributes, block_name):
        yield f"{block_name} is missing, so the endpoint is public; expected subnets of a VPC"


def _by_sharing(resource: Resource) -> Iterator[str]:
    if matches(OPENS, resource.type):
        yield f"{resource.type} makes a resource public or shares it with other accounts; expected none"
    names = SHARES.union(SHARES_OF_TYPE.get(resource.type, ()))
    for path, name, value in arguments(resource.attributes):
        if name in names and value not in (None, [], {}, ""):
            yield f"{path} is {format_value(value)}, which shares the resource; expected none"


EXPOSED = StackRule(
    id="TAP-NET-4",
    title="Nothing is open to the internet, or shared with other accounts",
    why="Only the authorized API may be reachable. Anything else that is public is found by scanners within minutes.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 1.4.4", "Well-Architected SEC05-BP02"),
    resource_types=ANY_TYPE,
    waivable=False,
    fix="set the argument to False, name the networks or origins, or remove the argument",
    source="https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_network_protection_create_layers.html",
    check=_exposed,
)

RULES = (EXPOSED,)
