"""policies/waivers.yaml through the gate; and what excuses from nothing, however often others use it for that."""

from __future__ import annotations

import copy
import json
import os
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.environments import VENV_CHECKOV
from lib.errors import ToolError
from lib.findings import waivers
from lib.gate import Gate, GateReport
from lib.gate.process import CheckovProcess

from .conftest import CONFIG, QUEUE, write_stack

pytestmark = pytest.mark.slow

TODAY = date(2026, 11, 23)
ENTRY = {
    "rule": "TAP-X-1",
    "path": "orders/queue",
    "reason": "the vendor empties it every hour",
    "owner": "payments-platform",
    "expires": TODAY + timedelta(days=90),
}
Judge = Callable[..., GateReport]


@pytest.fixture
def judge_with(checkov: CheckovProcess, policies: Path, config: Path, out: Path) -> Judge:
    """`judge_with({…}, …)`: the verdict on `out` under these entries, each ENTRY but for what is given."""
    file = out / "stacks" / "stack" / "cdk.tf.json"
    document = json.loads(file.read_text())
    document["resource"]["aws_sqs_queue"]["orders"]["message_retention_seconds"] = 60
    file.write_text(json.dumps(document))

    def judge(*changes: dict[str, Any]) -> GateReport:
        entries = [{**ENTRY, **change} for change in changes]
        lines = [
            f"{'- ' if number == 0 else '  '}{key}: {value}"
            for entry in entries
            for number, (key, value) in enumerate(entry.items())
        ]
        (policies / "waivers.yaml").write_text("\n".join(lines) + "\n")
        return Gate(policies, config, checkov, today=TODAY).judge(out)

    return judge


def test_what_is_waived_is_no_finding(judge_with: Judge) -> None:
    report = judge_with({})
    assert (report.findings, report.complaints, report.warnings) == ((), (), ())
    ((finding, waiver),) = report.waived
    assert (finding.rule_id, finding.path, waiver.owner) == ("TAP-X-1", "stack/orders/queue", "payments-platform")
    assert (report.passed, report.policies_loaded) == (True, 1)
    assert "1 waived" in report.summary


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"expires": TODAY - timedelta(days=1)}, "expired on 2026-11-22"),
        ({"expires": TODAY + timedelta(days=366)}, "365 are the maximum"),
        ({"reason": '" "'}, "has no reason"),
        ({"rule": "CKV_AWS_99999"}, "names an unknown rule"),
        ({"rule": "CKV_AWS_27"}, "is not allowed"),
        ({"rule": "TAP-ENC-4"}, "is not allowed"),
        ({"path": "orders/other"}, "names an unknown construct"),
        ({"rule": "CKV_AWS_300"}, "is unused"),
    ],
)
def test_a_faulty_entry_fails_the_gate(judge_with: Judge, changes: dict[str, Any], said: str) -> None:
    report = judge_with(changes)
    assert [finding.rule_id for finding in report.findings] == ["TAP-X-1"]
    assert [said in complaint for complaint in report.complaints] == [True]
    assert not report.passed


def test_a_fault_fails_the_gate_even_when_nothing_is_found(judge_with: Judge) -> None:
    report = judge_with({}, {"rule": "CKV_AWS_300"})
    assert report.findings == ()
    assert len(report.complaints) == 1
    assert not report.passed
    assert "1 invalid waivers" in report.summary


def test_two_entries_for_one_thing(judge_with: Judge) -> None:
    assert len(judge_with({}, {"path": "stack/orders/queue"}).complaints) == 2


def test_the_last_days_are_warned_of(judge_with: Judge) -> None:
    report = judge_with({"expires": TODAY + timedelta(days=30)})
    assert report.passed
    assert ["in 30 days" in warning for warning in report.warnings] == [True]


def test_an_entry_that_cannot_be_read(judge_with: Judge) -> None:
    with pytest.raises(ToolError, match=r"waivers\.yaml: entry 1 .* expires is 'soon'"):
        judge_with({"expires": "soon"})


@pytest.mark.parametrize(
    ("check", "waivable"),
    [
        ("CKV_AWS_27", False),  # encryption of queues
        ("CKV_AWS_53", False),  # public ACLs; Checkov's category is GENERAL_SECURITY
        ("CKV_AWS_168", False),  # public queue policies; IAM
        ("CKV_AWS_24", False),  # a security group open to 0.0.0.0/0; NETWORKING
        ("CKV_AWS_293", False),  # deletion protection, which TAP-DEL forbids: settled in .checkov.yaml, or not at all
        ("CKV2_AWS_6", False),  # a graph check; category Networking
        ("CKV_AWS_115", True),  # reserved concurrency
        ("CKV_AWS_18", True),  # access logging
        ("CKV2_AWS_62", True),  # event notifications
    ],
)
def test_which_checks_of_checkovs_own_may_be_waived(judge_with: Judge, check: str, waivable: bool) -> None:
    """Either way it fails, as none of them finds anything here; the sentence says which it is."""
    (complaint,) = judge_with({"rule": check}).complaints
    assert ("is unused" if waivable else "is not allowed") in complaint


def test_an_address_where_there_is_no_construct(judge_with: Judge, out: Path) -> None:
    write_stack(
        out, {"resource": {"aws_sqs_queue": {"plain": {"kms_master_key_id": QUEUE["kms_master_key_id"]}}}}, "two"
    )
    report = judge_with({}, {"path": "aws_sqs_queue.plain"})
    assert report.passed, report


def test_a_waiver_of_the_first_judge_alone_is_used(judge_with: Judge, out: Path) -> None:
    """It blames the versioning, where Checkov blames the bucket."""
    versioning = {
        "//": {"metadata": {"path": "stack/records/versioning"}},
        "bucket": "${aws_s3_bucket.records.id}",
        "versioning_configuration": {"status": "Suspended"},
    }
    bucket = {"bucket": "s3-records-dev", "//": {"metadata": {"path": "stack/records/bucket"}}}
    resources = {"aws_s3_bucket": {"records": bucket}, "aws_s3_bucket_versioning": {"records": versioning}}
    write_stack(out, {"resource": resources}, "two")
    assert judge_with({}, {"rule": "TAP-REC-2", "path": "records/versioning"}).complaints == ()
    assert len(judge_with({}, {"rule": "TAP-TAG-1", "path": "records/versioning"}).complaints) == 1


def test_what_the_first_judge_finds_by_this_projects_conventions_uses_no_waiver_of_another(judge_with: Judge) -> None:
    """The queue lacks the tags that this project requires. Other policies than ours are another project's."""
    (complaint,) = judge_with({}, {"rule": "TAP-TAG-1"}).complaints
    assert "is unused" in complaint


def test_plain_checkov_reads_past_the_file(tmp_path: Path, policies: Path) -> None:
    """With its settings alone it knows of no waiver: it says more than the gate, never less."""
    (tmp_path / ".checkov.yaml").write_text(CONFIG)
    bad = {**QUEUE, "message_retention_seconds": 60}
    write_stack(tmp_path / "cdktf.out", {"resource": {"aws_sqs_queue": {"orders": bad}}})
    for entries in (waivers.FILE.read_text(), f'- {{rule: TAP-X-1, path: orders/queue, expires: "{TODAY}"}}\n'):
        (policies / "waivers.yaml").write_text(entries)
        done = subprocess.run(
            [VENV_CHECKOV / "bin" / "checkov", "--config-file", ".checkov.yaml", "--output", "json"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=120,
        )
        failed = json.loads(done.stdout)["results"]["failed_checks"]
        assert (done.returncode, [check["check_id"] for check in failed]) == (1, ["TAP-X-1"])


SKIP = "checkov:skip=TAP-X-1: not here"


@pytest.mark.parametrize(
    "hidden",
    [
        {"//": {"metadata": {"path": "stack/orders/queue"}, "comment": SKIP}},
        {"//": SKIP},
        {"//": {"metadata": {"path": "stack/orders/queue", "checkov": {"skip": [{"id": "TAP-X-1", "comment": "no"}]}}}},
        {"//": {"metadata": {"path": "stack/orders/queue", "waived": ["TAP-X-1"]}}},
        {"metadata": {"checkov": {"skip": [{"id": "TAP-X-1", "comment": "no"}]}}},
        {"tags": {"checkov:skip": "TAP-X-1", "note": SKIP}},
        {"lifecycle": {"ignore_changes": ["message_retention_seconds"], "//": SKIP}},
        {"name": f"sqs-orders-dev #{SKIP}"},
    ],
    ids=lambda hidden: json.dumps(hidden)[:60],
)
def test_nothing_in_the_json_excuses(
    checkov: CheckovProcess, policies: Path, config: Path, tmp_path: Path, hidden: dict[str, Any]
) -> None:
    queue = copy.deepcopy({**QUEUE, "message_retention_seconds": 60, **hidden})
    document = {"//": {"checkov": SKIP}, "resource": {"aws_sqs_queue": {"orders": queue, "//": SKIP}}}
    report = Gate(policies, config, checkov).judge(write_stack(tmp_path / "hiding", document))
    assert "TAP-X-1" in {finding.rule_id for finding in report.findings}


def test_the_environment_excuses_nothing(
    policies: Path, config: Path, judge_with: Judge, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Checkov of its own, started under variables that plain Checkov and its libraries listen to."""
    judge_with({"path": "elsewhere"})
    (policies / "waivers.yaml").unlink()
    for name, value in {
        "CKV_SKIP_CHECK": "TAP-X-1",
        "CKV_CHECK": "CKV_AWS_1",
        "CKV_FRAMEWORK": "kubernetes",
        "CKV_SOFT_FAIL": "true",
        "CHECKOV_SKIP_CHECK": "TAP-X-1",
        "CHECKOV_ENABLE_NESTED_MODULES": "False",
        "CKV_IGNORED_DIRECTORIES": "stacks",
        "CKV_IGNORE_HIDDEN_DIRECTORIES": "true",
        "BC_SKIP_MAPPING": "TRUE",
        "BC_API_KEY": "x",
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(policies),
    }.items():
        monkeypatch.setenv(name, value)
    with Gate(policies, config) as gate:
        assert [finding.rule_id for finding in gate.judge(out).findings] == ["TAP-X-1"]
