"""Maps an operation of the AWS SDK to the IAM actions that it needs."""

from __future__ import annotations

from lib.aspects.provider import actions
from lib.errors import ToolError

# The SDK's name of a service -> its prefix in IAM actions.
PREFIXES = {
    "ApiGatewayV2": "apigateway",
    "CloudWatch": "cloudwatch",
    "CloudWatch Logs": "logs",
    "DynamoDB": "dynamodb",
    "EventBridge": "events",
    "IAM": "iam",
    "KMS": "kms",
    "Lambda": "lambda",
    "Resource Groups Tagging API": "tag",
    "S3": "s3",
    "SNS": "sns",
    "Secrets Manager": "secretsmanager",
    "SQS": "sqs",
    "STS": "sts",
}
# S3's operations -> actions: docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
S3 = {
    "DeleteBucketEncryption": ("PutEncryptionConfiguration",),
    "DeleteBucketLifecycle": ("PutLifecycleConfiguration",),
    "DeleteBucketOwnershipControls": ("PutBucketOwnershipControls",),
    "DeleteObjects": ("DeleteObject", "DeleteObjectVersion"),
    "DeletePublicAccessBlock": ("PutBucketPublicAccessBlock",),
    "GetBucketAccelerateConfiguration": ("GetAccelerateConfiguration",),
    "GetBucketCors": ("GetBucketCORS",),
    "GetBucketEncryption": ("GetEncryptionConfiguration",),
    "GetBucketLifecycleConfiguration": ("GetLifecycleConfiguration",),
    "GetBucketReplication": ("GetReplicationConfiguration",),
    "GetObjectLockConfiguration": ("GetBucketObjectLockConfiguration",),
    "GetPublicAccessBlock": ("GetBucketPublicAccessBlock",),
    "HeadBucket": ("ListBucket",),
    "HeadObject": ("GetObject",),
    "ListBuckets": ("ListAllMyBuckets",),
    "ListObjectVersions": ("ListBucketVersions",),
    "ListObjectsV2": ("ListBucket",),
    "PutBucketEncryption": ("PutEncryptionConfiguration",),
    "PutBucketLifecycleConfiguration": ("PutLifecycleConfiguration",),
    "PutPublicAccessBlock": ("PutBucketPublicAccessBlock",),
}
# API Gateway's actions are HTTP's methods:
# docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagementv2.html
METHODS = {"Create": "POST", "Delete": "DELETE", "Get": "GET", "Tag": "POST", "Untag": "DELETE", "Update": "PATCH"}


def of_operation(service: str, operation: str) -> tuple[str, ...]:
    """Return the actions of an operation: `("S3", "HeadBucket")` -> `("s3:ListBucket",)`.

    Raises ToolError if AWS's data has no such action.
    """
    if service not in PREFIXES:
        raise ToolError(f"the service {service!r} is new; add its prefix to PREFIXES in lib/access/actions.py")
    prefix = PREFIXES[service]
    if prefix == "apigateway":
        method = next((METHODS[verb] for verb in METHODS if operation.startswith(verb)), operation)
        return (f"apigateway:{method}",)
    names = S3.get(operation, (operation,)) if prefix == "s3" else (operation,)
    found = tuple(f"{prefix}:{name}" for name in names)
    for action in found:
        if actions.find(action) is None:
            raise ToolError(f"{service} {operation} has no action {action}; add its actions to lib/access/actions.py")
    return found
