"""Differences between the judges that are meant to be there, each with its reason.

A document that only one judge lets pass is never explained: what stands here excuses a rule only where both judges
report another one of the same construct (docs/decisions/0010-settling-the-lists.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

Findings = frozenset[tuple[str, str]]  # (rule id, construct)


@dataclass(frozen=True)
class Explained:
    """Rules that one judge alone may report of a construct of which both report one of `beside`."""

    rules: str  # both are regular expressions over whole rule ids
    beside: str
    reason: str
    anywhere: bool = False  # both may report `beside` of any construct
    of_stack: bool = False  # both report `beside` of the stack itself, and the rules too


DIFFERENCES = (
    Explained(
        r"TAP-DOC-5",
        r"TAP-(?!DOC-4)[A-Z]+-[0-9]+",
        "both refuse the construct by the rule that owns the argument; whether the list of arguments says it again is "
        "each judge's own affair",
    ),
    Explained(
        r"TAP-DOC-2",
        r"TAP-((ENC|NAME|DEL|NET|OBS|RUN|TAG)-[0-9]+|DOC-5|IAM-8)",
        "both refuse the value: it is not the key, name, number, topic, tag or principal that the rule wants, or the "
        "argument does not exist; one of them also compares the attribute that the value refers to",
    ),
    Explained(
        r"TAP-(?!DOC|DEL-2)[A-Z]+-[0-9]+",
        r"TAP-DOC-[123]",
        "both say that the construct holds what no rule can read; what a rule that has to read it makes of that is its "
        "own affair",
    ),
    Explained(
        r"TAP-(NET-4|NET-6|DEL-[1-6]|ENC-9|IAM-[47])",
        r"TAP-(DOC-5|OBS-10)",
        "both refuse an argument that the type does not have, or a word that it does not know; whether a rule that "
        "looks for an argument's name on any type knows it too is its own affair",
    ),
    Explained(
        r"TAP-IAM-[27]",
        r"TAP-IAM-[358]",
        "both refuse the document as a trust policy; one of them also reads it as a permission, where another argument "
        "refers to it by mistake",
    ),
    Explained(
        r"TAP-(IAM-[2578]|NET-3)",
        r"TAP-DOC-2",
        "both refuse an expression that no rule can read, or a wildcard in a name; one of them also refuses a policy "
        "that depends on that resource",
        anywhere=True,
    ),
    Explained(
        r"TAP-ENC-2",
        r"TAP-DOC-2",
        "both refuse an expression about a bucket; one of them counts it as a use other than for access logs",
        anywhere=True,
    ),
    Explained(
        r"TAP-ENC-11",
        r"TAP-DOC-5",
        "both refuse a policy as an argument of the topic or queue itself; one of them reads it anyway, and finds the "
        "statement",
    ),
    Explained(
        r"TAP-DOC-6",
        r"TAP-DOC-[25]",
        "both refuse the name's value, or an argument that says where a name is unique, such as the VPC; whether two "
        "such names collide is each judge's own affair",
    ),
    Explained(
        r"TAP-DOC-2",
        r"TAP-DOC-1",
        "both refuse a block outside the resources; one of them also reads the expressions in it",
        of_stack=True,
    ),
    Explained(
        r"TAP-DOC-2",
        r"TAP-DOC-1",
        "both refuse the data source; one of them also reads the expressions in it",
    ),
    Explained(
        r"TAP-OBS-9",
        r"TAP-OBS-10",
        "both say that nobody publishes the metric, so there are no bounds to compare the alarm with",
    ),
)

# The gate ends with exit code 2 for what it cannot read: (regular expression over its message, reason).
REFUSALS: tuple[tuple[str, str], ...] = (
    ("contains no resource", "there is nothing to deploy, and nothing to judge"),
    (r"Failed to run check CKV\w+ ", "a check of Checkov's own raises on a value of this form, and nothing passes"),
    ("is not an object; write it as CDKTF does", "Terraform knows more spellings than CDKTF writes; one is enough"),
)


def explanation(rule: str, constructs: Iterable[str], both: Findings) -> str | None:
    """Why one judge alone reports a rule of these constructs; None where nothing says why for each of them.

    `both` is what both judges report. One entry alone explains a finding of the stack itself.
    """
    for one in DIFFERENCES:
        if not re.fullmatch(one.rules, rule):
            continue
        beside = {construct for other, construct in both if re.fullmatch(one.beside, other)}
        if one.of_stack:
            explained = set(constructs) == {""} <= beside
        else:
            beside.discard("")
            explained = bool(beside) if one.anywhere else beside.issuperset(constructs)
        if explained:
            return one.reason
    return None


def refusal(message: str) -> str | None:
    """Why the gate may refuse to judge a document; None where nothing says why."""
    return next((reason for pattern, reason in REFUSALS if re.search(pattern, message)), None)
