"""Waivers: which findings a waiver suppresses, and what is wrong with one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

# isort: split

from lib.findings.finding import Finding
from lib.findings.waivers import Waiver, WaiverResult, apply

from .examples import GOOD, QUEUE, TABLE, TODAY, a_finding

FINDINGS = (a_finding("TAP-REC-1", TABLE), a_finding("TAP-NAME-1", TABLE), a_finding("TAP-REC-1", QUEUE))


def judged(*waivers: Waiver, findings: tuple[Finding, ...] = FINDINGS, **options: Any) -> WaiverResult:
    return apply(
        waivers,
        findings,
        today=TODAY,
        known_ids={"TAP-REC-1", "TAP-NAME-1", "TAP-ENC-1", "CKV_AWS_28"},
        unwaivable={"TAP-ENC-1"},
        known_paths={TABLE, QUEUE, "TapStackdev/alerts", "TapStackdev/alerting/alerts", "aws_sqs_queue.orders"},
        **options,
    )


@pytest.mark.parametrize("path", ["ledger/transactions", TABLE])
def test_a_waiver_excuses_one_rule_at_one_construct(path: str) -> None:
    waiver = replace(GOOD, path=path)
    verdict = judged(waiver)
    assert verdict.waived == ((FINDINGS[0], waiver),)
    assert verdict.remaining == FINDINGS[1:]
    assert (verdict.complaints, verdict.warnings) == ((), ())


@pytest.mark.parametrize("path", ["ledger", "TapStackdev/ledger"])
def test_what_is_beneath_the_construct_is_excused_too(path: str) -> None:
    waiver = replace(GOOD, path=path)
    assert judged(waiver).waived == ((FINDINGS[0], waiver),)


@pytest.mark.parametrize("path", ["TapStackdev", "ledger/trans", "ledge", "", "/"])
def test_neither_a_whole_stack_nor_half_a_name_is_a_construct(path: str) -> None:
    verdict = judged(replace(GOOD, path=path))
    assert verdict.remaining == FINDINGS
    assert len(verdict.complaints) == 1


def test_it_excuses_in_every_environment() -> None:
    found = (
        a_finding("TAP-REC-1", "TapStackdev/ledger/transactions"),
        a_finding("TAP-REC-1", "TapStackqa7/ledger/transactions"),
    )
    assert judged(GOOD, findings=found).remaining == ()


def test_json_without_constructs_is_spoken_of_by_address() -> None:
    found = (a_finding("CKV_AWS_28", "aws_sqs_queue.orders"),)
    assert judged(replace(GOOD, rule="CKV_AWS_28", path="aws_sqs_queue.orders"), findings=found).remaining == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expires": TODAY - timedelta(days=1)}, "expired on 2026-11-22"),
        ({"expires": TODAY + timedelta(days=366)}, "in 366 days, but 365 are the maximum"),
        ({"reason": ""}, "has no reason"),
        ({"reason": " \t"}, "has no reason"),
        ({"reason": "-"}, "has no reason"),
        ({"owner": " "}, "has no owner"),
        ({"rule": "TAP-REC-9"}, "names an unknown rule"),
        ({"rule": "tap-rec-1"}, "names an unknown rule"),
        ({"rule": "TAP-*"}, "names an unknown rule"),
        ({"rule": "TAP-ENC-1"}, "is not allowed: TAP-ENC-1"),
        ({"path": "*"}, "names an unknown construct"),
        ({"path": "transactions"}, "names an unknown construct"),
        ({"path": "TapStackqa7/ledger/transactions"}, "names an unknown construct"),
        ({"rule": "CKV_AWS_28"}, "is unused, because CKV_AWS_28 has no finding there"),
    ],
)
def test_an_entry_with_a_fault_excuses_nothing(changes: dict[str, Any], said: str) -> None:
    waiver = replace(GOOD, **changes)
    verdict = judged(waiver)
    assert verdict.remaining == FINDINGS
    assert (verdict.waived, verdict.warnings) == ((), ())
    (complaint,) = verdict.complaints
    assert complaint.startswith(f"policies/waivers.yaml:3 ({waiver.rule} at {waiver.path}) ")
    assert said in complaint
    assert "; " in complaint  # and the way out


@pytest.mark.parametrize("days", [0, 365])
def test_the_last_day_and_the_longest_time_count(days: int) -> None:
    assert judged(replace(GOOD, expires=TODAY + timedelta(days=days))).complaints == ()


@pytest.mark.parametrize(("days", "warns"), [(0, True), (30, True), (31, False)])
def test_it_warns_in_the_last_thirty_days(days: int, warns: bool) -> None:
    verdict = judged(replace(GOOD, expires=TODAY + timedelta(days=days)))
    assert len(verdict.waived) == 1
    assert [f"in {days} days" in warning for warning in verdict.warnings] == [True] * warns


@pytest.mark.parametrize("path", ["ledger/transactions", TABLE])
def test_two_for_one_thing_excuse_nothing(path: str) -> None:
    """Also when one says it with the stack's name."""
    verdict = judged(GOOD, replace(GOOD, path=path, line=9))
    assert verdict.remaining == FINDINGS
    assert [complaint.partition(" excuses ")[0].partition(") ")[2] for complaint in verdict.complaints] == [
        "duplicates the entry in line 9; remove one of the two",
        "duplicates the entry in line 3; remove one of the two",
    ]


def test_paths_that_end_alike_are_two_things() -> None:
    found = (a_finding("TAP-REC-1", "TapStackdev/alerts"), a_finding("TAP-REC-1", "TapStackdev/alerting/alerts"))
    verdict = judged(replace(GOOD, path="alerts"), replace(GOOD, path="alerting/alerts"), findings=found)
    assert (verdict.remaining, verdict.complaints) == ((), ())


def test_a_judge_of_one_stack_leaves_to_the_gate_what_it_cannot_know() -> None:
    elsewhere = replace(GOOD, path="other/queue")
    unused = replace(GOOD, rule="TAP-NAME-1", path="letters/queue")
    assert judged(elsewhere, unused, sees_all=False).complaints == ()
    assert len(judged(elsewhere, unused).complaints) == 2


def test_where_the_judges_blame_two_constructs_both_entries_are_used() -> None:
    theirs = replace(GOOD, path="ledger/recovery", line=9)
    other = (a_finding("TAP-REC-1", "TapStackdev/ledger/recovery"),)
    verdict = judged(GOOD, theirs, also_found=other)
    assert verdict.complaints == ()
    assert verdict.remaining == FINDINGS[1:]
    assert verdict.waived == ((FINDINGS[0], GOOD),)


def test_an_entry_has_all_its_faults_at_once() -> None:
    worst = replace(GOOD, rule="TAP-ENC-1", reason="", expires=TODAY - timedelta(days=400))
    assert len(judged(worst).complaints) == 3
