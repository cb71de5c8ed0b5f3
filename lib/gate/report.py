"""What the gate says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lib.aspects.model import Severity
from lib.findings import severity_name
from lib.waivers import Waiver


@dataclass(frozen=True)
class GateFinding:
    """One violation of a rule. `path` is the construct's path; without one, the resource's address or stack's name."""

    rule_id: str
    path: str
    file: str  # relative to the directory that was judged
    line: int  # where the resource begins
    resource: str  # aws_dynamodb_table.ledger, data.aws_region.here; empty for the stack itself
    message: str
    fix: str
    severity: Severity | None = None  # nobody says how bad it is what Checkov's own checks find
    made_at: str = ""  # lib/constructs/ledger.py:27, where that is known

    def __str__(self) -> str:
        return (
            f"{self.rule_id} {severity_name(self.severity)} [{self.path}] {self.message} ({self.file}:{self.line}). "
            f"Fix: {self.fix}"
        )


@dataclass(frozen=True)
class GateReport:
    """The verdict, and an account of what it rests on."""

    findings: tuple[GateFinding, ...]  # the worst construct first
    stacks: int
    resources: int
    policies_loaded: int
    policies_on_disk: int
    checks_run: int  # answers, passed or failed
    skips: dict[str, str]  # id -> reason, all of .checkov.yaml
    skipped: tuple[GateFinding, ...]  # what those skips let through
    note: str = ""
    waived: tuple[tuple[GateFinding, Waiver], ...] = ()
    complaints: tuple[str, ...] = ()  # about waivers, a sentence each; they fail the gate as findings do
    warnings: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)  # id -> title, of Checkov's own checks
    files: Mapping[str, str] = field(default_factory=dict)  # JSON and assets as they were judged -> SHA-256
    checkov: str = ""  # its version

    @property
    def passed(self) -> bool:
        """Whether this goes on to the deployment."""
        return not self.findings and not self.complaints

    @property
    def summary(self) -> str:
        """One line: what was judged, by how much, with which result."""
        verdict = f"{len(self.findings)} findings" if self.findings else "clean"
        if self.complaints:
            verdict = f"{len(self.findings)} findings, {len(self.complaints)} faults in waivers"
        waived = f"{len(self.waived)} waived, " if self.waived else ""
        return (
            f"gate: {verdict}; {self.stacks} stacks, {self.resources} resources, "
            f"{self.policies_loaded} of {self.policies_on_disk} policies, {self.checks_run} checks, "
            f"{waived}{len(self.skips)} of Checkov's own skipped by .checkov.yaml{self.note}"
        )
