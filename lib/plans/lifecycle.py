"""Finds S3 lifecycle rules that remove objects sooner than the previous rules.

docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Expiry:
    """The expiry in a lifecycle rule. `days` and `date` apply to current objects, the `noncurrent_…` to old versions.

    `prefix` and `conditions` (tags, sizes) select the objects. Without conditions, the rule is for all objects below
    the prefix.
    """

    prefix: str
    conditions: str
    days: float
    date: str
    noncurrent_days: float
    kept_versions: int

    def covers(self, other: Expiry) -> bool:
        """Return whether this rule applies to every object of the other rule."""
        if not other.prefix.startswith(self.prefix):
            return False
        return not self.conditions or (self.conditions, self.prefix) == (other.conditions, other.prefix)

    def is_as_soon_as(self, other: Expiry) -> bool:
        """Return whether this rule removes each object to which both apply at least as soon as the other rule."""
        return (
            self.days <= other.days
            and (not other.date or (bool(self.date) and self.date <= other.date))
            and self.noncurrent_days <= other.noncurrent_days
            and self.kept_versions <= other.kept_versions
        )

    def __str__(self) -> str:
        what = [f"after {self.days:g} days"] if math.isfinite(self.days) else []
        what += [f"on {self.date}"] if self.date else []
        what += [f"{self.noncurrent_days:g} days after a replacement"] if math.isfinite(self.noncurrent_days) else []
        where = f"below {self.prefix}" if self.prefix else "of the bucket"
        return f"objects {where} expire {' and '.join(what)}"


def sooner(before: Sequence[Block], after: Sequence[Block]) -> Iterator[str]:
    """Yield a description of each rule in `after` that may remove an object sooner than the rules in `before`."""
    old = list(_expiries(before))
    for rule in _expiries(after):
        if not any(each.covers(rule) and each.is_as_soon_as(rule) for each in old):
            yield str(rule)


def _expiries(rules: Sequence[Block]) -> Iterator[Expiry]:
    """Yield two entries for each rule: one for current objects, one for old versions."""
    for rule in rules:
        if rule.get("status") != "Enabled":
            continue
        prefix, conditions = _filter(rule)
        for block in rule.get("expiration") or []:
            days, date = block.get("days") or math.inf, block.get("date") or ""
            if math.isfinite(days) or date:
                yield Expiry(prefix, conditions, days, date, math.inf, 0)
        for block in rule.get("noncurrent_version_expiration") or []:
            kept = int(block.get("newer_noncurrent_versions") or 0)
            yield Expiry(prefix, conditions, math.inf, "", block.get("noncurrent_days") or 0, kept)


def _filter(rule: Block) -> tuple[str, str]:
    """Return the prefix, and the other conditions as a text. Equal conditions have equal texts."""
    prefix = rule.get("prefix") or ""
    conditions: dict[str, Any] = {}
    for block in rule.get("filter") or []:
        for part in (block, *(block.get("and") or [])):
            prefix = part.get("prefix") or prefix
            conditions |= {name: value for name, value in part.items() if value and name not in ("prefix", "and")}
    return prefix, json.dumps(conditions, sort_keys=True) if conditions else ""
