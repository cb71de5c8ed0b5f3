"""A finding of a judge, and the order in which reports list findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    """The severity of a finding. A more severe one compares as greater."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


@dataclass(frozen=True)
class Finding:
    """One violation of a rule. `str()` returns it as one line with the fix.

    `path` is the construct's path; if that is unknown, the resource's address or the stack's name. `severity` is None
    for Checkov's built-in checks. If synthesis failed, no JSON was written, so `file` is empty and `line` is 0.
    """

    rule_id: str
    severity: Severity | None
    path: str
    message: str
    fix: str
    resource: str = ""  # its address, as data.aws_region.here; empty for the stack itself
    file: str = ""  # relative to the checked directory
    line: int = 0  # line at which the resource begins
    made_at: str = ""  # lib/constructs/ledger.py:27, if known

    def __str__(self) -> str:
        place = f" ({self.file}:{self.line})" if self.file else ""
        text = f"{self.rule_id} {severity_name(self.severity)} [{self.path}] {self.message}{place}. Fix: {self.fix}"
        return " ".join(text.split())


def severity_name(severity: Severity | None) -> str:
    """Return the severity's name in reports, such as HIGH; UNKNOWN for Checkov's built-in checks."""
    return severity.name if severity else "UNKNOWN"


def most_severe_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings by construct and severity: first the construct with the most severe finding.

    Findings of Checkov's built-in checks come last, because they have no severity.
    """
    found = list(findings)
    worst: dict[str, int] = {}
    for finding in found:
        worst[finding.path] = max(worst.get(finding.path, 0), finding.severity or 0)
    return tuple(sorted(found, key=lambda each: (-worst[each.path], each.path, -(each.severity or 0), str(each))))
