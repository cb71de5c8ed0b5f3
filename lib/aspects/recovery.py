"""The REC rules: data that is overwritten or deleted by mistake can be restored.

TAP-REC-2 (bucket versioning) is in buckets.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.aspects.model import ResourceRule
from lib.aspects.terraform_json import (
    MISSING,
    Attributes,
    StackView,
    blocks,
    flag,
    format_value,
    literal,
    number,
)
from lib.findings.finding import Severity

LIFECYCLE = "aws_s3_bucket_lifecycle_configuration"
# In days. Somebody who makes a mistake on Friday night may notice it on Monday; a week leaves time for the restore.
RECOVERY_DAYS = 7
# In days. Current objects belong to the audit trail; PCI DSS 4.0.1, 10.5.1, requires twelve months of audit trail.
RETENTION_DAYS = 365


def _point_in_time_recovery(type_: str, attributes: Attributes) -> Iterator[str]:
    if type_ == "aws_dynamodb_table":
        recovery = blocks(attributes, "point_in_time_recovery")
        if not recovery:
            yield "point_in_time_recovery is missing; expected enabled"
        for block in recovery:
            if flag(block.get("enabled")) is not True:
                yield f"point_in_time_recovery.enabled is {format_value(block.get('enabled'))}; expected true"
            days = block.get("recovery_period_in_days")
            if number(days) is not MISSING and not _at_least(days, RECOVERY_DAYS):
                named = f"point_in_time_recovery.recovery_period_in_days is {format_value(days)}"
                yield f"{named}; expected {RECOVERY_DAYS} to 35, or none (AWS's default is 35)"
    for replica in blocks(attributes, "replica") if type_ == "aws_dynamodb_table" else [attributes]:
        state = replica.get("point_in_time_recovery")
        if flag(state) is not True:
            yield f"the replica's point_in_time_recovery is {format_value(state)}; expected true"


POINT_IN_TIME_RECOVERY = ResourceRule(
    id="TAP-REC-1",
    title=f"DynamoDB tables have point-in-time recovery over at least {RECOVERY_DAYS} days",
    why="A restore can undo a faulty release that overwrote payments. If it reaches back one day, Friday's data is "
    "lost by Monday.",
    severity=Severity.HIGH,
    controls=("Well-Architected REL09-BP01", "Well-Architected REL09-BP03"),
    resource_types=("aws_dynamodb_table", "aws_dynamodb_table_replica"),
    waivable=True,
    fix="set point_in_time_recovery with enabled=True and no recovery_period_in_days; on replicas, "
    "set point_in_time_recovery=True",
    source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html",
    check=_point_in_time_recovery,
)


def early_expirations(stack: StackView) -> Iterator[tuple[str, str]]:
    """Yield (construct path, message) for each lifecycle rule that expires objects or earlier versions too early."""
    for lifecycle in stack.of(LIFECYCLE):
        for rule in blocks(lifecycle.attributes, "rule"):
            if literal(rule.get("status")) != "Disabled":
                for message in _expiring(rule):
                    yield lifecycle.path, message
    for bucket in stack.of("aws_s3_bucket"):
        if bucket.attributes.get("lifecycle_rule") not in (None, []):
            yield bucket.path, f"lifecycle_rule is set on the bucket; expected only an {LIFECYCLE}"


def _expiring(rule: Attributes) -> Iterator[str]:
    for expiration in blocks(rule, "noncurrent_version_expiration"):
        days = expiration.get("noncurrent_days")
        if not _at_least(days, RECOVERY_DAYS):
            named = f"rule.noncurrent_version_expiration.noncurrent_days is {format_value(days)}"
            yield f"{named}; expected {RECOVERY_DAYS} or more"
    for expiration in blocks(rule, "expiration"):
        days = expiration.get("days")
        if number(days) is not MISSING and not _at_least(days, RETENTION_DAYS):
            yield f"rule.expiration.days is {format_value(days)}; expected {RETENTION_DAYS} or more"
        if literal(expiration.get("date")) is not MISSING:
            yield f"rule.expiration.date is {format_value(expiration.get('date'))}; expected days"


def _at_least(value: Any, least: int) -> bool:
    known = number(value)
    return isinstance(known, float) and known >= least


RULES = (POINT_IN_TIME_RECOVERY,)
