"""Policies that plain Checkov drops without failing: the gate refuses each (exit code 2)."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from lib.errors import ToolError
from lib.gate import GateReport

Judge = Callable[[Path], GateReport]

PYTHON_POLICY = """
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

class Check(BaseResourceCheck):
    def __init__(self):
        super().__init__(name="Queues", id="TAP-X-2", categories=[CheckCategories.CONVENTION],
                         supported_resources=["aws_sqs_queue"], guideline="mend the queue")

    def scan_resource_conf(self, conf):
        {body}

check = Check()
"""


def test_policies_that_load_are_counted(judge: Judge, policies: Path, out: Path) -> None:
    """YAML and Python, and nothing else in the directory counts."""
    (policies / "TAP-X-2.py").write_text(PYTHON_POLICY.format(body="return CheckResult.PASSED"))
    (policies / "__init__.py").touch()
    (policies / "README.md").touch()
    report = judge(out)
    assert (report.policies_loaded, report.policies_on_disk) == (2, 2)
    assert report.checks_run > 2


def test_a_missing_directory_of_policies(judge: Judge, policies: Path, out: Path) -> None:
    policies.rename(policies.with_name("elsewhere"))
    with pytest.raises(ToolError, match="this directory of policies does not exist"):
        judge(out)


def test_an_empty_directory_of_policies(judge: Judge, policies: Path, out: Path) -> None:
    (policies / "TAP-X-1.yaml").unlink()
    with pytest.raises(ToolError, match="contains no policy"):
        judge(out)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("operator: equals", "operator: eqals", "TAP-X-1.*solver type .* operator eqals is not supported"),
        ("  category: GENERAL_SECURITY\n", "", "TAP-X-1.*missing required fields metadata.category"),
        ("id: TAP-X-1", "id: TAP-X-9", "has the id TAP-X-9; give file and policy the same name"),
        ("id: TAP-X-1", "id: CKV2_AWS_73", "its id CKV2_AWS_73 is already used by a built-in check of Checkov"),
        ("  guideline: set message_retention_seconds to 86400\n", "", "add metadata.guideline"),
        ("metadata:", "metadata: [", "a policy is not YAML .*TAP-X-1.yaml"),
    ],
)
def test_a_policy_with_a_fault(judge: Judge, policies: Path, out: Path, old: str, new: str, message: str) -> None:
    file = policies / "TAP-X-1.yaml"
    file.write_text(file.read_text().replace(old, new))
    with pytest.raises(ToolError, match=message):
        judge(out)


def test_two_policies_in_one_file(judge: Judge, policies: Path, out: Path) -> None:
    text = (policies / "TAP-X-1.yaml").read_text()
    item = "-" + textwrap.indent(text, "  ").lstrip("\n")[1:]
    (policies / "TAP-X-1.yaml").write_text(item + item.replace("TAP-X-1", "TAP-X-2"))
    with pytest.raises(ToolError, match="no policy was loaded from it"):
        judge(out)


def test_two_policies_with_one_id(judge: Judge, policies: Path, out: Path) -> None:
    (policies / "TAP-X-2.yaml").write_text((policies / "TAP-X-1.yaml").read_text())
    with pytest.raises(ToolError, match=r"has the id TAP-X-1|its id TAP-X-1 is already used by another policy"):
        judge(out)


def test_one_id_as_yaml_and_as_python(judge: Judge, policies: Path, out: Path) -> None:
    (policies / "__init__.py").touch()
    (policies / "TAP-X-1.py").write_text(PYTHON_POLICY.format(body="return CheckResult.PASSED"))
    with pytest.raises(ToolError, match=r"TAP-X-1 exists as \.yaml and as \.py"):
        judge(out)


def test_a_python_policy_with_a_syntax_error(judge: Judge, policies: Path, out: Path) -> None:
    (policies / "__init__.py").touch()
    (policies / "TAP-X-2.py").write_text("def check(:\n")
    with pytest.raises(ToolError, match=r"TAP-X-2.*SyntaxError"):
        judge(out)


def test_a_python_policy_without_init_beside_it(judge: Judge, policies: Path, out: Path) -> None:
    (policies / "TAP-X-2.py").write_text(PYTHON_POLICY.format(body="return CheckResult.PASSED"))
    with pytest.raises(ToolError, match=r"TAP-X-2.py.*__init__\.py is missing"):
        judge(out)


def test_an_exception_in_a_python_policy(judge: Judge, policies: Path, out: Path) -> None:
    (policies / "__init__.py").touch()
    (policies / "TAP-X-2.py").write_text(PYTHON_POLICY.format(body="raise KeyError('queue')"))
    with pytest.raises(ToolError, match=r"Failed to run check TAP-X-2.*KeyError"):
        judge(out)


@pytest.mark.parametrize("nested", [False, True])
def test_an_exception_in_a_yaml_policy(judge: Judge, policies: Path, out: Path, nested: bool) -> None:
    """Checkov runs it in a thread, and forgets the thread: a regular expression on a number."""
    condition = """
  cond_type: attribute
  resource_types: [aws_sqs_queue]
  attribute: '$.message_retention_seconds.`sub(/a/, b)`'
  operator: jsonpath_exists"""
    if nested:
        condition = "\n  and:\n    - " + condition.strip().replace("\n", "\n    ")
    text = (policies / "TAP-X-1.yaml").read_text().partition("definition:")[0] + "definition:" + condition + "\n"
    (policies / "TAP-X-1.yaml").write_text(text)
    with pytest.raises(ToolError, match=r"TAP-X-1 (ended with an exception|answered for 0 of 1 resources)"):
        judge(out)


def test_a_python_policy_that_is_not_sure(judge: Judge, policies: Path, out: Path) -> None:
    """Checkov's report leaves an unknown result out; of one of our rules it is a finding."""
    (policies / "__init__.py").touch()
    (policies / "TAP-X-2.py").write_text(PYTHON_POLICY.format(body="return CheckResult.UNKNOWN"))
    findings = [finding for finding in judge(out).findings if finding.rule_id == "TAP-X-2"]
    assert [finding.path for finding in findings] == ["stack/orders/queue"]
    assert "cannot be checked" in findings[0].message


def test_a_python_policy_that_asks_the_network(judge: Judge, policies: Path, out: Path) -> None:
    (policies / "__init__.py").touch()
    body = 'import socket; socket.create_connection(("127.0.0.1", 9)); return CheckResult.PASSED'
    (policies / "TAP-X-2.py").write_text(PYTHON_POLICY.format(body=body))
    with pytest.raises(ToolError, match="checking is offline"):
        judge(out)


def test_a_python_policy_that_ends_the_process(judge: Judge, policies: Path, out: Path) -> None:
    (policies / "__init__.py").touch()
    (policies / "TAP-X-2.py").write_text(PYTHON_POLICY.format(body="import os; os._exit(0)"))
    with pytest.raises(ToolError, match="before it had checked"):
        judge(out)


@pytest.mark.parametrize("name", ["TAP-X-2.yml", "TAP-X-2.json", "notes.txt", "more/TAP-X-2.yaml"])
def test_what_is_no_policy_has_no_place_there(judge: Judge, policies: Path, out: Path, name: str) -> None:
    file = policies / name
    file.parent.mkdir(exist_ok=True)
    file.write_text((policies / "TAP-X-1.yaml").read_text().replace("TAP-X-1", "TAP-X-2"))
    with pytest.raises(ToolError, match="is not a policy"):
        judge(out)


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("soft-fail: true", "the setting soft-fail could make Checkov check less"),
        ("check: [CKV_AWS_1]", "the setting check could make Checkov check less"),
        ("skip-check:\n  - CKV_AWS_27000 # there is no such check", "no such check exists"),
        ("skip-check:\n  - CKV_AWS_27", "skipped without a reason"),
        ("skip-check:\n  - CKV_AWS_27 # no", "skipped without a reason"),
        ("skip-check:\n  - CKV_AWS_* # all of them at once", "no such check exists"),
        ("skip-check:\n  - TAP-X-1 # it is in my way", "one of our rules"),
        ("skip-check:\n  - CKV_AWS_27 # said once here\n  - CKV_AWS_27 # and said twice", "skipped twice"),
        ("skip-check: CKV_AWS_27", "write it as a list"),
        ("skip-check: [", "is not YAML"),
    ],
)
def test_settings_that_would_weaken_checkov(judge: Judge, config: Path, out: Path, addition: str, message: str) -> None:
    config.write_text(config.read_text() + addition)
    with pytest.raises(ToolError, match=message):
        judge(out)


@pytest.mark.parametrize("setting", ["framework: [terraform_json]", "external-checks-dir: [policies]"])
def test_settings_that_must_be_there(judge: Judge, config: Path, out: Path, setting: str) -> None:
    config.write_text(config.read_text().replace(setting, ""))
    with pytest.raises(ToolError, match="is None; set it to"):
        judge(out)


def test_missing_settings(judge: Judge, config: Path, out: Path) -> None:
    config.unlink()
    with pytest.raises(ToolError, match="this file does not exist; restore it"):
        judge(out)


def test_a_skip_with_a_reason(judge: Judge, config: Path, out: Path) -> None:
    """What it lets through is still counted."""
    file = out / "stacks" / "stack" / "cdk.tf.json"
    file.write_text(file.read_text().replace('"kms_master_key_id": "${aws_kms_key.key.arn}"', '"fifo_queue": true'))
    assert [finding.rule_id for finding in judge(out).findings] == ["CKV_AWS_27"]
    config.write_text(config.read_text() + "skip-check:\n  - CKV_AWS_27 # nothing secret in it\n")
    report = judge(out)
    assert report.findings == ()
    assert report.skips == {"CKV_AWS_27": "nothing secret in it"}
    assert [finding.rule_id for finding in report.skipped] == ["CKV_AWS_27"]
