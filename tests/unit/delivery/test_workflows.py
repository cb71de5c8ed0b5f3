"""The GitHub workflows: pinned, with least permissions, and nothing that a pull request can use against the base."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from lib.environments import ROOT

FILES = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
MAKE = re.compile(r"make ([a-z][a-z-]*)( [A-Z_]+=[A-Za-z0-9_./-]+)*")
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
# What only reads. Everything else is a write permission or a way to credentials.
READ_ONLY = {"contents": "read"}


@dataclass(frozen=True)
class Job:
    """A job with the workflow that it is in."""

    file: str
    name: str
    workflow: dict[str, Any]
    body: dict[str, Any]

    @property
    def steps(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.body["steps"]
        return found

    @property
    def is_of_pull_requests(self) -> bool:
        return "pull_request" in self.workflow[True]

    @property
    def checked_out(self) -> list[str]:
        """The ref of each checkout; empty for the one that started the workflow."""
        return [
            step.get("with", {}).get("ref", "")
            for step in self.steps
            if step.get("uses", "").startswith("actions/checkout@")
        ]


def jobs() -> Iterator[Job]:
    for file in FILES:
        workflow = yaml.safe_load(file.read_text())  # YAML 1.1 reads the key `on` as True
        for name, body in workflow["jobs"].items():
            yield Job(file.name, name, workflow, body)


JOBS = list(jobs())
each_job = pytest.mark.parametrize("job", JOBS, ids=lambda job: f"{job.file}:{job.name}")


def test_the_workflows_of_the_agreement_are_there() -> None:
    assert {file.stem for file in FILES} == {"pull-request", "main", "preview", "drift", "weekly"}


@each_job
def test_a_run_calls_a_target_of_make_and_nothing_else(job: Job) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)) | {"test-fast"}
    for step in job.steps:
        if "run" in step:
            match = MAKE.fullmatch(step["run"].strip())
            assert match, step["run"]
            assert match[1] in targets


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_action_is_pinned_by_its_commit_with_the_version_beside_it(file: Any) -> None:
    used = re.findall(r"uses: (\S+)(?: +# (v\d+\.\d+\.\d+))?$", file.read_text(), re.MULTILINE)
    assert used
    assert len(used) == file.read_text().count("uses:")
    for action, version in used:
        assert PINNED.fullmatch(action), action
        assert version, action


def test_one_action_has_one_commit() -> None:
    text = "".join(file.read_text() for file in FILES)
    commits: dict[str, set[str]] = {}
    for action, commit in re.findall(r"uses: ([\w./-]+)@([0-9a-f]{40})", text):
        commits.setdefault(action, set()).add(commit)
    assert [action for action, found in commits.items() if len(found) > 1] == []


@each_job
def test_permissions_are_declared_for_each_job_and_none_for_the_workflow(job: Job) -> None:
    assert job.workflow["permissions"] == {}
    permissions = job.body["permissions"]
    assert permissions["contents"] == "read"
    assert "write-all" not in permissions.values()
    assert job.body["timeout-minutes"] <= 90


@each_job
def test_a_checkout_leaves_no_token_behind(job: Job) -> None:
    checkouts = [step for step in job.steps if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@each_job
def test_the_code_of_a_pull_request_runs_without_credentials(job: Job) -> None:
    """Where there is a permission to write, an environment or a token, the base branch's code runs."""
    if not job.is_of_pull_requests:
        return
    has_token = any("GITHUB_TOKEN" in step.get("env", {}) for step in job.steps)
    if job.body["permissions"] != READ_ONLY or "environment" in job.body or has_token:
        assert set(job.checked_out) == {"${{ github.event.pull_request.base.sha }}"}


def test_no_workflow_runs_with_the_base_s_permissions_for_foreign_code() -> None:
    for file in FILES:
        triggers = yaml.safe_load(file.read_text())[True]
        assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(triggers), file.name
        assert "secrets." not in file.read_text(), file.name


@each_job
def test_credentials_for_aws_come_from_a_token_that_names_an_environment(job: Job) -> None:
    uses = [step["uses"].partition("@")[0] for step in job.steps if "uses" in step]
    if "aws-actions/configure-aws-credentials" in uses:
        assert job.body["environment"] in ("plan", "preview", "production", "drift")
        assert job.body["permissions"]["id-token"] == "write"


def test_a_pull_request_is_judged_by_the_base_branch_and_by_itself() -> None:
    found = {job.name: job for job in JOBS if job.file == "pull-request.yml"}
    assert found["synth"].checked_out == [""]
    assert [step["run"] for step in found["synth"].steps if "run" in step] == ["make synth"]
    assert [step["run"] for step in found["judge"].steps if "run" in step] == ["make gate DIR=pull-request BASE=HEAD"]
    assert found["plan"].body["needs"] == "judge"


def test_a_preview_is_destroyed_on_close_whatever_became_of_its_deploy() -> None:
    found = {job.name: job for job in JOBS if job.file == "preview.yml"}
    destroy, workflow = found["destroy"], found["destroy"].workflow
    assert "closed" in workflow[True]["pull_request"]["types"]
    assert "needs" not in destroy.body
    assert "github.event.action == 'closed'" in destroy.body["if"]
    # One run at a time, and the one that is under way is not cut off: the destroy waits for it.
    assert "pull_request.number" in workflow["concurrency"]["group"]
    assert workflow["concurrency"]["cancel-in-progress"] is False
    assert workflow["env"]["ENVIRONMENT_SUFFIX"] == "pr-${{ github.event.pull_request.number }}"


def test_what_is_applied_is_the_saved_plan_behind_an_approval() -> None:
    apply = next(job for job in JOBS if (job.file, job.name) == ("main.yml", "apply"))
    assert apply.body["environment"] == "production"
    assert set(apply.body["needs"]) == {"plan", "attest"}
    assert apply.steps[-1]["run"] == "make deploy PLAN=plan AUTO_APPROVE=1"
    assert apply.body["concurrency"] == {"group": "production", "cancel-in-progress": False}


def test_the_commit_hooks_are_the_projects_own() -> None:
    settings = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    (repository,) = settings["repos"]
    assert repository["repo"] == "local"
    assert [hook["id"] for hook in repository["hooks"]] == ["setup", "ruff-check", "ruff-format", "first-judge"]
