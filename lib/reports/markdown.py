"""The report as Markdown, for pull requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from lib.findings.finding import severity_name
from lib.reports.report import Report, Suppressed


def text(report: Report) -> str:
    """Return Markdown: the verdict, the numbers of checked objects, and the findings, the most severe first."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# Policy report: {'passed' if report.passed else 'failed'}"
    yield ""
    yield plain(report.summary)
    yield from _table(("account", ""), [(name.replace("_", " "), str(value)) for name, value in report.account.items()])
    yield from _section("Findings", report.findings)
    for path, group in groupby(report.findings, key=lambda finding: finding.path):
        findings = list(group)
        yield from ("", f"### {plain(path)}")
        made_at = next((finding.made_at for finding in findings if finding.made_at), "")
        if made_at:
            yield from ("", f"made at `{made_at}`")
        yield ""
        for finding in findings:
            place = f" ({plain(report.file_of(finding))}:{finding.line})" if finding.line else ""
            text = f"{plain(finding.message)}{place}. Fix: {plain(finding.fix)}"
            yield f"- **{finding.rule_id}** {severity_name(finding.severity)}: {text}"
    if report.complaints:
        yield from _section("Invalid waivers", report.complaints)
        yield ""
        yield from (f"- {plain(complaint)}" for complaint in report.complaints)
    if report.warnings:
        yield from _section("Waivers that expire soon", report.warnings)
        yield ""
        yield from (f"- {plain(warning)}" for warning in report.warnings)
    yield from _section("Waived", report.waived)
    yield from _table(
        ("rule", "severity", "construct", "message", "reason", "owner", "until"),
        [
            (*_row(each), each.suppression.reason, each.suppression.owner, each.suppression.expires)
            for each in report.waived
        ],
    )
    yield from _section("Skipped by .checkov.yaml", report.skipped)
    yield from _table(
        ("check", "construct", "message", "reason"),
        [
            (each.finding.rule_id, each.finding.path, each.finding.message, each.suppression.reason)
            for each in report.skipped
        ],
    )
    yield from _section("Rules", report.rules)
    yield from _table(
        ("rule", "severity", "requirement", "controls"),
        [(rule.id, severity_name(rule.severity), rule.title, ", ".join(rule.controls)) for rule in report.rules],
    )


def _row(each: Suppressed) -> tuple[str, ...]:
    finding = each.finding
    return finding.rule_id, severity_name(finding.severity), finding.path, finding.message


def _section(title: str, content: tuple[object, ...]) -> Iterator[str]:
    yield from ("", f"## {title} ({len(content)})")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield ""
        yield f"| {' | '.join(head)} |"
        yield f"|{'---|' * len(head)}"
        yield from (f"| {' | '.join(plain(cell) for cell in row)} |" for row in rows)


def plain(text: str) -> str:
    """Return the text with all markup escaped, so that names in a stack cannot look like parts of the report."""
    return re.sub(r"([\\`*\[\]<>|])", r"\\\1", " ".join(text.split()))
