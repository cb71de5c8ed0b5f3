"""`python -m lib.delivery comment` on what was really synthesized, and what the commands say of wrong input."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lib.delivery import __main__ as command
from lib.delivery import pull_request
from lib.environments import ROOT
from lib.errors import ToolError
from lib.review import comment


@pytest.fixture(scope="module")
def synthesized(template: Any) -> Path:
    found: Path = template.directory.parents[1]
    return found


def test_the_comment_of_a_real_stack_beside_an_earlier_one(synthesized: Path, template: Any, tmp_path: Path) -> None:
    base = json.loads(template.text)
    del base["resource"]["aws_kms_key"]
    (tmp_path / "base.json").write_text(json.dumps(base))
    text = pull_request.write(synthesized, str(tmp_path / "base.json"), None, "")
    assert text.startswith(f"{comment.MARKER}\n## Policies: passed")
    assert "2 to create, 0 to update, 0 to destroy." in text
    assert "**$2.00 a month**" in text


def test_the_gate_of_this_checkout_judges_it(template: Any, tmp_path: Path) -> None:
    document = json.loads(template.text)
    for table in document["resource"]["aws_dynamodb_table"].values():
        table["point_in_time_recovery"]["enabled"] = False
    folder = tmp_path / "out" / "stacks" / "TapStackdev"
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(json.dumps(document))
    text = pull_request.write(tmp_path / "out", "", None, "")
    assert "## Policies: failed" in text
    assert "| TAP-REC-1 | HIGH |" in text


def test_nothing_to_judge_is_no_verdict(tmp_path: Path) -> None:
    text = pull_request.write(tmp_path / "nowhere", "", None, "")
    assert "no verdict" in text
    assert "this directory does not exist" in text


def test_a_base_that_cannot_be_read_leaves_the_verdict(synthesized: Path, tmp_path: Path) -> None:
    (tmp_path / "base.json").write_text("{}")
    text = pull_request.write(synthesized, str(tmp_path / "base.json"), None, "")
    assert "## Policies: passed" in text
    assert "Not compared" in text


def test_changes_that_make_plan_did_not_write_are_named(synthesized: Path, tmp_path: Path) -> None:
    (tmp_path / "changes.json").write_text("[]")
    assert "is not a summary that make plan wrote" in pull_request.write(synthesized, "", tmp_path / "changes.json", "")


@pytest.mark.parametrize("number", ["", "7; rm -rf", "７"])
def test_a_pull_request_is_a_number(number: str) -> None:
    with pytest.raises(ToolError, match="which is not a number"):
        command.publish_comment({"PULL_REQUEST": number})


def test_the_run_is_linked_inside_of_a_workflow_only() -> None:
    variables = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "5"}
    assert command.run_url(variables) == "https://github.com/a/b/actions/runs/5"
    assert command.run_url({}) == ""


def test_each_command_has_a_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for name in command.COMMANDS:
        assert f"-m lib.delivery {name}\n" in makefile
