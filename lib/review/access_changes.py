"""Compares the access that two stacks grant. Splitting, merging or moving statements is not a change."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lib.review.stack_access import Access, Condition, Grant

ADDED, REMOVED, WIDENED, NARROWED, CHANGED = "added", "removed", "widened", "narrowed", "changed"


@dataclass(frozen=True)
class Change:
    """One difference. `before` is None for an added grant, `after` is None for a removed one."""

    kind: str
    before: Grant | None
    after: Grant | None

    @property
    def grant(self) -> Grant:
        """Return the new grant if there is one, else the old one."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - one of the two is given
        return found


def compare_access(before: Access, after: Access) -> list[Change]:
    """Return the changes from `before` to `after`, those that widen access first."""
    gone = [grant for grant in before.grants if not _is_covered(grant, after)]
    new = [grant for grant in after.grants if not _is_covered(grant, before)]
    changes = list(_pairs(gone, new))
    paired = {change.before for change in changes} | {change.after for change in changes}
    changes += [Change(ADDED, None, grant) for grant in new if grant not in paired]
    changes += [Change(REMOVED, grant, None) for grant in gone if grant not in paired]
    order = (WIDENED, ADDED, CHANGED, NARROWED, REMOVED)
    return sorted(changes, key=lambda change: (order.index(change.kind), change.grant))


def _is_covered(grant: Grant, access: Access) -> bool:
    """Return whether `access` has the grant, or a wider grant that includes it."""
    return grant in access.grants or any(_covers(other, grant) for other in access.grants if _covers(grant, other))


def _pairs(gone: list[Grant], new: list[Grant]) -> Iterator[Change]:
    """Yield a change for each removed and new grant of one principal if one of the two includes the other."""
    left = list(new)
    for old in gone:
        for other in left:
            kind = _relation(old, other)
            if kind:
                left.remove(other)
                yield Change(kind, old, other)
                break


def _relation(old: Grant, new: Grant) -> str | None:
    if (old.principal, old.effect) != (new.principal, new.effect):
        return None
    is_allow = new.effect == "Allow"
    if _covers(new, old):
        return WIDENED if is_allow else NARROWED
    if _covers(old, new):
        return NARROWED if is_allow else WIDENED
    return CHANGED if (old.action, old.resource) == (new.action, new.resource) else None


def _covers(one: Grant, other: Grant) -> bool:
    """Return whether the grant `one` includes everything that the grant `other` allows or denies."""
    return (
        (one.principal, one.effect) == (other.principal, other.effect)
        and _matches(one.action.lower(), other.action.lower())
        and _matches(one.resource, other.resource)
        and all(any(_implies(given, wanted) for given in other.conditions) for wanted in one.conditions)
    )


def _matches(pattern: str, text: str) -> bool:
    """Return whether an IAM pattern matches. Unlike in fnmatch, `[` is an ordinary character."""
    return fnmatch.fnmatchcase(text, re.sub(r"\[", "[[]", pattern))


def _implies(given: Condition, wanted: Condition) -> bool:
    """Return whether every request that meets `given` also meets `wanted`."""
    is_negative = "Not" in given.operator
    values, others = set(given.values), set(wanted.values)
    return (given.operator, given.key) == (wanted.operator, wanted.key) and (
        values >= others if is_negative else values <= others
    )
