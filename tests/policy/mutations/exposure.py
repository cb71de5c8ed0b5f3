"""TAP-NET-1, TAP-NET-2, TAP-NET-4: what is open to the internet or to other accounts."""

from __future__ import annotations

from typing import Any

from .mutation import (
    ACCESS,
    BUCKET,
    ROUTE,
    TOKEN,
    Document,
    Mutation,
    add,
    attach,
    body_of,
    change,
    put,
    with_second,
)
from .provider import DATABASE, SEARCH

API = "aws_apigatewayv2_api"
INGRESS, GROUP = "aws_vpc_security_group_ingress_rule", "aws_security_group"
ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"


def second_block(says: str, **changes: Any) -> Mutation:
    """A second access block for the records, which opens them again; the last one that is applied counts."""
    return change(
        "TAP-NET-1",
        f"a second access block {says}",
        lambda document: with_second(document, ACCESS, "records", **changes),
    )


def second_block_by_name(document: Document) -> None:
    """The same, for whoever follows references only."""
    name = body_of(document, BUCKET, "records")["bucket"]
    with_second(document, ACCESS, "records", bucket=name, block_public_acls=False)


def both_for_one(document: Document) -> None:
    """The block of the access logs is attached to the records."""
    body_of(document, ACCESS, "access_logs")["bucket"] = "${aws_s3_bucket.RECORDS.id}"


def authorized(says: str, **arguments: Any) -> Mutation:
    """A route that says how it is authorized, and is not."""
    return change("TAP-NET-2", f"a route {says}", lambda document: body_of(document, ROUTE).update(arguments))


def ingress(*networks: str, **other: Any) -> Mutation:
    """A security group's inline rule that admits these networks."""
    rule = {"from_port": 443, "to_port": 443, "protocol": "tcp", "cidr_blocks": list(networks), **other}
    says = " ".join([*networks, *(str(value) for value in other.values())])
    return add("TAP-NET-4", GROUP, {"name": "group-a-dev", "ingress": [rule]}, f"for {says}")


def network(argument: str, value: str) -> Mutation:
    """A rule of its own that admits a network."""
    return add("TAP-NET-4", INGRESS, {argument: value, "ip_protocol": "-1", "security_group_id": "a"}, f"for {value}")


def shared(kind: str, body: dict[str, Any], says: str = "") -> Mutation:
    """A resource of a type that is open or shared by itself: its type is a finding, if nothing else in it is."""
    return add("TAP-NET-4", kind, body, says, instead=("TAP-DOC-4",))


def two_halves(document: Document) -> None:
    """Two rules, each of which admits half of the internet."""
    rules = document["resource"].setdefault(INGRESS, {})
    for name, half in {"low": "0.0.0.0/1", "high": "128.0.0.0/1"}.items():
        rules[name] = {"cidr_ipv4": half, "ip_protocol": "-1", "security_group_id": "a"}


def target(document: Document, **arguments: Any) -> None:
    """Arguments of the API by which it makes routes of its own, without authorization."""
    body_of(document, API).update(arguments)


FUNCTION_ARN = "${aws_lambda_function.FUNCTION.arn}"
OPENAPI = '{"openapi": "3.0.1", "paths": {"/payments": {"post": {"security": []}}}}'
REST = "aws_api_gateway_method"

VIOLATIONS = [
    change("TAP-NET-1", "a second access block by literal name", second_block_by_name),
    second_block("by bucket", bucket="${aws_s3_bucket.RECORDS.bucket}", block_public_policy=False),
    second_block("by id", restrict_public_buckets="false"),
    second_block("that is the same"),
    change("TAP-NET-1", "both blocks for one bucket", both_for_one),
    # Routes
    change("TAP-NET-2", "an API with a target", lambda document: target(document, target=FUNCTION_ARN)),
    change(
        "TAP-NET-2",
        "an API with a target and a route key",
        lambda document: target(document, target=FUNCTION_ARN, route_key="POST /payments"),
    ),
    change("TAP-NET-2", "an API with a route key", lambda document: target(document, route_key="$default")),
    change("TAP-NET-2", "an API with a body", lambda document: target(document, body=OPENAPI)),
    change("TAP-NET-2", "an API with a body that is unknown", lambda document: target(document, body=TOKEN)),
    add("TAP-NET-2", API, {"name": "api-more-dev", "protocol_type": "HTTP", "target": FUNCTION_ARN}, "with a target"),
    add("TAP-NET-2", "aws_api_gateway_rest_api", {"name": "api-rest-dev", "body": OPENAPI}, "with a body"),
    authorized("by JWT without an authorizer", authorization_type="JWT"),
    authorized("by CUSTOM without an authorizer", authorization_type="CUSTOM"),
    authorized("by a literal authorizer", authorization_type="JWT", authorizer_id="a1b2c3"),
    authorized(
        "by an undeclared authorizer",
        authorization_type="JWT",
        authorizer_id="${aws_apigatewayv2_authorizer.nowhere.id}",
    ),
    authorized("by another resource", authorization_type="CUSTOM", authorizer_id="${aws_kms_key.OWN.id}"),
    authorized("in small letters", authorization_type="aws_iam"),
    authorized("by an API key", authorization_type="NONE", api_key_required=True),
    authorized("of OPTIONS in its path", authorization_type="NONE", route_key="POST /OPTIONS /payments"),
    authorized("of any method", authorization_type="NONE", route_key="ANY /payments"),
    authorized("like OPTIONS", authorization_type="NONE", route_key="OPTIONSX /payments"),
    authorized("of an unknown key", authorization_type="NONE", route_key=TOKEN),
    attach("TAP-NET-2", REST, {"authorization": "CUSTOM", "http_method": "POST"}, "without an authorizer"),
    attach("TAP-NET-2", REST, {"authorization": "CUSTOM", "authorizer_id": "a1b2c3", "http_method": "GET"}, "literal"),
    # Network ranges, also in halves
    ingress("0.0.0.0/1", "128.0.0.0/1"),
    ingress("0.0.0.0/1"),
    ingress("10.0.0.0/8", "128.0.0.0/1"),
    ingress(*(f"{quarter}.0.0.0/2" for quarter in (0, 64, 128, 192))),
    ingress("10.0.0.0/0"),
    ingress(TOKEN),
    ingress(ipv6_cidr_blocks=["::/1", "8000::/1"]),
    ingress(ipv6_cidr_blocks=["0:0:0:0:0:0:0:0/0"]),
    network("cidr_ipv4", "128.0.0.0/1"),
    network("cidr_ipv4", "0.0.0.0/1"),
    network("cidr_ipv6", "8000::/1"),
    network("cidr_ipv6", "2000::/3"),
    change("TAP-NET-4", "two rules for a half each", two_halves),
    # Default values
    add("TAP-NET-4", "aws_lb", {"name": "lb-web-dev", "subnets": ["${aws_subnet.a.id}"]}, "in subnets"),
    shared("aws_eks_cluster", {"name": "eks-a-dev", "vpc_config": {"subnet_ids": []}}, "by default"),
    shared("aws_redshift_cluster", {"cluster_identifier": "warehouse-a-dev"}, "by default"),
    shared("aws_sagemaker_notebook_instance", {"name": "notebook-a-dev"}, "by default"),
    shared("aws_transfer_server", {"protocols": ["SFTP"]}, "by default"),
    shared("aws_apprunner_service", {"service_name": "service-a-dev"}, "by default"),
    shared("aws_opensearch_domain", SEARCH, "outside a VPC"),
    # Arguments and words
    add("TAP-NET-4", "aws_db_instance", {**DATABASE, "publicly_accessible": "${true}"}, "by an expression"),
    add("TAP-NET-4", "aws_rds_cluster_instance", {"cluster_identifier": "a", "publicly_accessible": True}),
    shared("aws_transfer_server", {"endpoint_type": "PUBLIC"}),
    add("TAP-NET-4", "aws_lb", {"name": "lb-web-dev", "internal": TOKEN}, "that may be internal"),
    attach("TAP-NET-4", "aws_s3_bucket_acl", {"bucket": "x", "acl": "authenticated-read"}, "for everybody of AWS"),
    shared("aws_s3_bucket_website_configuration", {"bucket": "x", "index_document": {"suffix": "a"}, "tags": None}),
    add("TAP-NET-4", "aws_s3_object", {"bucket": "x", "key": "a", "acl": "public-read"}, "for everybody"),
    # Sharing
    put(
        "TAP-NET-4",
        BUCKET,
        "grant",
        [{"type": "Group", "uri": ALL_USERS, "permissions": ["READ"]}],
        instead=("TAP-DOC-5",),
    ),
    attach(
        "TAP-NET-4",
        "aws_s3_bucket_acl",
        {
            "bucket": "x",
            "access_control_policy": {
                "grant": [{"grantee": {"type": "Group", "uri": ALL_USERS}, "permission": "READ"}],
                "owner": {"id": "a"},
            },
        },
        "by a grant",
    ),
    shared("aws_ami_launch_permission", {"image_id": "ami-a", "group": "all"}),
    shared("aws_ami_launch_permission", {"image_id": "ami-a", "account_id": "111122223333"}, "for one"),
    shared("aws_snapshot_create_volume_permission", {"snapshot_id": "a", "account_id": "111122223333"}),
    shared("aws_db_snapshot", {"db_snapshot_identifier": "db-a-dev", "shared_accounts": ["all"]}),
    shared("aws_db_cluster_snapshot", {"shared_accounts": ["111122223333"], "db_cluster_identifier": "a"}),
    shared(
        "aws_ssm_document",
        {"name": "document-a-dev", "content": "{}", "permissions": {"type": "Share", "account_ids": "All"}},
    ),
    shared("aws_ram_resource_share", {"name": "share-a-dev", "allow_external_principals": True}),
    shared("aws_vpc_endpoint_service", {"allowed_principals": ["*"], "acceptance_required": False}),
]
