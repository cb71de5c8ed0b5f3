"""What the gate says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lib.findings.finding import Finding
from lib.findings.waivers import Waiver
from lib.reports.report import Report, Suppressed, Suppression, summaries, suppression_of


@dataclass(frozen=True)
class GateReport:
    """The verdict, and an account of what it rests on."""

    findings: tuple[Finding, ...]  # the worst construct first
    stacks: int
    resources: int
    policies_loaded: int
    policies_on_disk: int
    checks_run: int  # answers, passed or failed
    skips: dict[str, str]  # id -> reason, all of .checkov.yaml
    skipped: tuple[Finding, ...]  # what those skips let through
    note: str = ""
    waived: tuple[tuple[Finding, Waiver], ...] = ()
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
