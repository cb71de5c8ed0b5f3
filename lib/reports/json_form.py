"""The report as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from lib.findings.finding import Finding, Severity
from lib.reports.report import Report, Suppressed


def text(report: Report) -> str:
    """Return one JSON object. The severity of Checkov's built-in checks is null."""
    return (
        json.dumps(
            {
                "passed": report.passed,
                "summary": report.summary,
                "account": dict(report.account),
                "findings": [_finding(report, finding) for finding in report.findings],
                "waived": [_suppressed(report, each) for each in report.waived],
                "skipped": [_suppressed(report, each) for each in report.skipped],
                "complaints": list(report.complaints),
                "warnings": list(report.warnings),
                "rules": [_named(asdict(rule)) for rule in report.rules],
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    return {**_named(asdict(finding)), "file": report.file_of(finding), "text": str(finding)}


def _suppressed(report: Report, each: Suppressed) -> dict[str, Any]:
    return {**_finding(report, each.finding), "suppression": asdict(each.suppression)}


def _named(values: dict[str, Any]) -> dict[str, Any]:
    severity: Severity | None = values["severity"]
    return {**values, "severity": severity.name if severity else None}
