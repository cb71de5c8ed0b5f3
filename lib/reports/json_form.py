"""The report for programs: everything, by its name."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from lib.findings.finding import Severity
from lib.reports.report import Entry, Report


def text(report: Report) -> str:
    """One JSON object; a severity that nobody knows is null."""
    return (
        json.dumps(
            {
                "passed": report.passed,
                "summary": report.summary,
                "account": dict(report.account),
                "findings": [_entry(entry) for entry in report.findings],
                "waived": [_entry(entry) for entry in report.waived],
                "skipped": [_entry(entry) for entry in report.skipped],
                "complaints": list(report.complaints),
                "warnings": list(report.warnings),
                "rules": [_named(asdict(rule)) for rule in report.rules],
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def _entry(entry: Entry) -> dict[str, Any]:
    return {key: value for key, value in _named(asdict(entry)).items() if key != "excuse" or value}


def _named(values: dict[str, Any]) -> dict[str, Any]:
    severity: Severity | None = values["severity"]
    return {**values, "severity": severity.name if severity else None}
