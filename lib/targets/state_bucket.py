"""`make state-bucket`: creates the bucket for Terraform's state: versioned, encrypted, private, TLS only.

The command can be repeated: it corrects the settings of an existing bucket. The bucket is not part of a stack, so no
destroy removes the bucket.
"""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from lib.errors import ToolError

# CreateBucket must not name this region, and a bucket without a location is in this region:
# docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html, …/API_GetBucketLocation.html
UNNAMED_REGION = "us-east-1"
OLD_NAMES = {"EU": "eu-west-1"}
STATEMENT_ID = "DenyInsecureTransport"


def ensure(client: Any, bucket: str, region: str) -> bool:
    """Create the bucket, or correct its settings. Returns whether it is new. `client`: an S3 client of the region.

    Raises ToolError if the bucket belongs to another account, or is in another region.
    """
    new = _create(client, bucket, region)
    client.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )
    client.put_bucket_ownership_controls(
        Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    _encrypt(client, bucket)
    _refuse_plain_http(client, bucket)
    return new


def _create(client: Any, bucket: str, region: str) -> bool:
    try:
        found = client.get_bucket_location(Bucket=bucket)["LocationConstraint"] or UNNAMED_REGION
        found = OLD_NAMES.get(found, found)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "AccessDenied":
            raise ToolError(
                f"the bucket {bucket} belongs to another account, or yours may not read it; choose another name in "
                "TERRAFORM_STATE_BUCKET, or credentials of its account"
            ) from error
        if code != "NoSuchBucket":
            raise
    else:
        if found != region:
            raise ToolError(
                f"the bucket {bucket} is in {found}, but TERRAFORM_STATE_BUCKET_REGION is {region}; "
                f"set it to {found}, or choose another name"
            )
        return False
    where = {"LocationConstraint": region}
    client.create_bucket(Bucket=bucket, **({} if region == UNNAMED_REGION else {"CreateBucketConfiguration": where}))
    client.get_waiter("bucket_exists").wait(Bucket=bucket)
    return True


def _encrypt(client: Any, bucket: str) -> None:
    """Encrypt with S3's own key, unless the bucket already has another key."""
    rules: list[Any] = []
    try:
        rules = client.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ServerSideEncryptionConfigurationNotFoundError":
            raise
    if not any("ApplyServerSideEncryptionByDefault" in rule for rule in rules):
        rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
        client.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})


def _refuse_plain_http(client: Any, bucket: str) -> None:
    """Add a statement to the bucket's policy that denies plain HTTP. Other statements stay."""
    statements: Any = []
    try:
        statements = json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
            raise
    arn = f"arn:{_partition(client)}:s3:::{bucket}"
    deny = {
        "Sid": STATEMENT_ID,
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    statements = (
        statements if isinstance(statements, list) else [statements]
    )  # IAM accepts a single statement without a list
    kept = [statement for statement in statements if statement.get("Sid") != STATEMENT_ID]
    policy = {"Version": "2012-10-17", "Statement": [*kept, deny]}
    client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def _partition(client: Any) -> str:
    """Return the partition of the client's region: aws, aws-cn or aws-us-gov."""
    return str(client.meta.partition)
