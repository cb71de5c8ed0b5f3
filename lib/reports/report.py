"""What every form of the report says, whichever judge has spoken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lib.aspects.catalogue import RULES
from lib.findings.finding import Finding, Severity
from lib.findings.waivers import Waiver

if TYPE_CHECKING:
    from lib.aspects.judge_aspect import Judge  # whose import starts Node


@dataclass(frozen=True)
class Excuse:
    """Why a finding does not fail the run. A skip of .checkov.yaml has neither owner nor last day."""

    reason: str
    owner: str = ""
    expires: str = ""
    stands_at: str = ".checkov.yaml"


@dataclass(frozen=True)
class Entry:
    """A finding. Files are relative to the project where they stand in it; `line` 0 is a file that was not written."""

    rule_id: str
    severity: Severity | None
    path: str
    resource: str
    message: str
    fix: str
    file: str
    line: int
    made_at: str
    text: str
    excuse: Excuse | None = None


@dataclass(frozen=True)
class RuleWords:
    """A rule as the reports declare it. Of Checkov's own checks only id and title are known."""

    id: str
    title: str
    severity: Severity | None = None
    why: str = ""
    fix: str = ""
    controls: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Report:
    """The verdict of one run. `account` says what it rests on; all numbers but the judge's name and the day."""

    findings: tuple[Entry, ...]
    waived: tuple[Entry, ...]
    skipped: tuple[Entry, ...]
    complaints: tuple[str, ...]
    warnings: tuple[str, ...]
    rules: tuple[RuleWords, ...]
    account: Mapping[str, str | int]
    summary: str
    files: Mapping[str, str] = field(default_factory=dict)  # JSON and assets that were judged -> SHA-256
    checkov: str = ""  # its version, where it was asked

    @property
    def passed(self) -> bool:
        """Whether the run ended with 0."""
        return not self.findings and not self.complaints


def of_aspects(judge: Judge, made_at: Mapping[str, str]) -> Report:
    """The first judge's verdict, where it has stopped the synth: there is no JSON to point into."""
    faults = f", {len(judge.complaints)} faults in waivers" if judge.complaints else ""
    waived = f"{len(judge.waived)} waived, " if judge.waived else ""
    return Report(
        findings=tuple(_of_aspects(finding, made_at) for finding in judge.findings),
        waived=tuple(_of_aspects(finding, made_at, excuse_of(waiver)) for finding, waiver in judge.waived),
        skipped=(),
        complaints=judge.complaints,
        warnings=judge.warnings,
        rules=rules_of((), {}),
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
            f"{waived}{len(judge.rules)} rules; nothing was written, so the gate was not asked"
        ),
    )


def _of_aspects(finding: Finding, made_at: Mapping[str, str], excuse: Excuse | None = None) -> Entry:
    return Entry(
        rule_id=finding.rule_id,
        severity=finding.severity,
        path=finding.path,
        resource="",
        message=finding.message,
        fix=finding.fix,
        file="",
        line=0,
        made_at=made_at.get(finding.path, ""),
        text=str(finding),
        excuse=excuse,
    )


def excuse_of(waiver: Waiver) -> Excuse:
    """What the reports say of a waiver."""
    return Excuse(waiver.reason, waiver.owner, waiver.expires.isoformat(), f"policies/waivers.yaml:{waiver.line}")


def rules_of(entries: Iterable[Entry], titles: Mapping[str, str]) -> tuple[RuleWords, ...]:
    """Every rule of the catalogue, and each check of Checkov's own that found something."""
    ours = tuple(
        RuleWords(rule.id, rule.title, rule.severity, rule.why, rule.fix, rule.controls, rule.source) for rule in RULES
    )
    other = {entry.rule_id: entry for entry in entries if entry.rule_id not in {rule.id for rule in ours}}
    return ours + tuple(
        RuleWords(id_, titles.get(id_) or entry.message, fix=entry.fix) for id_, entry in sorted(other.items())
    )
