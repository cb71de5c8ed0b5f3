"""The report as SARIF 2.1.0, for code scanning (docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from lib.environments import ROOT
from lib.findings.finding import Finding, Severity, severity_name
from lib.reports.report import Report, RuleSummary, Suppression

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# Severity -> SARIF's level. Findings of built-in checks have no severity and get SARIF's default level.
LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
# Severity -> a CVSS score in the middle of the severity's band. Code scanning sorts by this score.
SECURITY_SEVERITY = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
WAIVERS = RuleSummary(
    id="waivers",
    title="A waiver has an expiry date, a reason and an owner, is used, and is for a rule that may be waived",
    why="An exception without an owner or an expiry date would remain forever.",
    fix="see policies/README.md",
    severity=Severity.HIGH,
)


def text(report: Report) -> str:
    """Return SARIF with one run of one tool. It includes waived and skipped findings as suppressed ones."""
    rules = (*report.rules, WAIVERS) if report.complaints else report.rules
    index = {rule.id: number for number, rule in enumerate(rules)}
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": f"payments-policies-{report.account['judge']}",
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {"PROJECT": {"uri": f"file://{quote(ROOT.as_posix())}/"}},
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "exitCode": 0 if report.passed else 1,
                        "toolExecutionNotifications": [
                            {"level": "warning", "message": {"text": warning}} for warning in report.warnings
                        ],
                    }
                ],
                "properties": {**report.account, "summary": report.summary},
                "results": [
                    *(_result(report, finding, index[finding.rule_id]) for finding in report.findings),
                    *(
                        {
                            **_result(report, each.finding, index[each.finding.rule_id]),
                            "suppressions": [_suppression(each.suppression)],
                        }
                        for each in report.suppressed
                    ),
                    *(_complaint(complaint, index[WAIVERS.id]) for complaint in report.complaints),
                ],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(rule: RuleSummary) -> dict[str, Any]:
    fix = f"Fix: {rule.fix}" if rule.fix else ""
    properties: dict[str, Any] = {"tags": ["security", *rule.controls]}
    if rule.severity:
        properties |= {
            "severity": rule.severity.name,
            "security-severity": SECURITY_SEVERITY[rule.severity],
            "controls": list(rule.controls),
        }
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why or rule.title},
        "help": {"text": " ".join(filter(None, (rule.why, fix))) or rule.title},
        **({"helpUri": rule.source} if rule.source else {}),
        "defaultConfiguration": {"level": _level(rule.severity)},
        "properties": properties,
    }


def _level(severity: Severity | None) -> str:
    return LEVELS[severity] if severity else "warning"


def _result(report: Report, finding: Finding, rule_index: int) -> dict[str, Any]:
    made_at = _made_at(finding.made_at) if finding.made_at else None
    written = _physical(report.file_of(finding), finding.line) if finding.line else None
    # If synthesis failed, no JSON was written. Then the location is the Python line.
    place = {"physicalLocation": written or made_at} if written or made_at else {}
    related = [{"id": 1, "physicalLocation": made_at, "message": {"text": f"made at {finding.made_at}"}}]
    return {
        "ruleId": finding.rule_id,
        "ruleIndex": rule_index,
        "level": _level(finding.severity),
        "message": {"text": f"{finding.message}. Fix: {finding.fix}"},
        "locations": [
            {**place, "logicalLocations": [{"fullyQualifiedName": finding.path, "kind": "resource"}]},
        ],
        **({"relatedLocations": related} if written and made_at else {}),
        "properties": {"severity": severity_name(finding.severity)},
    }


def _suppression(suppression: Suppression) -> dict[str, Any]:
    end = {"owner": suppression.owner, "expires": suppression.expires} if suppression.owner else {}
    return {
        "kind": "external",
        "status": "accepted",
        "justification": suppression.reason,
        "location": {"physicalLocation": _made_at(suppression.location)},
        **({"properties": end} if end else {}),
    }


def _complaint(complaint: str, rule_index: int) -> dict[str, Any]:
    return {
        "ruleId": WAIVERS.id,
        "ruleIndex": rule_index,
        "level": "error",
        "message": {"text": complaint},
        "locations": [{"physicalLocation": _made_at(complaint.partition(" ")[0])}],
    }


def _made_at(place: str) -> dict[str, Any]:
    """Return the location for a text `file:line`, or `file`."""
    file, _, line = place.partition(":")
    return _physical(file, int(line) if line.isascii() and line.isdigit() else 0)


def _physical(file: str, line: int) -> dict[str, Any]:
    absolute = PurePosixPath(file).is_absolute()
    artifact = {"uri": f"file://{quote(file)}"} if absolute else {"uri": quote(file), "uriBaseId": "PROJECT"}
    return {"artifactLocation": artifact, **({"region": {"startLine": line}} if line > 0 else {})}
