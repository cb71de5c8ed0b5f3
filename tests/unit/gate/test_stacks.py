"""Directories and stacks that plain Checkov passes without judging them: the gate refuses each (exit code 2)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lib.errors import ToolError
from lib.gate import Gate, GateReport
from lib.gate.process import CheckovProcess
from lib.gate.stacks import read_stacks

from .conftest import QUEUE, write_stack

Judge = Callable[[Path], GateReport]
GOOD = {"resource": {"aws_sqs_queue": {"orders": QUEUE}}}


def refused(directory: Path, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        read_stacks(directory)


def test_a_good_directory(judge: Judge, out: Path) -> None:
    """Nothing is found, and the report says what that rests on."""
    report = judge(out)
    assert report.findings == ()
    assert (report.stacks, report.resources, report.note) == (1, 1, "")
    assert report.summary.startswith("gate: clean; 1 stacks, 1 resources, 1 of 1 policies, ")


def test_a_missing_directory(tmp_path: Path) -> None:
    refused(tmp_path / "cdktf.out", "this directory does not exist")


def test_an_empty_directory(tmp_path: Path) -> None:
    refused(tmp_path, "contains no stack")


def test_a_file_instead_of_a_directory(out: Path) -> None:
    refused(out / "manifest.json", "this directory does not exist")


def test_a_missing_stack(out: Path) -> None:
    (out / "stacks" / "stack" / "cdk.tf.json").unlink()
    refused(out, "this file does not exist")


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ('{"resource": {"aws_sqs_queue"', "not valid, unambiguous JSON"),
        ("", "not valid, unambiguous JSON"),
        ("{}", "contains no resource"),
        ("[]", "is list, not a JSON object"),
        ("null", "is NoneType, not a JSON object"),
        ({"resource": {}}, "contains no resource"),
        ({"resource": {"aws_sqs_queue": {"//": "none"}}}, "contains no resource"),
        ({"resource": [{"aws_sqs_queue": {"orders": {}}}]}, "resource is not an object"),
        ({"resource": {"aws_sqs_queue": [{"orders": {}}]}}, "resource.aws_sqs_queue is not an object"),
        ({"resource": {"aws_sqs_queue": {"orders": [{}]}}}, "aws_sqs_queue.orders is not an object"),
        ({"resource": {"aws_sqs_queue": {"a b": {}}}}, "not a valid Terraform name"),
        ('{"resource": {"aws_sqs_queue": {"a": {}}, "aws_sqs_queue": {"b": {}}}}', "'aws_sqs_queue' occurs twice"),
        ('{"resource": {"aws_sqs_queue": {"a": {"delay_seconds": NaN}}}}', "NaN is not a JSON number"),
        ('{"resource": {"aws_sqs_queue": {"a": {"__startline__": 1}}}}', "is reserved by Checkov"),
    ],
)
def test_a_stack_that_says_nothing_sure(tmp_path: Path, document: Any, message: str) -> None:
    refused(write_stack(tmp_path / "out", document), message)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("{", "not valid, unambiguous JSON"),
        ("{}", "lists no stack"),
        ('{"stacks": {}}', "lists no stack"),
        ('{"stacks": {"stack": {}}}', "is None, not a"),
        ('{"stacks": {"stack": {"synthesizedStackPath": "stacks/stack/cdk.tf"}}}', "not a \\*.tf.json"),
        ('{"stacks": {"stack": {"synthesizedStackPath": "../out/stacks/stack/cdk.tf.json"}}}', "out of the directory"),
        ('{"stacks": {"stack": {"synthesizedStackPath": "/etc/cdk.tf.json"}}}', "out of the directory"),
        (
            '{"stacks": {"x": {"synthesizedStackPath": "stacks/stack/cdk.tf.json", "workingDirectory": "stacks/x"}}}',
            "workingDirectory of x is not the folder of stacks/stack/cdk.tf.json",
        ),
        (
            '{"stacks": {"x": {"synthesizedStackPath": "stacks/stack/cdk.tf.json", "workingDirectory": null}}}',
            "workingDirectory of x is not the folder",
        ),
    ],
)
def test_a_manifest_that_names_no_stack(out: Path, manifest: str, message: str) -> None:
    (out / "manifest.json").write_text(manifest)
    refused(out, message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("stacks/stack/override.tf.json", "manifest.json does not list it"),
        ("stacks/old/cdk.tf.json", "manifest.json does not list it"),
        ("stacks/stack/.hidden.tf.json", "manifest.json does not list it"),
        ("stacks/stack/more.tf", "is HCL"),
    ],
)
def test_a_file_that_would_escape_judgement(out: Path, name: str, message: str) -> None:
    file = out / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(GOOD))
    refused(out, message)


def test_a_stack_that_changes_while_it_is_judged(
    checkov: CheckovProcess, policies: Path, config: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has passed is what is there afterwards."""
    answer = checkov.answer

    def change_and_answer(stacks: int) -> dict[str, Any]:
        file = out / "stacks" / "stack" / "cdk.tf.json"
        file.write_text(file.read_text() + "\n")
        return answer(stacks)

    monkeypatch.setattr(checkov, "answer", change_and_answer)
    with pytest.raises(ToolError, match="was changed during the check"):
        Gate(policies, config, checkov).judge(out)


def test_a_stack_behind_a_symbolic_link(out: Path, tmp_path: Path) -> None:
    file = out / "stacks" / "stack" / "cdk.tf.json"
    file.rename(tmp_path / "cdk.tf.json")
    file.symlink_to(tmp_path / "cdk.tf.json")
    refused(out, "is a symbolic link")


def test_a_directory_behind_a_symbolic_link(out: Path, tmp_path: Path) -> None:
    (out / "stacks").rename(tmp_path / "stacks")
    (out / "stacks").symlink_to(tmp_path / "stacks")
    refused(out, "is a symbolic link")


def test_without_a_manifest_every_stack_is_judged(judge: Judge, out: Path) -> None:
    """As for JSON that no code of ours has written; the report says so."""
    write_stack(out, {"resource": {"aws_sqs_queue": {"late": {"message_retention_seconds": 1}}}}, "other")
    (out / "manifest.json").unlink()
    report = judge(out)
    assert report.stacks == 2
    assert "no manifest.json" in report.summary
    finding = next(finding for finding in report.findings if finding.rule_id == "TAP-X-1")
    assert str(finding) == (
        "TAP-X-1 UNKNOWN [aws_sqs_queue.late] Queues keep messages for a day (stacks/other/cdk.tf.json:4). "
        "Fix: set message_retention_seconds to 86400"
    )


def test_each_stack_is_judged_by_itself(judge: Judge, out: Path) -> None:
    """Stacks have names in common; a finding in one says nothing of the others."""
    for number in range(5):
        seconds = 86400 if number % 2 else 1
        queue = {**QUEUE, "message_retention_seconds": seconds}
        write_stack(out, {"resource": {"aws_sqs_queue": {"orders": queue}}}, f"stack{number}")
    found = [finding.file for finding in judge(out).findings]
    assert found == [f"stacks/stack{number}/cdk.tf.json" for number in (0, 2, 4)]


@pytest.mark.parametrize(
    "seconds", [60, "${var.seconds}", "${aws_sqs_queue.other.message_retention_seconds}", None, [86400]]
)
def test_a_value_that_is_wrong_or_unknown(judge: Judge, tmp_path: Path, seconds: Any) -> None:
    queue = {**QUEUE, "message_retention_seconds": seconds}
    directory = write_stack(tmp_path / "out", {"resource": {"aws_sqs_queue": {"orders": queue}}})
    found = [(finding.rule_id, finding.path, finding.line) for finding in judge(directory).findings]
    assert found == [("TAP-X-1", "stack/orders/queue", 4)]


def test_a_resource_with_a_count_of_zero_is_judged(judge: Judge, tmp_path: Path) -> None:
    queue = {**QUEUE, "message_retention_seconds": 60, "count": 0}
    directory = write_stack(tmp_path / "out", {"resource": {"aws_sqs_queue": {"orders": queue}}})
    assert "TAP-X-1" in [finding.rule_id for finding in judge(directory).findings]


def test_a_stack_of_which_nobody_can_say_anything(judge: Judge, tmp_path: Path) -> None:
    directory = write_stack(tmp_path / "out", {"resource": {"null_resource": {"nothing": {}}}})
    with pytest.raises(ToolError, match="no check applied to it"):
        judge(directory)


def test_a_stack_on_one_line(judge: Judge, tmp_path: Path) -> None:
    """Two resources of one name on one line are still told apart."""
    bodies = {"aws_sns_topic": {"orders": {"name": "t"}}, "aws_sqs_queue": {"orders": {"name": "q"}}}
    directory = write_stack(tmp_path / "out", json.dumps({"resource": bodies}))
    found = {(finding.rule_id, finding.path) for finding in judge(directory).findings}
    assert found >= {("CKV_AWS_26", "aws_sns_topic.orders"), ("CKV_AWS_27", "aws_sqs_queue.orders")}


def test_checks_for_other_clouds_join_where_they_are_needed(judge: Judge, tmp_path: Path) -> None:
    group = {"name": "open", "resource_group_name": "g", "location": "x"}
    rule = {"name": "ssh", "access": "Allow", "direction": "Inbound", "protocol": "Tcp"}
    rule |= {"source_address_prefix": "*", "destination_port_range": "22", **group}
    resources = {"aws_sqs_queue": {"orders": QUEUE}, "azurerm_network_security_rule": {"ssh": rule}}
    directory = write_stack(tmp_path / "out", {"resource": resources})
    assert "CKV_AZURE_10" in [finding.rule_id for finding in judge(directory).findings]
