"""What the gate says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lib.environments import ROOT
from lib.findings.finding import Severity, severity_name
from lib.findings.waivers import Waiver
from lib.reports.report import Entry, Excuse, Report, excuse_of, rules_of


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

    def as_report(self, directory: Path) -> Report:
        """The same for the files of the report; `directory` is the one that was judged."""
        findings = tuple(_entry(finding, directory) for finding in self.findings)
        waived = tuple(_entry(finding, directory, excuse_of(waiver)) for finding, waiver in self.waived)
        skipped = tuple(_entry(finding, directory, Excuse(self.skips[finding.rule_id])) for finding in self.skipped)
        return Report(
            findings=findings,
            waived=waived,
            skipped=skipped,
            complaints=self.complaints,
            warnings=self.warnings,
            rules=rules_of((*findings, *waived, *skipped), self.titles),
            account={
                "judge": "gate",
                "stacks": self.stacks,
                "resources": self.resources,
                "policies_loaded": self.policies_loaded,
                "policies_on_disk": self.policies_on_disk,
                "checks_run": self.checks_run,
            },
            summary=self.summary,
            files=self.files,
            checkov=self.checkov,
        )


def _entry(finding: GateFinding, directory: Path, excuse: Excuse | None = None) -> Entry:
    return Entry(
        rule_id=finding.rule_id,
        severity=finding.severity,
        path=finding.path,
        resource=finding.resource,
        message=finding.message,
        fix=finding.fix,
        file=_place(directory / finding.file),
        line=finding.line,
        made_at=finding.made_at,
        text=str(finding),
        excuse=excuse,
    )


def _place(file: Path) -> str:
    """Relative to the project where it is in it, else absolute."""
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 - resolve() would follow links
    return (absolute.relative_to(ROOT) if absolute.is_relative_to(ROOT) else absolute).as_posix()
