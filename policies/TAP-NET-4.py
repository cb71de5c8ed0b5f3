"""In Python because it looks for arguments at any depth of any type, and YAML needs to be told where."""

from _stack import StackCheck, arguments, blocks, is_false, is_literal, is_true, texts
from checkov.common.models.enums import CheckCategories

OPENS_WHEN_TRUE = (
    "allow_unauthenticated_identities",
    "assign_public_ip",
    "associate_public_ip_address",
    "endpoint_public_access",
    "map_public_ip_on_launch",
    "publicly_accessible",
)
BALANCERS = ("aws_alb", "aws_elb", "aws_lb")
CLOSED = ("private", "log-delivery-write", "bucket-owner-read", "bucket-owner-full-control")
ORIGINS = ("allow_origins", "allowed_origins")
CIDRS = ("cidr_blocks", "cidr_ipv4", "cidr_ipv6", "ipv6_cidr_blocks", "public_access_cidrs")
EVERYBODY = ("0.0.0.0/0", "::/0")
# Here what comes in is not in a block of its own.
ONLY_INGRESS = ("aws_vpc_security_group_ingress_rule", "aws_eks_cluster")


class NothingIsOpenToTheInternet(StackCheck):
    id = "TAP-NET-4"
    name = "Nothing is open to the internet"
    guideline = "set it to false, name the networks or origins, or take it away"
    category = CheckCategories.NETWORKING

    def holds(self, resource):
        kind, body = resource.kind, resource.body
        if kind in BALANCERS and not is_true(body.get("internal")):
            return False
        return all(is_closed(kind, name, value) for name, value in arguments(body)) and not lets_everybody_in(
            kind, body
        )


def is_closed(kind, name, value):
    if name in OPENS_WHEN_TRUE:
        return is_false(value) or value == "DISABLED"
    if name == "acl" and kind.startswith("aws_s3"):
        return value in CLOSED
    if name in ORIGINS:
        return all(is_literal(origin) and "*" not in origin for origin in texts(value))
    return True


def lets_everybody_in(kind, body):
    if kind in ONLY_INGRESS or (kind == "aws_security_group_rule" and body.get("type") != "egress"):
        coming_in = [body]
    else:
        coming_in = blocks(body.get("ingress"))
    return any(
        network in EVERYBODY
        for block in coming_in
        for name, value in arguments(block)
        if name in CIDRS
        for network in texts(value)
    )


check = NothingIsOpenToTheInternet()
