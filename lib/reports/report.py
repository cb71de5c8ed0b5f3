"""The data of one run of one judge, from which every report file is written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lib.aspects.catalogue import RULES
from lib.environments import ROOT
from lib.findings.finding import Finding, Severity
from lib.findings.waivers import Waiver

if TYPE_CHECKING:
    from lib.aspects.judge_aspect import Judge  # whose import starts Node


@dataclass(frozen=True)
class Suppression:
    """The waiver or skip that suppresses a finding. A skip in .checkov.yaml has neither owner nor expiry date."""

    reason: str
    owner: str = ""
    expires: str = ""
    location: str = ".checkov.yaml"


@dataclass(frozen=True)
class Suppressed:
    """A finding that does not fail the run, because a waiver or skip suppresses it."""

    finding: Finding
    suppression: Suppression


@dataclass(frozen=True)
class RuleSummary:
    """A rule in a report. For Checkov's built-in checks, only id and title are known."""

    id: str
    title: str
    severity: Severity | None = None
    why: str = ""
    fix: str = ""
    controls: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Report:
    """The result of one run. `account`: the judge's name, and the numbers of stacks, resources and policies."""

    findings: tuple[Finding, ...]
    waived: tuple[Suppressed, ...]
    skipped: tuple[Suppressed, ...]
    complaints: tuple[str, ...]
    warnings: tuple[str, ...]
    rules: tuple[RuleSummary, ...]
    account: Mapping[str, str | int]
    summary: str
    files: Mapping[str, str] = field(default_factory=dict)  # checked JSON and assets -> SHA-256
    checkov: str = ""  # Checkov's version, if it ran
    directory: Path | None = None  # the folder of the checked stacks; None if synthesis failed and wrote nothing

    @property
    def passed(self) -> bool:
        """Return whether the run's exit code is 0."""
        return not self.findings and not self.complaints

    @property
    def suppressed(self) -> tuple[Suppressed, ...]:
        """The waived findings, then the skipped ones."""
        return (*self.waived, *self.skipped)

    def file_of(self, finding: Finding) -> str:
        """Return a finding's file, relative to the project if it is inside; "" if the finding has none."""
        if not self.directory or not finding.file:
            return ""
        absolute = Path(os.path.abspath(self.directory / finding.file))  # noqa: PTH100 - resolve() would follow links
        return (absolute.relative_to(ROOT) if absolute.is_relative_to(ROOT) else absolute).as_posix()


def report_of_aspects(judge: Judge, made_at: Mapping[str, str]) -> Report:
    """Return the first judge's report. Its findings have no line in the JSON, because synthesis wrote no JSON.

    `made_at`: construct path -> the line of Python that created it.
    """
    faults = f", {len(judge.complaints)} invalid waivers" if judge.complaints else ""
    waived = f"{len(judge.waived)} waived, " if judge.waived else ""
    return Report(
        findings=tuple(_located(finding, made_at) for finding in judge.findings),
        waived=tuple(
            Suppressed(_located(finding, made_at), suppression_of(waiver)) for finding, waiver in judge.waived
        ),
        skipped=(),
        complaints=judge.complaints,
        warnings=judge.warnings,
        rules=summaries((), {}),
        account={
            "judge": "aspects",
            "stacks": judge.stacks,
            "resources": judge.resources,
            "policies_loaded": len(judge.rules),
            "policies_on_disk": len(RULES),
            "checks_run": 0,
        },
        summary=(
            f"aspects: {len(judge.findings)} findings{faults}; {judge.stacks} stacks, {judge.resources} resources, "
            f"{waived}{len(judge.rules)} rules; no stack was written, so the gate did not run"
        ),
    )


def suppression_of(waiver: Waiver) -> Suppression:
    """Return a waiver in the reports' form."""
    return Suppression(waiver.reason, waiver.owner, waiver.expires.isoformat(), waiver.place)


def summaries(findings: Iterable[Finding], titles: Mapping[str, str]) -> tuple[RuleSummary, ...]:
    """Return all rules, and those of Checkov's built-in checks that have a finding. `titles`: id -> title."""
    ours = tuple(
        RuleSummary(rule.id, rule.title, rule.severity, rule.why, rule.fix, rule.controls, rule.source)
        for rule in RULES
    )
    known = {rule.id for rule in ours}
    other = {finding.rule_id: finding for finding in findings if finding.rule_id not in known}
    return ours + tuple(
        RuleSummary(id_, titles.get(id_) or finding.message, fix=finding.fix) for id_, finding in sorted(other.items())
    )


def _located(finding: Finding, made_at: Mapping[str, str]) -> Finding:
    return replace(finding, made_at=made_at.get(finding.path, ""))
