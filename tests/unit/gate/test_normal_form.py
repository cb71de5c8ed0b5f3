"""What Terraform means and Checkov misreads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lib.gate import Gate, GateReport
from lib.gate.checkov_worker.normal_form import normal_form
from lib.gate.process import CheckovProcess

from .conftest import QUEUE, write_stack


def in_stack(body: dict[str, Any]) -> dict[str, Any]:
    return {"resource": {"aws_x": {"y": body}}, "provider": {"aws": [{"region": "eu-west-1"}]}}


@pytest.mark.parametrize(
    "body",
    [
        {"a": [1, {"b": "${aws_kms_key.k.arn}"}], "c": "text", "d": "local.example.com"},
        {"depends_on": ["aws_kms_key.k"], "provider": "aws.west", "lifecycle": {"ignore_changes": ["aws_x.y"]}},
    ],
)
def test_what_is_plain_stays(body: dict[str, Any]) -> None:
    assert normal_form(in_stack(body)) == in_stack(body)


@pytest.mark.parametrize(
    "more",
    [
        {"//": None, "output": {"z": {"value": None}}, "module": {"m": "x"}, "check": ["x"], "variable": None},
        {"terraform": {"backend": "s3"}},
        {"terraform": "x"},
    ],
)
def test_blocks_that_no_check_of_checkov_judges_are_left_out(more: dict[str, Any]) -> None:
    """Checkov raises on some of them, and would judge nothing."""
    plain = {"terraform": {}} if isinstance(more.get("terraform"), dict) else {}
    assert normal_form({**in_stack({"a": 1}), **more}) == {**in_stack({"a": 1}), **plain}


def test_a_resource_is_judged_as_often_as_it_is_written() -> None:
    body = {"count": 0, "for_each": [], "provisioner": {"local-exec": {"command": "x"}}, "a": {"count": 1}}
    assert normal_form(in_stack(body)) == in_stack({"a": {"count": 1}})


@pytest.mark.parametrize("odd", ["aws_x.z", 1, {"aws_x": "z"}, [{"aws_x": "z"}]])
def test_what_depends_on_something_else_than_addresses_does_not_end_checkov(odd: Any) -> None:
    assert normal_form(in_stack({"a": 1, "depends_on": odd})) == in_stack({"a": 1})


def test_null_is_an_argument_that_is_not_there() -> None:
    body = {"a": None, "b": {"c": None, "d": [None, {"e": None, "f": 1}]}}
    assert normal_form(in_stack(body)) == in_stack({"b": {"d": [{"f": 1}]}})


def test_a_text_that_looks_like_a_reference_is_a_text() -> None:
    body = {"key": "aws_kms_key.k.arn", "list": ["aws_kms_key.k[0].arn"]}
    assert normal_form(in_stack(body)) == in_stack(
        {"key": "text aws_kms_key.k.arn", "list": ["text aws_kms_key.k[0].arn"]}
    )


@pytest.mark.parametrize("as_list", [False, True])
def test_a_dynamic_block_is_one_that_lacks_everything_and_one_with_its_content(as_list: bool) -> None:
    dynamic: Any = {"rule": {"for_each": "${var.rules}", "content": {"on": True}}, "odd": "x"}
    body = {"rule": [{"on": True}], "dynamic": [dynamic] if as_list else dynamic}
    assert normal_form(in_stack(body)) == in_stack({"rule": [{}, {"on": True}], "odd": [{}]})


def test_one_dynamic_block_does_not_hide_the_other_resources(
    judge: Callable[[Path], GateReport], tmp_path: Path
) -> None:
    """Plain Checkov drops every resource of the file from its graph."""
    resources = {
        "aws_sqs_queue": {"orders": {**QUEUE, "message_retention_seconds": 60}},
        "aws_s3_bucket": {"data": {"dynamic": {"logging": {"for_each": ["a"], "content": {}}}}},
    }
    directory = write_stack(tmp_path / "out", {"resource": resources})
    found = {(finding.rule_id, finding.path, finding.line) for finding in judge(directory).findings}
    assert ("TAP-X-1", "stack/orders/queue", 4) in found


def test_blocks_that_checkov_does_not_expect_are_findings(checkov: CheckovProcess, tmp_path: Path) -> None:
    """With the policies as they are shipped: none of them ends the gate, and none passes."""
    odd: list[dict[str, Any]] = [
        {"module": {"more": {"source": "./more"}}},
        {"variable": [{"a": [{}]}]},
        {"locals": "x"},
        {"check": {"c": {"assert": {"condition": "${true}"}}}},
        {"removed": [{"from": "aws_sqs_queue.old"}]},
        {"moved": "x"},
        {"import": {"to": 1}},
        {"provider": {"aws": "x"}},
        {"terraform": "x"},
        {"output": {"x": 1}},
    ]
    for number, block in enumerate(odd):
        write_stack(tmp_path / "out", {"resource": {"aws_sqs_queue": {"orders": QUEUE}}, **block}, f"odd-{number}")
    findings = Gate(checkov=checkov).judge(tmp_path / "out").findings
    for number, block in enumerate(odd):
        of_stack = [finding.message for finding in findings if finding.path == f"odd-{number}"]
        assert any(next(iter(block)) in message for message in of_stack), of_stack
