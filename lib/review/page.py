"""Writes the reviewer's page: one self-contained HTML file, from the same report as the other formats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from lib.aspects.terraform_json import StackView
from lib.findings.finding import severity_name
from lib.reports.report import Report, RuleSummary
from lib.review.access_changes import Change, compare_access
from lib.review.setting_changes import SettingChange, compare_settings
from lib.review.stack_access import Access, Condition, Grant, Source, access_of

CONTROL = re.compile(r"PCI DSS 4\.0\.1 (\d+(?:\.\d+)*)")


@dataclass(frozen=True)
class ReviewedStack:
    """A checked stack. `origins`: construct path -> `lib/constructs/ledger.py:27`, if known."""

    name: str
    document: Mapping[str, Any]
    origins: Mapping[str, str]


@dataclass(frozen=True)
class Cell:
    """The grants of one principal on one resource, each with its sources."""

    grants: Sequence[tuple[Grant, Sequence[Source]]]

    @property
    def lines(self) -> list[tuple[str, tuple[Condition, ...], list[str]]]:
        """Return the actions, grouped by effect and conditions: (effect, conditions, actions)."""
        actions: dict[tuple[str, tuple[Condition, ...]], list[str]] = {}
        for grant, _ in self.grants:
            actions.setdefault((grant.effect, grant.conditions), []).append(grant.action)
        return [(effect, conditions, sorted(found)) for (effect, conditions), found in sorted(actions.items())]


@dataclass(frozen=True)
class Section:
    """The page's section about one stack."""

    name: str
    matrix: Mapping[str, Mapping[str, Cell]]  # principal -> resource -> cell
    access: Access
    access_changes: Sequence[Change] | None  # None without a base
    setting_changes: Sequence[SettingChange]
    origins: Mapping[str, str]


def render(report: Report, stacks: Sequence[ReviewedStack], base: Mapping[str, Any] | None = None) -> str:
    """Return the page as HTML. `base`: the JSON of a stack that the first of `stacks` is compared with."""
    environment = Environment(
        loader=PackageLoader("lib.review", "."),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["anchor"] = anchor
    environment.filters["severity"] = severity_name
    return environment.get_template("page.html.j2").render(
        report=report,
        sections=[_section(stack, base) for stack in stacks],
        rules=[(rule, *_counts(report, rule)) for rule in report.rules],
        requirements=list(_requirements(report)),
        days_left=_days_left,
        written=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
    )


def anchor(text: str) -> str:
    """Return the text as an anchor of a link: `rule-TAP-ENC-1`."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-")


def _section(stack: ReviewedStack, base: Mapping[str, Any] | None) -> Section:
    view = StackView(stack.document)
    access = access_of(view)
    before = StackView(base) if base is not None else None
    return Section(
        name=stack.name,
        matrix=_matrix(access),
        access=access,
        access_changes=compare_access(access_of(before), access) if before else None,
        setting_changes=compare_settings(before, view) if before else (),
        origins=stack.origins,
    )


def _matrix(access: Access) -> dict[str, dict[str, Cell]]:
    cells: dict[str, dict[str, list[tuple[Grant, Sequence[Source]]]]] = {}
    for grant in sorted(access.grants):
        by_resource = cells.setdefault(grant.principal, {})
        by_resource.setdefault(grant.resource, []).append((grant, access.grants[grant]))
    return {
        principal: {resource: Cell(grants) for resource, grants in by_resource.items()}
        for principal, by_resource in cells.items()
    }


def _counts(report: Report, rule: RuleSummary) -> tuple[int, int]:
    """Return the number of a rule's findings that fail the run, and the number of waived or skipped ones."""
    failing = sum(finding.rule_id == rule.id for finding in report.findings)
    return failing, sum(each.finding.rule_id == rule.id for each in report.suppressed)


def _requirements(report: Report) -> Iterator[tuple[str, list[RuleSummary], int]]:
    """Yield (PCI DSS requirement, its rules, number of their findings)."""
    by_number: dict[str, list[RuleSummary]] = {}
    for rule in report.rules:
        for control in rule.controls:
            if match := CONTROL.fullmatch(control):
                by_number.setdefault(match[1], []).append(rule)
    for number, rules in sorted(by_number.items(), key=lambda item: [int(part) for part in item[0].split(".")]):
        ids = {rule.id for rule in rules}
        yield number, rules, sum(finding.rule_id in ids for finding in report.findings)


def _days_left(expires: str) -> int:
    return (date.fromisoformat(expires) - datetime.now(UTC).date()).days
