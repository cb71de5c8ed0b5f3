"""Exceptions: what an entry excuses, what is wrong with one, and how the file is read."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.aws import AwsProvider, KmsKey, SqsQueue

# isort: split
import jsii
from cdktf import App, Aspects, S3Backend, TerraformStack

from lib.aspects.catalogue import RULES, UNWAIVABLE_IDS
from lib.aspects.judge_aspect import Judge, JudgeAspect
from lib.environments import ROOT
from lib.errors import ToolError
from lib.findings.finding import Severity, most_severe_first
from lib.findings.waivers import FILE, Verdict, Waiver, apply, read

TODAY = date(2026, 11, 23)
TABLE = "TapStackdev/ledger/transactions"
QUEUE = "TapStackdev/letters/queue"


@dataclass(frozen=True)
class Found:
    """A finding, as far as waivers care."""

    rule_id: str
    path: str
    severity: Severity | None = Severity.HIGH


GOOD = Waiver(
    rule="TAP-REC-1",
    path="ledger/transactions",
    reason="the vendor restores it",
    owner="payments-platform",
    expires=TODAY + timedelta(days=100),
    line=3,
)
FINDINGS = (Found("TAP-REC-1", TABLE), Found("TAP-NAME-1", TABLE), Found("TAP-REC-1", QUEUE))


def judged(*waivers: Waiver, findings: tuple[Found, ...] = FINDINGS, **options: Any) -> Verdict[Found]:
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
    assert verdict.kept == FINDINGS[1:]
    assert (verdict.complaints, verdict.warnings) == ((), ())


@pytest.mark.parametrize("path", ["ledger", "TapStackdev/ledger"])
def test_what_is_beneath_the_construct_is_excused_too(path: str) -> None:
    waiver = replace(GOOD, path=path)
    assert judged(waiver).waived == ((FINDINGS[0], waiver),)


@pytest.mark.parametrize("path", ["TapStackdev", "ledger/trans", "ledge", "", "/"])
def test_neither_a_whole_stack_nor_half_a_name_is_a_construct(path: str) -> None:
    verdict = judged(replace(GOOD, path=path))
    assert verdict.kept == FINDINGS
    assert len(verdict.complaints) == 1


def test_it_excuses_in_every_environment() -> None:
    found = (
        Found("TAP-REC-1", "TapStackdev/ledger/transactions"),
        Found("TAP-REC-1", "TapStackqa7/ledger/transactions"),
    )
    assert judged(GOOD, findings=found).kept == ()


def test_json_without_constructs_is_spoken_of_by_address() -> None:
    found = (Found("CKV_AWS_28", "aws_sqs_queue.orders"),)
    assert judged(replace(GOOD, rule="CKV_AWS_28", path="aws_sqs_queue.orders"), findings=found).kept == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expires": TODAY - timedelta(days=1)}, "expired on 2026-11-22"),
        ({"expires": TODAY + timedelta(days=366)}, "in 366 days, and 365 are the longest"),
        ({"reason": ""}, "gives no reason"),
        ({"reason": " \t"}, "gives no reason"),
        ({"reason": "-"}, "gives no reason"),
        ({"owner": " "}, "gives no owner"),
        ({"rule": "TAP-REC-9"}, "names no rule of ours or of Checkov's"),
        ({"rule": "tap-rec-1"}, "names no rule of ours or of Checkov's"),
        ({"rule": "TAP-*"}, "names no rule of ours or of Checkov's"),
        ({"rule": "TAP-ENC-1"}, "asks for what nobody gets: TAP-ENC-1"),
        ({"path": "*"}, "names no construct that was judged"),
        ({"path": "transactions"}, "names no construct that was judged"),
        ({"path": "TapStackqa7/ledger/transactions"}, "names no construct that was judged"),
        ({"rule": "CKV_AWS_28"}, "is unused: CKV_AWS_28 finds nothing there"),
    ],
)
def test_an_entry_with_a_fault_excuses_nothing(changes: dict[str, Any], said: str) -> None:
    waiver = replace(GOOD, **changes)
    verdict = judged(waiver)
    assert verdict.kept == FINDINGS
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
    assert verdict.kept == FINDINGS
    assert [complaint.partition(" excuses ")[0].partition(") ")[2] for complaint in verdict.complaints] == [
        "says what line 9 says, and one entry",
        "says what line 3 says, and one entry",
    ]


def test_paths_that_end_alike_are_two_things() -> None:
    found = (Found("TAP-REC-1", "TapStackdev/alerts"), Found("TAP-REC-1", "TapStackdev/alerting/alerts"))
    verdict = judged(replace(GOOD, path="alerts"), replace(GOOD, path="alerting/alerts"), findings=found)
    assert (verdict.kept, verdict.complaints) == ((), ())


def test_a_judge_of_one_stack_leaves_to_the_gate_what_it_cannot_know() -> None:
    elsewhere = replace(GOOD, path="other/queue")
    unused = replace(GOOD, rule="TAP-NAME-1", path="letters/queue")
    assert judged(elsewhere, unused, sees_all=False).complaints == ()
    assert len(judged(elsewhere, unused).complaints) == 2


def test_where_the_judges_blame_two_constructs_both_entries_are_used() -> None:
    theirs = replace(GOOD, path="ledger/recovery", line=9)
    other = (Found("TAP-REC-1", "TapStackdev/ledger/recovery"),)
    verdict = judged(GOOD, theirs, also_found=other)
    assert verdict.complaints == ()
    assert verdict.kept == FINDINGS[1:]
    assert verdict.waived == ((FINDINGS[0], GOOD),)


def test_an_entry_has_all_its_faults_at_once() -> None:
    worst = replace(GOOD, rule="TAP-ENC-1", reason="", expires=TODAY - timedelta(days=400))
    assert len(judged(worst).complaints) == 3


def test_findings_stand_by_construct_the_worst_first() -> None:
    found = [
        Found("TAP-NAME-2", "Stack/a", Severity.LOW),
        Found("CKV_AWS_1", "Stack/b", None),
        Found("TAP-NAME-1", "Stack/c", Severity.LOW),
        Found("TAP-ENC-1", "Stack/c", Severity.CRITICAL),
        Found("CKV_AWS_2", "Stack/c", None),
        Found("TAP-REC-1", "Stack/a", Severity.HIGH),
    ]
    assert [(each.path[-1], each.rule_id) for each in most_severe_first(found)] == [
        ("c", "TAP-ENC-1"),
        ("c", "TAP-NAME-1"),
        ("c", "CKV_AWS_2"),
        ("a", "TAP-REC-1"),
        ("a", "TAP-NAME-2"),
        ("b", "CKV_AWS_1"),
    ]


ENTRY = "- rule: TAP-REC-1\n  path: ledger/transactions\n  reason: x y\n  owner: me\n  expires: 2027-01-31\n"


def test_an_entry_is_read(tmp_path: Path) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text("# why\n" + ENTRY + ENTRY.replace("2027-01-31", '"2027-02-28"'))
    first, second = read(file)
    assert first == Waiver("TAP-REC-1", "ledger/transactions", "x y", "me", date(2027, 1, 31), line=2)
    assert (second.expires, second.line) == (date(2027, 2, 28), 7)


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "null"])
def test_no_entry(tmp_path: Path, text: str) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(text)
    assert read(file) == ()


def test_no_file(tmp_path: Path) -> None:
    assert read(tmp_path / "waivers.yaml") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- [", "is not YAML"),
        ("rule: TAP-REC-1", "is no list"),
        ("TAP-REC-1", "is no list"),
        ("- TAP-REC-1", r"entry 1 \(line 1\) is no mapping"),
        (ENTRY + "  until: never\n", "entry 1 .* has the key 'until', which means nothing"),
        (ENTRY + "  reason: z\n", "entry 1 .* has the key reason twice"),
        (ENTRY + ENTRY.replace("  owner: me\n", ""), r"entry 2 \(line 6\) lacks the key owner"),
        (ENTRY.replace("x y", "[x, y]"), "reason is no text"),
        (ENTRY.replace("2027-01-31", "2027-02-30"), "expires is '2027-02-30', which is no date"),
        (ENTRY.replace("2027-01-31", "never"), "expires is 'never', which is no date"),
        (ENTRY.replace("2027-01-31", "20270131"), "expires is '20270131', which is no date"),
        (ENTRY.replace("2027-01-31", ""), "expires is '', which is no date"),
        ("---\n" + ENTRY + "---\n" + ENTRY, "is not YAML"),
    ],
)
def test_what_cannot_be_read_without_a_guess(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "waivers.yaml"
    file.write_text(text)
    with pytest.raises(ToolError, match=said) as error:
        read(file)
    assert str(file) in str(error.value)
    assert "\n" not in str(error.value)


def test_no_plain_file(tmp_path: Path) -> None:
    (tmp_path / "waivers.yaml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ToolError, match="is no plain file"):
        read(tmp_path / "waivers.yaml")


def test_the_shipped_file_has_no_entry_and_shows_the_form(tmp_path: Path) -> None:
    assert read() == ()
    shown = [line.removeprefix("# ") for line in FILE.read_text().splitlines()]
    (tmp_path / "waivers.yaml").write_text("\n".join(shown).rpartition("#\n")[2])
    (waiver,) = read(tmp_path / "waivers.yaml")
    assert waiver.rule in {rule.id for rule in RULES} - UNWAIVABLE_IDS


def test_waivers_can_be_read_without_cdktf() -> None:
    code = "import sys, lib.findings.waivers; sys.exit(bool({'jsii', 'cdktf'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def synthesized(folder: Path, *waivers: Waiver) -> tuple[Judge, str]:
    """A real synth of a stack whose queue has a wrong name; and why it failed, if it did."""
    app = App(outdir=str(folder))
    stack = TerraformStack(app, "Small")
    AwsProvider(stack, "aws", region="eu-west-1")
    S3Backend(stack, bucket="state", key="dev/Small.tfstate", region="eu-west-1")
    key = KmsKey(stack, "key", enable_key_rotation=True, deletion_window_in_days=7)
    SqsQueue(stack, "queue", name="letters", kms_master_key_id=key.arn)
    rules = [rule for rule in RULES if rule.id.startswith(("TAP-NAME", "TAP-ENC-4"))]
    judge = Judge(stack, rules, waivers=waivers, today=TODAY)
    Aspects.of(stack).add(JudgeAspect(judge))
    try:
        app.synth()
    except (RuntimeError, jsii.errors.JSIIError) as error:
        return judge, str(error)
    return judge, ""


NAMES = [replace(GOOD, rule=f"TAP-NAME-{number}", path="queue", line=number) for number in (1, 2)]


def test_the_aspects_let_through_what_is_waived(tmp_path: Path) -> None:
    judge, error = synthesized(tmp_path, *NAMES)
    assert error == ""
    assert judge.findings == ()
    assert [(finding.rule_id, waiver.line) for finding, waiver in judge.waived] == [
        ("TAP-NAME-1", 1),
        ("TAP-NAME-2", 2),
    ]
    assert (tmp_path / "stacks" / "Small" / "cdk.tf.json").is_file()


def test_the_aspects_fail_on_what_is_not(tmp_path: Path) -> None:
    judge, error = synthesized(tmp_path, NAMES[1])
    assert [finding.rule_id for finding in judge.findings] == ["TAP-NAME-1"]
    assert "TAP-NAME-1 MEDIUM [Small/queue]" in error
    assert "TAP-NAME-2" not in error


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expires": TODAY - timedelta(days=1)}, "expired on 2026-11-22"),
        ({"rule": "TAP-ENC-4"}, "asks for what nobody gets"),
        ({"rule": "TAP-NAME-99"}, "names no rule"),
    ],
)
def test_a_faulty_waiver_fails_the_synth_and_says_why(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    judge, error = synthesized(tmp_path, *NAMES, replace(NAMES[0], path="key", **changes))
    assert judge.findings == ()
    assert [said in complaint for complaint in judge.complaints] == [True]
    assert said in error


def test_waivers_of_the_gate_and_of_other_stacks_do_not_concern_the_aspects(tmp_path: Path) -> None:
    judge, error = synthesized(
        tmp_path, *NAMES, replace(GOOD, rule="CKV_AWS_9999"), replace(GOOD, path="elsewhere"), replace(GOOD, path="key")
    )
    assert (judge.complaints, error) == ((), "")
