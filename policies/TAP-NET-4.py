"""In Python: it searches arguments at any depth of any type, and compares network ranges."""

import re

from _catalogue import ARGUMENTS
from _expressions import is_literal, reference
from _networks import open_ranges
from _stack import StackCheck, arguments, blocks, is_false, is_true, shown, texts
from checkov.common.models.enums import CheckCategories

MUST_BE_FALSE = (
    "allow_external_principals",
    "allow_unauthenticated_identities",
    "anonymous_auth_enabled",
    "assign_public_ip",
    "associate_public_ip_address",
    "auto_assign_public_ips",
    "direct_internet_access",
    "enable_default_internet_access",
    "enable_internet_access",
    "endpoint_public_access",
    "is_publicly_accessible",
    "map_public_ip_on_launch",
    "public_connectivity",
    "publicly_accessible",
    "unauthenticated",
)
MUST_BE_TRUE = (
    "acceptance_required",
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "restrict_public_buckets",
)
# TAP-NET-1 checks the arguments of this type.
BLOCK_OF_A_BUCKET = "aws_s3_bucket_public_access_block"
# Types that are public by default -> the argument that makes them private.
MUST_SAY = {
    "aws_alb": ("internal",),
    "aws_elb": ("internal",),
    "aws_lb": ("internal",),
    "aws_s3_account_public_access_block": MUST_BE_TRUE[1:],
    "aws_vpc_endpoint_service": ("acceptance_required",),
}
PUBLIC_UNLESS_FALSE = ("aws_rds_cluster_instance", "aws_redshift_cluster")
SEARCH_DOMAINS = ("aws_elasticsearch_domain", "aws_opensearch_domain")
CLOSED_WORDS = {
    "aws_appsync_graphql_api": {"visibility": ("PRIVATE",)},
    "aws_sagemaker_notebook_instance": {"direct_internet_access": ("Disabled",)},
    "aws_transfer_server": {"endpoint_type": ("VPC",)},
}
# Types that make another resource public or share it.
OPENINGS = re.compile(
    r"aws_(ami_launch_permission|snapshot_create_volume_permission|ram_\w+|s3_bucket_website_configuration|eip_association)"
)
ACL_ARGUMENTS = ("acl", "canned_acl", "object_acl")
ACLS = ("private", "log-delivery-write", "bucket-owner-read", "bucket-owner-full-control")
LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"
GRANTEES = ("email", "email_address", "id", "uri")
ORIGINS = ("allow_origins", "allowed_origins")
# Arguments that list the admitted accounts, networks or people.
GROUPS = ("referenced_security_group_id", "source_security_group_id")
# Arguments that share a resource with the named accounts, networks or people.
SHARES = ("launch_permission", "shared_accounts")
WORDS = re.compile(
    r"public(_?only|internetonly|-read(-write)?)?|authenticated-read|internet-facing|everyone|allusers", re.IGNORECASE
)
# Exceptions: arguments with free text, and NAT gateways, whose public address serves outgoing traffic only.
OWN_WORDS = ("connectivity_type", "description", "name", "value")


class NothingIsOpenToTheInternet(StackCheck):
    id = "TAP-NET-4"
    name = "Nothing is open to the internet, or shared with other accounts"
    guideline = "set the argument to false, limit it to one network or to named origins, or remove it"
    category = CheckCategories.NETWORKING

    def violations(self, resource):
        kind, body = resource.kind, resource.body
        if OPENINGS.fullmatch(kind):
            yield f"{kind} makes a resource public or shares it"
        for argument, words in CLOSED_WORDS.get(kind, {}).items():
            if body.get(argument) not in words:
                yield f"{argument} is {shown(body.get(argument))}"
        if kind in SEARCH_DOMAINS and not blocks(body.get("vpc_options")):
            yield "vpc_options is missing; without it the endpoint is public"
        for argument in MUST_SAY.get(kind, ()):
            if not is_true(body.get(argument)):
                yield f"{argument} is {shown(body.get(argument))}"
        if kind in PUBLIC_UNLESS_FALSE and "publicly_accessible" not in body:
            yield "publicly_accessible is not set"
        for argument, value in arguments(body):
            if not is_closed(resource.stack, kind, argument, value):
                yield f"{argument} is {shown(value)}"
        yield from open_ranges(resource)


def is_closed(stack, kind, argument, value):
    if argument in MUST_BE_FALSE:
        return is_false(value) or value in ("DISABLED", "Disabled")
    if argument in MUST_BE_TRUE and kind != BLOCK_OF_A_BUCKET:
        return is_true(value)
    if argument in ORIGINS:
        return all(is_literal(origin) and "*" not in origin and origin != "null" for origin in texts(value))
    if argument in SHARES or (kind, argument) in (("aws_ssm_document", "permissions"), ("aws_s3_bucket", "website")):
        return False
    if kind == "aws_eip" and argument in ("instance", "network_interface"):
        return False
    if argument in ACL_ARGUMENTS and (kind.startswith("aws_s3") or kind not in ARGUMENTS):
        return value in ACLS
    if kind.startswith("aws_s3") and argument in ("grant", "target_grant"):
        return all(is_log_delivery(grant) for grant in texts(value))
    if argument in GROUPS:
        return all(kind_of(stack, group) == "aws_security_group" for group in texts(value))
    if kind not in ARGUMENTS and argument not in OWN_WORDS and isinstance(value, str):
        return not WORDS.fullmatch(value)  # for classified types, TAP-DOC-5 checks the values
    return True


def kind_of(stack, value):
    """Return the type of the stack's resource to which a value refers, or None."""
    kind, name, _ = reference(value)
    return kind if stack.declares(kind, name) else None


def is_log_delivery(grant):
    """Return True if an ACL grant is for S3's log delivery. Any other ACL grant bypasses the bucket's policy."""
    return isinstance(grant, dict) and {value for name, value in arguments(grant) if name in GRANTEES} == {LOG_DELIVERY}


check = NothingIsOpenToTheInternet()
