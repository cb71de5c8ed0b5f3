"""The report for whoever has just run it: a line each, the worst construct first."""

from __future__ import annotations

import sys

from lib.console.text import one_line
from lib.findings.finding import severity_name
from lib.reports.report import Entry, Report


def say(report: Report) -> None:
    """Findings, faults in waivers, what was waived, and the summary; warnings on standard error."""
    for warning in report.warnings:
        print(f"warning: {one_line(warning)}", file=sys.stderr)
    for entry in report.findings:
        print(one_line(entry.text))
    for complaint in report.complaints:
        print(one_line(complaint))
    for entry in report.waived:
        print(one_line(_waived(entry)))
    print(one_line(report.summary))


def _waived(entry: Entry) -> str:
    excuse = entry.excuse
    by = f"by {excuse.owner} until {excuse.expires}: {excuse.reason}" if excuse else ""
    return f"waived: {entry.rule_id} {severity_name(entry.severity)} [{entry.path}] {entry.message}; {by}"
