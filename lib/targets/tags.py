"""Reads a resource's tags, whose format differs between services."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from lib.targets.pages import pages

# The services' error codes for a resource that does not exist.
NOT_FOUND = (
    "404",
    "NoSuchBucket",
    "NoSuchEntity",
    "NoSuchTagSet",
    "NotFound",
    "NotFoundException",
    "ResourceNotFound",
    "ResourceNotFoundException",
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
)
# The services' error codes for a caller without permission: S3's and IAM's, most others', SNS's.
DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError")


def pairs(tags: Any, key: str = "Key", value: str = "Value") -> dict[str, str]:
    """Return `[{"Key": …, "Value": …}]` as a dict."""
    return {tag[key]: tag[value] for tag in tags}


def of_alarm(client: Any, arn: str) -> dict[str, str]:
    return pairs(client.list_tags_for_resource(ResourceARN=arn)["Tags"])


def of_bucket(client: Any, bucket: str) -> dict[str, str] | None:
    """Return the bucket's tags; None if it has never had any. AWS first creates a bucket and then tags it."""
    try:
        return pairs(client.get_bucket_tagging(Bucket=bucket)["TagSet"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchTagSet":
            raise
        return None


def of_function(client: Any, name: str) -> dict[str, str]:
    return dict(client.get_function(FunctionName=name).get("Tags", {}))


def of_key(client: Any, key_id: str) -> dict[str, str]:
    return pairs(pages(client, "list_resource_tags", "Tags", KeyId=key_id), "TagKey", "TagValue")


def of_log_group(client: Any, arn: str) -> dict[str, str]:
    return dict(client.list_tags_for_resource(resourceArn=arn.removesuffix(":*"))["tags"])


def of_mapping(client: Any, arn: str) -> dict[str, str]:
    return dict(client.list_tags(Resource=arn).get("Tags", {})) if arn else {}


def of_policy(client: Any, arn: str) -> dict[str, str]:
    return pairs(pages(client, "list_policy_tags", "Tags", PolicyArn=arn))


def of_queue(client: Any, url: str) -> dict[str, str]:
    return dict(client.list_queue_tags(QueueUrl=url).get("Tags", {}))


def of_role(client: Any, name: str) -> dict[str, str]:
    return pairs(pages(client, "list_role_tags", "Tags", RoleName=name))


def of_rule(client: Any, arn: str) -> dict[str, str]:
    return pairs(client.list_tags_for_resource(ResourceARN=arn)["Tags"])


def of_table(client: Any, name: str) -> dict[str, str]:
    arn = client.describe_table(TableName=name)["Table"]["TableArn"]
    return pairs(pages(client, "list_tags_of_resource", "Tags", ResourceArn=arn))


def of_topic(client: Any, arn: str) -> dict[str, str]:
    return pairs(client.list_tags_for_resource(ResourceArn=arn)["Tags"])
