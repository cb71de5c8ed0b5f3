"""The gate's findings and report."""

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
    file: str  # relative to the checked directory
    line: int  # line at which the resource begins
    resource: str  # aws_dynamodb_table.ledger, data.aws_region.here; empty for the stack itself
    message: str
    fix: str
    severity: Severity | None = None  # None for Checkov's built-in checks
    made_at: str = ""  # lib/constructs/ledger.py:27, if known

    def __str__(self) -> str:
        return (
            f"{self.rule_id} {severity_name(self.severity)} [{self.path}] {self.message} ({self.file}:{self.line}). "
            f"Fix: {self.fix}"
        )


@dataclass(frozen=True)
class GateReport:
    """The verdict, and what was checked for it."""

    findings: tuple[GateFinding, ...]  # the construct with the most severe findings first
    stacks: int
    resources: int
    policies_loaded: int
    policies_on_disk: int
    checks_run: int  # number of check results, passed or failed
    skips: dict[str, str]  # id -> reason, all of .checkov.yaml
    skipped: tuple[GateFinding, ...]  # findings suppressed by these skips
    note: str = ""
    waived: tuple[tuple[GateFinding, Waiver], ...] = ()
    complaints: tuple[str, ...] = ()  # sentences about invalid waivers, which fail the gate like findings
    warnings: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)  # id -> title of Checkov's built-in checks
    files: Mapping[str, str] = field(default_factory=dict)  # checked JSON and assets -> SHA-256
    checkov: str = ""  # its version

    @property
    def passed(self) -> bool:
        """Whether the stacks may be deployed."""
        return not self.findings and not self.complaints

    @property
    def summary(self) -> str:
        """One line: the result, and the numbers of stacks, resources, policies and checks."""
        verdict = f"{len(self.findings)} findings" if self.findings else "clean"
        if self.complaints:
            verdict = f"{len(self.findings)} findings, {len(self.complaints)} invalid waivers"
        waived = f"{len(self.waived)} waived, " if self.waived else ""
        return (
            f"gate: {verdict}; {self.stacks} stacks, {self.resources} resources, "
            f"{self.policies_loaded} of {self.policies_on_disk} policies, {self.checks_run} checks, "
            f"{waived}{len(self.skips)} built-in checks skipped by .checkov.yaml{self.note}"
        )

    def as_report(self, directory: Path) -> Report:
        """Convert to the common report; `directory` is the checked one."""
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
    """Return the path relative to the project if it is inside, else absolute."""
    absolute = Path(os.path.abspath(file))  # noqa: PTH100 - resolve() would follow links
    return (absolute.relative_to(ROOT) if absolute.is_relative_to(ROOT) else absolute).as_posix()
