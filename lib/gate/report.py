"""The result of the gate: findings, waivers, skips and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lib.findings.finding import Finding
from lib.findings.waivers import Waiver
from lib.reports.report import Report, Suppressed, Suppression, summaries, suppression_of


@dataclass(frozen=True)
class GateReport:
    """The gate's verdict, with the numbers and the digests of everything that it checked."""

    findings: tuple[Finding, ...]  # the construct with the most severe findings first
    stacks: int
    resources: int
    policies_loaded: int
    policies_on_disk: int
    checks_run: int  # number of check results, both passed and failed
    skips: dict[str, str]  # id -> reason, all of .checkov.yaml
    skipped: tuple[Finding, ...]  # findings suppressed by these skips
    note: str = ""
    waived: tuple[tuple[Finding, Waiver], ...] = ()
    complaints: tuple[str, ...] = ()  # one sentence for each invalid waiver; like a finding, it fails the gate
    warnings: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)  # id -> title of Checkov's built-in checks
    files: Mapping[str, str] = field(default_factory=dict)  # checked JSON and assets -> SHA-256
    checkov: str = ""  # its version

    @property
    def passed(self) -> bool:
        """Return True if there is no finding and no invalid waiver, so that the stacks may be deployed."""
        return not self.findings and not self.complaints

    @property
    def summary(self) -> str:
        """Return one line: the result, and the numbers of stacks, resources, policies and checks."""
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
        """Convert to the common report. `directory` is the checked directory."""
        waived = tuple(Suppressed(finding, suppression_of(waiver)) for finding, waiver in self.waived)
        skipped = tuple(Suppressed(finding, Suppression(self.skips[finding.rule_id])) for finding in self.skipped)
        every = (*self.findings, *(each.finding for each in (*waived, *skipped)))
        return Report(
            findings=self.findings,
            waived=waived,
            skipped=skipped,
            complaints=self.complaints,
            warnings=self.warnings,
            rules=summaries(every, self.titles),
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
            directory=directory,
        )
