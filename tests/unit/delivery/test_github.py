"""One comment, one issue: written, found again, updated, closed. GitHub is one in memory, asked over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lib.delivery import drift_issue
from lib.delivery.github import Repository
from lib.errors import ToolError
from tests.unit.delivery.github_server import GitHub, serving

MARKER = "<!-- ours -->"


@pytest.fixture
def github() -> Iterator[GitHub]:
    with serving(GitHub()) as server:
        yield server


@pytest.fixture
def repository(github: GitHub) -> Repository:
    return Repository("acme/payments", "a-token", github.url)


def test_a_comment_is_written_once_and_then_updated(github: GitHub, repository: Repository) -> None:
    for text in ("first", "second", "third"):
        assert repository.put_comment(7, MARKER, f"{MARKER}\n{text}") == "comment-1"
    assert [(item["issue"], item["body"]) for item in github.comments] == [(7, f"{MARKER}\nthird")]


def test_the_comment_is_found_behind_many_others(github: GitHub, repository: Repository) -> None:
    for number in range(130):
        github.comment(7, f"remark {number}", login="somebody")
    ours = github.comment(7, f"{MARKER}\nold")
    repository.put_comment(7, MARKER, f"{MARKER}\nnew")
    assert ours["body"] == f"{MARKER}\nnew"
    assert len(github.comments) == 131


def test_somebody_elses_comment_with_our_marker_is_left_alone(github: GitHub, repository: Repository) -> None:
    theirs = github.comment(7, f"{MARKER}\npassed", login="mallory")
    quoted = github.comment(7, f"> {MARKER}")
    repository.put_comment(7, MARKER, f"{MARKER}\nfailed")
    assert theirs["body"] == f"{MARKER}\npassed"
    assert quoted["body"] == f"> {MARKER}"
    assert github.comments[-1]["body"] == f"{MARKER}\nfailed"


def test_there_is_one_open_issue_whatever_was_there(github: GitHub, repository: Repository) -> None:
    repository.put_issue(MARKER, "one", f"{MARKER}\n1")
    github.issue("the same again", f"{MARKER}\n2")
    github.issue("a pull request", f"{MARKER}\n3", pull_request={})
    github.issue("somebody's", f"{MARKER}\n4", login="mallory")
    repository.put_issue(MARKER, "two", f"{MARKER}\n5")
    assert [(issue["title"], issue["body"]) for issue in github.open_issues()] == [
        ("two", f"{MARKER}\n5"),
        ("a pull request", f"{MARKER}\n3"),
        ("somebody's", f"{MARKER}\n4"),
    ]


def drift(folder: Path, *texts: str) -> Path:
    file = folder / "drift.json"
    entries = [{"rules": ["TAP-REC-1"], "text": text} for text in texts]
    file.write_text(json.dumps({"target": "AWS, eu-west-1", "drift": entries}))
    return file


def test_drift_opens_one_issue_updates_it_and_closes_it(github: GitHub, repository: Repository, tmp_path: Path) -> None:
    assert "no open issue" in drift_issue.publish(repository, drift(tmp_path), "run-0")
    drift_issue.publish(repository, drift(tmp_path, "table: recovery is off"), "run-1")
    drift_issue.publish(repository, drift(tmp_path, "table: recovery is off", "bucket: a policy was added"), "run-2")
    (issue,) = github.open_issues()
    assert issue["title"] == "Drift: 2 manual changes of the deployed stack"
    assert "bucket: a policy was added" in issue["body"]
    assert "closed issue-1" in drift_issue.publish(repository, drift(tmp_path), "run-3")
    assert github.open_issues() == []
    drift_issue.publish(repository, drift(tmp_path, "again"), "run-4")
    assert [issue["number"] for issue in github.open_issues()] == [2]


def test_what_was_changed_by_hand_is_no_markup_in_the_issue(tmp_path: Path) -> None:
    file = drift(tmp_path, *["name is `|@acme/security <!-- x --> https://evil.example" * 20] * 100)
    text = drift_issue.body(json.loads(file.read_text()), "run")
    assert "… and 20 more" in text
    assert len(text) < 65_536
    assert "|@" not in text


@pytest.mark.parametrize("content", ["[]", "{", '{"drift": []}'])
def test_a_report_that_is_none_closes_nothing(
    github: GitHub, repository: Repository, tmp_path: Path, content: str
) -> None:
    github.issue("open", f"{drift_issue.MARKER}\n")
    (tmp_path / "drift.json").write_text(content)
    with pytest.raises(ToolError, match="is not the JSON of make drift"):
        drift_issue.publish(repository, tmp_path / "drift.json", "run")
    assert len(github.open_issues()) == 1


def test_a_refusal_names_the_status_and_the_way_out(github: GitHub, repository: Repository) -> None:
    github.status = 403
    with pytest.raises(ToolError, match=r"403 Resource not accessible by integration; check the permissions"):
        repository.put_comment(7, MARKER, "x")


def test_a_github_that_does_not_answer_is_named() -> None:
    with pytest.raises(ToolError, match=r"GitHub did not answer GET issues/7/comments"):
        Repository("acme/payments", "a-token", "http://127.0.0.1:9").put_comment(7, MARKER, "x")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"GITHUB_TOKEN": "t"}, "GITHUB_REPOSITORY is ''"),
        ({"GITHUB_REPOSITORY": "a/b/../c", "GITHUB_TOKEN": "t"}, "GITHUB_REPOSITORY is 'a/b/../c'"),
        ({"GITHUB_REPOSITORY": "a/b"}, "GITHUB_TOKEN is not set"),
    ],
)
def test_outside_of_a_workflow_it_says_what_is_missing(variables: dict[str, Any], said: str) -> None:
    with pytest.raises(ToolError) as error:
        Repository.from_environment(variables)
    assert said in str(error.value)
