"""The report on the terminal: one line for each finding, the most severe construct first."""

from __future__ import annotations

import sys

from lib.console.text import one_line
from lib.findings.finding import severity_name
from lib.reports.report import Report, Suppressed


def show(report: Report) -> None:
    """Print findings, invalid waivers, waived findings and the summary. Warnings go to standard error."""
    for warning in report.warnings:
        print(f"warning: {one_line(warning)}", file=sys.stderr)
    for finding in report.findings:
        made_at = f" (made at {finding.made_at})" if finding.made_at else ""
        print(one_line(f"{finding}{made_at}"))
    for complaint in report.complaints:
        print(one_line(complaint))
    for each in report.waived:
        print(one_line(_waived(each)))
    print(one_line(report.summary))


def _waived(each: Suppressed) -> str:
    finding, suppression = each.finding, each.suppression
    by = f"by {suppression.owner} until {suppression.expires}: {suppression.reason}"
    return f"waived: {finding.rule_id} {severity_name(finding.severity)} [{finding.path}] {finding.message}; {by}"
