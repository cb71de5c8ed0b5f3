"""The reviewer's page: one HTML file without any request to the network, from the same report as the other forms."""

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
from lib.review.grants import Access, Condition, Grant, Source, access_of
from lib.review.setting_changes import SettingChange, compare_settings

CONTROL = re.compile(r"PCI DSS 4\.0\.1 (\d+(?:\.\d+)*)")


@dataclass(frozen=True)
class ReviewedStack:
    """A judged stack; `origins`: construct path -> `lib/constructs/ledger.py:27`, where that is known."""

    name: str
    document: Mapping[str, Any]
    origins: Mapping[str, str]


@dataclass(frozen=True)
class Cell:
    """What one principal may do with one resource: each grant with the statements that make it."""

    grants: Sequence[tuple[Grant, Sequence[Source]]]

    @property
    def lines(self) -> list[tuple[str, tuple[Condition, ...], list[str]]]:
        """(effect, conditions, actions): the actions that are allowed or denied under the same conditions."""
        actions: dict[tuple[str, tuple[Condition, ...]], list[str]] = {}
        for grant, _ in self.grants:
            actions.setdefault((grant.effect, grant.conditions), []).append(grant.action)
        return [(effect, conditions, sorted(found)) for (effect, conditions), found in sorted(actions.items())]


@dataclass(frozen=True)
class Section:
    """What the page has of one stack."""

    name: str
    matrix: Mapping[str, Mapping[str, Cell]]  # principal -> resource -> cell
    access: Access
    access_changes: Sequence[Change] | None  # None without a base
    setting_changes: Sequence[SettingChange]
    origins: Mapping[str, str]


def render(report: Report, stacks: Sequence[ReviewedStack], base: Mapping[str, Any] | None = None) -> str:
    """The page. `base` is the JSON of an earlier stack that the first one is compared with."""
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
    """A fragment for links: `rule-TAP-ENC-1`."""
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
    """How many findings of a rule fail the run, and how many are waived or skipped."""
    failing = sum(finding.rule_id == rule.id for finding in report.findings)
    return failing, sum(each.finding.rule_id == rule.id for each in report.suppressed)


def _requirements(report: Report) -> Iterator[tuple[str, list[RuleSummary], int]]:
    """(requirement of PCI DSS, the rules that serve it, how many findings they have)."""
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
