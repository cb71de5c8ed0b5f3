"""What the findings of both judges have in common, and the order in which people read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol, TypeVar


class Severity(IntEnum):
    """How bad a finding is; compares."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


@dataclass(frozen=True)
class Finding:
    """A rule that something breaks; `str()` is the one line that people read."""

    rule_id: str
    severity: Severity
    path: str
    message: str
    fix: str

    def __str__(self) -> str:
        return " ".join(f"{self.rule_id} {self.severity.name} [{self.path}] {self.message}. Fix: {self.fix}".split())


class AnyFinding(Protocol):
    """A finding of either judge; `str()` is its line. Checkov's own checks have no severity."""

    @property
    def rule_id(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def severity(self) -> IntEnum | None: ...


def severity_name(severity: IntEnum | None) -> str:
    """As every report prints it. Nobody says how bad it is what Checkov's own checks find."""
    return severity.name if severity else "UNKNOWN"


FindingT = TypeVar("FindingT", bound=AnyFinding)


def most_severe_first(findings: Iterable[FindingT]) -> tuple[FindingT, ...]:
    """By construct: first the one with the worst finding, and in each the worst first.

    What Checkov's own checks find comes after all of ours: nobody says how bad it is.
    """
    found = list(findings)
    worst: dict[str, int] = {}
    for finding in found:
        worst[finding.path] = max(worst.get(finding.path, 0), finding.severity or 0)
    return tuple(sorted(found, key=lambda each: (-worst[each.path], each.path, -(each.severity or 0), str(each))))
