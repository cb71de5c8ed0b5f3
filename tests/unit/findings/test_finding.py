"""The order in which people read findings."""

from __future__ import annotations

# isort: split

from lib.findings.finding import Severity, most_severe_first

from .examples import a_finding


def test_findings_stand_by_construct_the_worst_first() -> None:
    found = [
        a_finding("TAP-NAME-2", "Stack/a", Severity.LOW),
        a_finding("CKV_AWS_1", "Stack/b", None),
        a_finding("TAP-NAME-1", "Stack/c", Severity.LOW),
        a_finding("TAP-ENC-1", "Stack/c", Severity.CRITICAL),
        a_finding("CKV_AWS_2", "Stack/c", None),
        a_finding("TAP-REC-1", "Stack/a", Severity.HIGH),
    ]
    assert [(each.path[-1], each.rule_id) for each in most_severe_first(found)] == [
        ("c", "TAP-ENC-1"),
        ("c", "TAP-NAME-1"),
        ("c", "CKV_AWS_2"),
        ("a", "TAP-REC-1"),
        ("a", "TAP-NAME-2"),
        ("b", "CKV_AWS_1"),
    ]
