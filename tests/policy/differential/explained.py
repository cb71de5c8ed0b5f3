"""Differences between the judges that are meant to be there, each with its reason.

A document that only one judge lets pass is never explained: what stands here excuses a rule only where both judges
report another one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Judge = Literal["first", "second"]


@dataclass(frozen=True)
class Explained:
    """A rule that one judge alone may report, where both report one of `beside`."""

    rule: str
    judge: Judge
    beside: str  # regular expression over rule ids
    reason: str


DIFFERENCES: tuple[Explained, ...] = ()

# The gate ends with exit code 2 for what it cannot read: (regular expression over its message, reason).
REFUSALS: tuple[tuple[str, str], ...] = (
    ("holds no resource", "there is nothing to deploy, and nothing to judge"),
    ("is not an object; write it as CDKTF does", "Terraform knows more spellings than CDKTF writes; one is enough"),
)


def explanation(rule: str, judge: Judge, both: frozenset[str]) -> str | None:
    """Why that judge alone reports the rule, given the rules that both report; None where nothing says why."""
    for one in DIFFERENCES:
        if (one.rule, one.judge) == (rule, judge) and any(re.fullmatch(one.beside, other) for other in both):
            return one.reason
    return None


def refusal(message: str) -> str | None:
    """Why the gate may refuse to judge a document; None where nothing says why."""
    return next((reason for pattern, reason in REFUSALS if re.search(pattern, message)), None)
