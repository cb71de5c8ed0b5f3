"""Finds updates that shorten the time for which data is kept: retention, expiry, recovery.

Arguments are recognized by their names, so that new types are covered without a list.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from lib.plans import lifecycle

Attributes = Mapping[str, Any]

PERIOD = re.compile(
    r"retention|retain|expir|recovery_(period|window)|deletion_window|deletion_time|delete_after|max_age_in"
)
# Arguments with such names that are not about data.
NO_DATA = re.compile(r"performance_insights|cookie|token|password|certificate|cors|crl|cache")
# Arguments for which 0 means forever. For all others, 0 means that nothing is kept.
ZERO_IS_FOREVER = {
    ("aws_cloudwatch_log_group", "retention_in_days"),
    ("aws_cloudwatch_event_archive", "retention_days"),
}
# Arguments that exist only in Terraform, so an import cannot read them.
NOT_READ_BY_IMPORT = ("deletion_window_in_days", "recovery_window_in_days")
PITR = "aws_dynamodb_table", "point_in_time_recovery"
# In days; also AWS's default.
# docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PointInTimeRecoverySpecification.html
LONGEST_PITR_DAYS = 35


def shortened(resource_type: str, before: Attributes, after: Attributes, *, imported: bool = False) -> Iterator[str]:
    """Yield descriptions of shortened periods: "retention_in_days 365 -> 30".

    `before` and `after` are a resource's values in a plan. `after` lacks values that are unknown before the apply.
    """
    if resource_type == "aws_s3_bucket_lifecycle_configuration":
        yield from lifecycle.sooner(before.get("rule") or [], after.get("rule") or [])
    elif resource_type == "aws_s3_bucket_versioning":
        yield from _versioning(before, after)
    else:
        if resource_type == "aws_dynamodb_table":
            yield from _table(before, after)
        for path in sorted({*_periods(before), *_periods(after)}):
            if path.startswith(PITR[1]) and resource_type == PITR[0]:
                continue
            old, new = _periods(before).get(path), _periods(after).get(path)
            if imported and old is None and path in NOT_READ_BY_IMPORT:
                continue
            if old != new and not _is_as_long(resource_type, path, old, new):
                yield f"{path} {_shown(old)} -> {_shown(new)}"


def _is_as_long(resource_type: str, path: str, old: float | None, new: float | None) -> bool:
    """Return whether the new period is not shorter; False if one of them is not set, because AWS's defaults differ."""
    if old is None or new is None:
        return False
    forever = math.inf if (resource_type, path) in ZERO_IS_FOREVER else 0
    return (new or forever) >= (old or forever)


def _shown(period: float | None) -> str:
    return "not set" if period is None else f"{period:.10g}"


def _periods(attributes: Any, path: str = "") -> dict[str, float]:
    """Return dotted path -> number for all arguments named like a period."""
    found: dict[str, float] = {}
    if isinstance(attributes, Mapping):
        for name, value in attributes.items():
            if name not in ("tags", "tags_all"):
                found |= _periods(value, f"{path}.{name}" if path else name)
    elif isinstance(attributes, list):
        for number, item in enumerate(attributes):
            found |= _periods(item, f"{path}[{number}]" if len(attributes) > 1 else path)
    elif PERIOD.search(path) and not NO_DATA.search(path) and not isinstance(attributes, bool):
        with suppress(TypeError, ValueError):  # not set, or not a number
            found[path] = float(attributes)
    return found


def _table(before: Attributes, after: Attributes) -> Iterator[str]:
    """Yield shortened periods of a table: point-in-time recovery, expiry of items, and a closed stream."""
    if (old := _recovery_days(before)) > (new := _recovery_days(after)):
        yield f"point_in_time_recovery {f'{old:g} -> {new:g} days' if new else 'on -> off'}"
    expires = _block(after, "ttl")
    if expires.get("enabled") and _block(before, "ttl") != expires:
        yield f"ttl: items would expire by their attribute {expires.get('attribute_name')}"
    if before.get("stream_enabled") and (
        not after.get("stream_enabled") or before.get("stream_view_type") != after.get("stream_view_type")
    ):
        yield "the stream would be closed, and unread changes would be lost"


def _recovery_days(table: Attributes) -> float:
    recovery = _block(table, PITR[1])
    if not recovery.get("enabled"):
        return 0
    return float(recovery.get("recovery_period_in_days") or LONGEST_PITR_DAYS)


def _versioning(before: Attributes, after: Attributes) -> Iterator[str]:
    """Yield a line if versioning would be suspended, or if its resource would be removed."""
    old, new = (_block(each, "versioning_configuration").get("status") for each in (before, after))
    if old == "Enabled" and new != "Enabled":
        yield f"versioning Enabled -> {new or 'Suspended'}: overwritten or deleted objects cannot be restored"


def _block(attributes: Attributes, name: str) -> Attributes:
    """Return a block that may occur once; empty if it is missing."""
    blocks = attributes.get(name) or [{}]
    found: Attributes = blocks[0] if isinstance(blocks, list) else blocks
    return found or {}
