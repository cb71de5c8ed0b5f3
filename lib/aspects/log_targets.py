"""Finds buckets that receive S3 access logs, and their other uses.

S3 delivers access logs only to buckets without SSE-KMS as default encryption. So a bucket that contains only access
logs may use SSE-S3. https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.aspects.expressions import references
from lib.aspects.iam.documents import Statement, documents, statements_of
from lib.aspects.terraform_json import Attributes, Resource, StackView, literal

LOGGING, POLICY = "aws_s3_bucket_logging", "aws_s3_bucket_policy"
DELIVERY = "logging.s3.amazonaws.com"
# Types that configure the bucket and write nothing to it.
_CONFIGURATIONS = frozenset(
    {
        LOGGING,
        POLICY,
        "aws_s3_bucket_lifecycle_configuration",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
    }
)


def is_log_target(stack: StackView, bucket: Resource) -> bool:
    """Return True if another bucket of the stack sends its access logs to this bucket."""
    others = [other for other in stack.of("aws_s3_bucket") if other is not bucket]
    loggings = stack.attached_to(bucket, LOGGING, "target_bucket", "id", "bucket")
    return any(
        other.is_referenced_by(logging.attributes.get("bucket"), "id", "bucket")
        for logging in loggings
        for other in others
    )


def other_uses(stack: StackView, bucket: Resource) -> Iterator[str]:
    """Yield each other use of a log bucket: a resource that refers to it, or a statement that admits others."""
    for document in documents(stack):
        for statement in statements_of(document):
            if statement.allows and not _delivers_logs(statement) and _mentions({"on": statement.resources}, bucket):
                yield f"{statement.name} of {document.address} uses it too"
    for user in stack.resources:
        if user is not bucket and user.type not in _CONFIGURATIONS and _mentions(user.attributes, bucket):
            yield f"{user.type}.{user.id} uses it too"


def _delivers_logs(statement: Statement) -> bool:
    is_delivery = all(principal == ("Service", DELIVERY) for principal in statement.principals)
    return bool(statement.principals) and is_delivery and statement.actions == ["s3:PutObject"]


def _mentions(attributes: Attributes, bucket: Resource) -> bool:
    name = literal(bucket.attributes.get("bucket"))
    address = f"{bucket.type}.{bucket.id}"
    return any(
        (isinstance(name, str) and name in text) or any(to.address == address for to in references(text))
        for text in _texts(
            {argument: value for argument, value in attributes.items() if argument not in ("//", "tags")}
        )
    )


def _texts(value: Any) -> Iterator[str]:
    """Yield every string at every depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
