"""What the gate says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GateFinding:
    """One rule broken by one resource. `path` is the construct's path, or the resource's address without one."""

    rule_id: str
    path: str
    file: str  # relative to the directory that was judged
    line: int  # where the resource begins
    resource: str  # aws_dynamodb_table.ledger
    message: str
    fix: str

    def __str__(self) -> str:
        return f"{self.rule_id} [{self.path}] {self.message} ({self.file}:{self.line}). Fix: {self.fix}"


@dataclass(frozen=True)
class GateReport:
    """The verdict, and an account of what it rests on."""

    findings: tuple[GateFinding, ...]
    stacks: int
    resources: int
    policies_loaded: int
    policies_on_disk: int
    checks_run: int  # answers, passed or failed
    skips: dict[str, str]  # id -> reason, all of .checkov.yaml
    skipped: tuple[GateFinding, ...]  # what those skips let through
    note: str = ""

    @property
    def summary(self) -> str:
        """One line: what was judged, by how much, with which result."""
        verdict = f"{len(self.findings)} findings" if self.findings else "clean"
        return (
            f"gate: {verdict}; {self.stacks} stacks, {self.resources} resources, "
            f"{self.policies_loaded} of {self.policies_on_disk} policies, {self.checks_run} checks, "
            f"{len(self.skips)} of Checkov's own skipped by .checkov.yaml{self.note}"
        )
