"""Grants, notifications, copies, websites and reports of a bucket beyond the declared ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lib.drift.additions.addition import addition, command, found_or_none
from lib.drift.model import Change
from lib.drift.refreshed import Managed, Refreshed

REPLICATION = "aws_s3_bucket_replication_configuration"
# Terraform's type -> operation, error code if there is none, the AWS CLI's command to delete it.
CONFIGURATIONS = {
    "aws_s3_bucket_cors_configuration": ("get_bucket_cors", "NoSuchCORSConfiguration", "delete-bucket-cors"),
    "aws_s3_bucket_website_configuration": (
        "get_bucket_website",
        "NoSuchWebsiteConfiguration",
        "delete-bucket-website",
    ),
    REPLICATION: ("get_bucket_replication", "ReplicationConfigurationNotFoundError", "delete-bucket-replication"),
}
NOTIFICATIONS = {
    "LambdaFunctionConfigurations": ("lambda_function", "lambda_function_arn", "LambdaFunctionArn"),
    "QueueConfigurations": ("queue", "queue_arn", "QueueArn"),
    "TopicConfigurations": ("topic", "topic_arn", "TopicArn"),
}
# Reports about objects, which S3 writes to another bucket.
REPORTS = {
    "aws_s3_bucket_inventory": ("list_bucket_inventory_configurations", "InventoryConfigurationList", "inventory"),
    "aws_s3_bucket_analytics_configuration": (
        "list_bucket_analytics_configurations",
        "AnalyticsConfigurationList",
        "analytics",
    ),
}


def find(client: Any, state: Refreshed) -> Iterator[Change]:
    """Yield the additions of every bucket."""
    for bucket in state.of("aws_s3_bucket"):
        if not state.having("aws_s3_bucket_acl", "bucket", bucket["bucket"]):
            yield from _grants(client, bucket)
        if not state.having("aws_s3_bucket_notification", "bucket", bucket["bucket"]):
            yield from _notifications(client, bucket)
        for type_ in CONFIGURATIONS:
            if not state.having(type_, "bucket", bucket["bucket"]):
                yield from _configuration(client, bucket, type_)
        for type_ in REPORTS:
            yield from _reports(client, state, bucket, type_)


def _grants(client: Any, bucket: Managed) -> Iterator[Change]:
    """Yield grants to others than the owner: docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html"""
    acl = client.get_bucket_acl(Bucket=bucket["bucket"])
    for grant in acl["Grants"]:
        grantee = grant["Grantee"]
        if grantee.get("ID") == acl["Owner"]["ID"]:
            continue
        whom = grantee.get("URI") or grantee.get("ID") or grantee.get("EmailAddress", "somebody")
        declared = {
            "permission": grant["Permission"],
            "grantee": [{"type": grantee["Type"], "uri": grantee.get("URI")}],
        }
        yield addition(
            bucket,
            f"the ACL's grant of {grant['Permission']} to {whom.rpartition('/')[2]}",
            "aws_s3_bucket_acl",
            {"bucket": bucket.reference("id"), "access_control_policy": [{"grant": [declared]}]},
            command("s3api", "put-bucket-acl", "--bucket", bucket["bucket"], "--acl", "private"),
        )


def _notifications(client: Any, bucket: Managed) -> Iterator[Change]:
    found = client.get_bucket_notification_configuration(Bucket=bucket["bucket"])
    arguments: dict[str, Any] = {
        block: [{argument: item[member], "events": item["Events"]} for item in found[kind]]
        for kind, (block, argument, member) in NOTIFICATIONS.items()
        if found.get(kind)
    }
    if "EventBridgeConfiguration" in found:
        arguments["eventbridge"] = True
    if arguments:
        remedy = command(
            *("s3api", "put-bucket-notification-configuration", "--bucket", bucket["bucket"]),
            *("--notification-configuration", "{}"),
        )
        what = f"notifications to {' and '.join(sorted(arguments))}"
        declared = {"bucket": bucket.reference("id"), **arguments}
        yield addition(bucket, what, "aws_s3_bucket_notification", declared, remedy)


def _configuration(client: Any, bucket: Managed, type_: str) -> Iterator[Change]:
    operation, absent, delete = CONFIGURATIONS[type_]
    found = found_or_none(getattr(client, operation), absent, Bucket=bucket["bucket"])
    if found is None:
        return
    arguments: dict[str, Any] = {"bucket": bucket.reference("id")}
    what = type_.removeprefix("aws_s3_bucket_").replace("_", " ")
    if type_ == REPLICATION:
        rules = found["ReplicationConfiguration"]["Rules"]
        arguments["rule"] = [{"destination": [{"bucket": rule["Destination"]["Bucket"]}]} for rule in rules]
        what += f" to {', '.join(sorted({rule['Destination']['Bucket'] for rule in rules}))}"
    yield addition(bucket, f"a {what}", type_, arguments, command("s3api", delete, "--bucket", bucket["bucket"]))


def _reports(client: Any, state: Refreshed, bucket: Managed, type_: str) -> Iterator[Change]:
    operation, member, kind = REPORTS[type_]
    declared = {item["name"] for item in state.having(type_, "bucket", bucket["bucket"])}
    for item in _listed(client, operation, member, bucket["bucket"]):
        name = item["Id"]
        if name not in declared:
            yield addition(
                bucket,
                f"the {kind} report {name}",
                type_,
                {"name": name, "bucket": bucket.reference("id"), **_destination(item)},
                command("s3api", f"delete-bucket-{kind}-configuration", "--bucket", bucket["bucket"], "--id", name),
            )


def _destination(item: Mapping[str, Any]) -> dict[str, Any]:
    target = item.get("Destination", {}).get("S3BucketDestination", {}).get("Bucket")
    return {"destination": [{"bucket": [{"bucket_arn": target}]}]} if target else {}


def _listed(client: Any, operation: str, member: str, bucket: str) -> Iterator[Mapping[str, Any]]:
    """Yield all items of a listing, page by page: botocore has no paginator for these operations."""
    following: dict[str, str] = {}
    while True:
        page = getattr(client, operation)(Bucket=bucket, **following)
        yield from page.get(member, [])
        if not page.get("NextContinuationToken"):
            return
        following = {"ContinuationToken": page["NextContinuationToken"]}
