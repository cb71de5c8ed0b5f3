"""Findings of either judge, and their order in reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol, TypeVar


class Severity(IntEnum):
    """The severity of a finding; comparable."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


@dataclass(frozen=True)
class Finding:
    """A violation of a rule; `str()` is its line in the output."""

    rule_id: str
    severity: Severity
    path: str
    message: str
    fix: str

    def __str__(self) -> str:
        return " ".join(f"{self.rule_id} {self.severity.name} [{self.path}] {self.message}. Fix: {self.fix}".split())


class AnyFinding(Protocol):
    """A finding of either judge; `str()` is its line. Findings of Checkov's built-in checks have no severity."""

    @property
    def rule_id(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def severity(self) -> IntEnum | None: ...


def severity_name(severity: IntEnum | None) -> str:
    """Return the severity's name for reports; UNKNOWN for Checkov's built-in checks."""
    return severity.name if severity else "UNKNOWN"


FindingT = TypeVar("FindingT", bound=AnyFinding)


def most_severe_first(findings: Iterable[FindingT]) -> tuple[FindingT, ...]:
    """Sort by construct, the one with the most severe finding first, and within each construct by severity.

    Findings of Checkov's built-in checks have no severity and come last.
    """
    found = list(findings)
    worst: dict[str, int] = {}
    for finding in found:
        worst[finding.path] = max(worst.get(finding.path, 0), finding.severity or 0)
    return tuple(sorted(found, key=lambda each: (-worst[each.path], each.path, -(each.severity or 0), str(each))))
