"""A finding and a waiver to begin with."""

from __future__ import annotations

from datetime import date, timedelta

# isort: split

from lib.findings.finding import Finding, Severity
from lib.findings.waivers import Waiver

TODAY = date(2026, 11, 23)
TABLE = "TapStackdev/ledger/transactions"
QUEUE = "TapStackdev/letters/queue"


def a_finding(rule_id: str, path: str, severity: Severity | None = Severity.HIGH) -> Finding:
    return Finding(rule_id, severity, path, "is wrong", "correct it")


GOOD = Waiver(
    rule="TAP-REC-1",
    path="ledger/transactions",
    reason="the vendor restores it",
    owner="payments-platform",
    expires=TODAY + timedelta(days=100),
    line=3,
)
