"""Whether S3's lifecycle rules remove objects sooner than they did.

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
    """A rule that removes objects. `days` and `date` are of current objects, the others of those that were replaced.

    `prefix` and `conditions` (tags, sizes) say which objects are meant; without conditions all beneath the prefix.
    """

    prefix: str
    conditions: str
    days: float
    date: str
    noncurrent_days: float
    kept_versions: int

    def covers(self, other: Expiry) -> bool:
        """Whether every object of the other rule is one of this rule."""
        if not other.prefix.startswith(self.prefix):
            return False
        return not self.conditions or (self.conditions, self.prefix) == (other.conditions, other.prefix)

    def is_as_soon_as(self, other: Expiry) -> bool:
        """Whether this rule removes an object of both rules as soon as the other does, or sooner."""
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
        where = f"beneath {self.prefix}" if self.prefix else "of the bucket"
        return f"objects {where} expire {' and '.join(what)}"


def sooner(before: Sequence[Block], after: Sequence[Block]) -> Iterator[str]:
    """The rules of `after` that may remove an object before `before` would have, in words."""
    old = list(_expiries(before))
    for rule in _expiries(after):
        if not any(each.covers(rule) and each.is_as_soon_as(rule) for each in old):
            yield str(rule)


def _expiries(rules: Sequence[Block]) -> Iterator[Expiry]:
    """Current objects and replaced ones are two matters: one rule may be the sooner for one of them only."""
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
    """The prefix, and what else must hold, as text that is the same for the same conditions."""
    prefix = rule.get("prefix") or ""
    conditions: dict[str, Any] = {}
    for block in rule.get("filter") or []:
        for part in (block, *(block.get("and") or [])):
            prefix = part.get("prefix") or prefix
            conditions |= {name: value for name, value in part.items() if value and name not in ("prefix", "and")}
    return prefix, json.dumps(conditions, sort_keys=True) if conditions else ""
