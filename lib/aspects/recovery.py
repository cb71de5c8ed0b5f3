"""REC: what is overwritten or deleted by mistake can be brought back."""

from __future__ import annotations

from collections.abc import Iterator

from lib.aspects.model import ResourceRule, Severity, StackRule
from lib.aspects.terraform_json import Attributes, StackView, blocks, flag, format_value, literal


def _point_in_time_recovery(type_: str, attributes: Attributes) -> Iterator[str]:
    if type_ == "aws_dynamodb_table_replica":
        replicas, states = [attributes], []
    else:
        replicas = blocks(attributes, "replica")
        states = [block.get("enabled") for block in blocks(attributes, "point_in_time_recovery")]
        if not states:
            yield "point_in_time_recovery is missing; expected enabled"
    for state in states:
        if flag(state) is not True:
            yield f"point_in_time_recovery.enabled is {format_value(state)}; expected true"
    for replica in replicas:
        state = replica.get("point_in_time_recovery")
        if flag(state) is not True:
            yield f"the replica's point_in_time_recovery is {format_value(state)}; expected true"


def _versioning(stack: StackView) -> Iterator[tuple[str, str]]:
    for bucket in stack.of("aws_s3_bucket"):
        versionings = stack.attached_to(bucket, "aws_s3_bucket_versioning", "bucket", "id", "bucket")
        if not versionings:
            yield bucket.path, "no aws_s3_bucket_versioning refers to this bucket; expected one with status Enabled"
        for versioning in versionings:
            for block in blocks(versioning.attributes, "versioning_configuration") or [{}]:
                if literal(block.get("status")) != "Enabled":
                    yield versioning.path, f"status is {format_value(block.get('status'))}; expected Enabled"


POINT_IN_TIME_RECOVERY = ResourceRule(
    id="TAP-REC-1",
    title="DynamoDB tables have point-in-time recovery",
    why="A faulty release that overwrites payments can be undone to the second, 35 days back.",
    severity=Severity.HIGH,
    controls=("Well-Architected REL09-BP01", "Well-Architected REL09-BP03"),
    resource_types=("aws_dynamodb_table", "aws_dynamodb_table_replica"),
    waivable=True,
    fix="set point_in_time_recovery with enabled=True, on replicas point_in_time_recovery=True",
    source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html",
    check=_point_in_time_recovery,
)

VERSIONING = StackRule(
    id="TAP-REC-2",
    title="Buckets are versioned",
    why="An audit record that is overwritten or deleted still has its earlier version.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 10.3.2", "PCI DSS 4.0.1 10.3.3", "Well-Architected REL09-BP01"),
    resource_types=("aws_s3_bucket", "aws_s3_bucket_versioning"),
    waivable=True,
    fix="declare an S3BucketVersioning with bucket=<S3Bucket>.id and status='Enabled'",
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
    check=_versioning,
)

RULES = (POINT_IN_TIME_RECOVERY, VERSIONING)
