"""Finds buckets for access logs. AWS delivers access logs only to buckets with its own key (SSE-S3). Not a policy.

docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html and, for the logs of a load balancer,
docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html.
"""

from _documents import statements
from _expressions import is_literal, reference, references
from _stack import blocks

LOG_SERVICES = ("logging.s3.amazonaws.com", "logdelivery.elasticloadbalancing.amazonaws.com")
# Types that configure a bucket and write nothing to it.
CONFIGURATIONS = (
    "aws_s3_bucket",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
)
BALANCERS = ("aws_alb", "aws_lb")


def takes_access_logs(bucket):
    """Return True if another bucket or a load balancer of the stack sends access logs to this bucket."""
    of_buckets = bucket.stack.of_type("aws_s3_bucket_logging").values()
    return any(
        reference(body.get("target_bucket"))[:2] == (bucket.kind, bucket.name)
        and is_other(bucket, reference(body.get("bucket")))
        for body in of_buckets
    ) or any(
        mentions(bucket, block.get("bucket"))
        for kind in BALANCERS
        for body in bucket.stack.of_type(kind).values()
        for log in ("access_logs", "connection_logs")
        for block in blocks(body.get(log))
    )


def is_other(bucket, found):
    """Return True if a Reference points to another bucket of the stack."""
    return found[:2] != (bucket.kind, bucket.name) and bucket.stack.declares(bucket.kind, found.name)


def other_uses(bucket):
    """Return the addresses of resources that use a bucket for access logs for other purposes."""
    stack = bucket.stack
    for kind in stack.document["resource"]:
        for name, body in stack.of_type(kind).items():
            if kind not in CONFIGURATIONS and mentions(bucket, without_log_target(kind, body)):
                yield f"{kind}.{name}"
    for document in stack.documents():
        for statement in statements(stack, document):
            services = statement.principals
            is_delivery = bool(services) and all(kind == "Service" and each in LOG_SERVICES for kind, each in services)
            is_delivery = is_delivery and statement.actions == ["s3:PutObject"]
            if statement.allows and not is_delivery and mentions(bucket, statement.resources):
                yield str(statement)


def without_log_target(kind, body):
    if kind in BALANCERS:
        return {name: value for name, value in body.items() if name not in ("access_logs", "connection_logs")}
    return body


def mentions(bucket, value):
    """Return True if a value, or any value within it, refers to a bucket or equals its name."""
    if any((each.kind, each.name) == (bucket.kind, bucket.name) for each in references(value)):
        return True
    name = bucket.body.get("bucket")
    return is_literal(name) and any(name in text for text in texts_in(value))


def texts_in(value):
    """Yield every string in a value of any shape."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for name, inner in value.items() if name != "//" for text in texts_in(inner)]
    return [text for inner in value for text in texts_in(inner)] if isinstance(value, list) else []
