"""The report for people, as a pull request shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from lib.findings.finding import severity_name
from lib.reports.report import Report


def text(report: Report) -> str:
    """Markdown: the verdict, what it rests on, then each finding, the worst first."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"# Policy report: {'passed' if report.passed else 'failed'}"
    yield ""
    yield plain(report.summary)
    yield from _table(("account", ""), [(name.replace("_", " "), str(value)) for name, value in report.account.items()])
    yield from _section("Findings", report.findings)
    for path, group in groupby(report.findings, key=lambda entry: entry.path):
        entries = list(group)
        yield from ("", f"### {plain(path)}")
        made_at = next((entry.made_at for entry in entries if entry.made_at), "")
        if made_at:
            yield from ("", f"made at `{made_at}`")
        yield ""
        for entry in entries:
            place = f" ({plain(entry.file)}:{entry.line})" if entry.line else ""
            said = f"{plain(entry.message)}{place}. Fix: {plain(entry.fix)}"
            yield f"- **{entry.rule_id}** {severity_name(entry.severity)}: {said}"
    if report.complaints:
        yield from _section("Faults in waivers", report.complaints)
        yield ""
        yield from (f"- {plain(complaint)}" for complaint in report.complaints)
    if report.warnings:
        yield from _section("Waivers that end soon", report.warnings)
        yield ""
        yield from (f"- {plain(warning)}" for warning in report.warnings)
    yield from _section("Waived", report.waived)
    yield from _table(
        ("rule", "severity", "construct", "message", "reason", "owner", "until"),
        [
            (
                *(entry.rule_id, severity_name(entry.severity), entry.path, entry.message),
                *(entry.excuse.reason, entry.excuse.owner, entry.excuse.expires),
            )
            for entry in report.waived
            if entry.excuse
        ],
    )
    yield from _section("Skipped by .checkov.yaml", report.skipped)
    yield from _table(
        ("check", "construct", "message", "reason"),
        [(entry.rule_id, entry.path, entry.message, entry.excuse.reason) for entry in report.skipped if entry.excuse],
    )
    yield from _section("Rules", report.rules)
    yield from _table(
        ("rule", "severity", "says", "serves"),
        [(rule.id, severity_name(rule.severity), rule.title, ", ".join(rule.controls)) for rule in report.rules],
    )


def _section(title: str, content: tuple[object, ...]) -> Iterator[str]:
    yield from ("", f"## {title} ({len(content)})")


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield ""
        yield f"| {' | '.join(head)} |"
        yield f"|{'---|' * len(head)}"
        yield from (f"| {' | '.join(plain(cell) for cell in row)} |" for row in rows)


def plain(text: str) -> str:
    """Text in which nothing is markup: what a stack says of itself must not draw a report of its own."""
    return re.sub(r"([\\`*\[\]<>|])", r"\\\1", " ".join(text.split()))
