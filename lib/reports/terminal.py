"""The report for whoever has just run it: a line each, the worst construct first."""

from __future__ import annotations

import sys

from lib.reports.report import Entry, Report


def say(report: Report) -> None:
    """Findings, faults in waivers, what was waived, and the summary; warnings on standard error."""
    for warning in report.warnings:
        print(f"warning: {_line(warning)}", file=sys.stderr)
    for entry in report.findings:
        print(_line(entry.text))
    for complaint in report.complaints:
        print(_line(complaint))
    for entry in report.waived:
        print(_line(_waived(entry)))
    print(_line(report.summary))


def _waived(entry: Entry) -> str:
    excuse = entry.excuse
    by = f"by {excuse.owner} until {excuse.expires}: {excuse.reason}" if excuse else ""
    return f"waived: {entry.rule_id} [{entry.path}] {entry.message}; {by}"


def _line(text: str) -> str:
    """One line without control characters: what a stack says of itself must not look like a verdict."""
    return "".join(character if character.isprintable() else "\ufffd" for character in " ".join(text.split()))
