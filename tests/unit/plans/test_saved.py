"""A saved plan belongs to one verdict and one state. What Terraform puts into its file is put there by hand."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lib.errors import ToolError
from lib.gate import verdict
from lib.gate.stacks import read_stacks
from lib.plans.plan_file import PlanFile
from lib.plans.saved import SavedPlan
from lib.reports import Report
from lib.terraform.stack_folder import StackFolder
from lib.terraform.state import State

STATE: dict[str, Any] = {"version": 4, "lineage": "l", "serial": 7, "resources": [], "outputs": {}}


def passed(checked: Path, folder: Path) -> Path:
    """A verdict that says that this directory has passed."""
    stacks, _ = read_stacks(checked)
    files = {name: digest for stack in stacks for name, digest in stack.files(checked)}
    report = Report((), (), (), (), (), (), {"judge": "gate"}, "clean", files=files)
    verdict.write(report, folder)
    return folder / verdict.FILE


@pytest.fixture
def checked(stack: StackFolder, tmp_path: Path) -> Path:
    """A directory with one stack."""
    (stack.directory / "assets" / "code" / "lambda.zip").unlink()
    folder = tmp_path / "checked"
    stack.copy_to(folder / "stacks" / "one")
    return folder


def plan_file(file: Path, state: dict[str, Any], configuration: dict[str, str]) -> Path:
    """As Terraform saves it: lineage and serial stand in the refreshed state only."""
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("tfplan", b"changes")
        archive.writestr("tfstate", json.dumps(state))
        archive.writestr("tfstate-prev", json.dumps({**state, "lineage": "", "serial": 0}))
        for name, text in configuration.items():
            archive.writestr(f"tfconfig/m-/{name}", text)
        archive.writestr("tfconfig/modules.json", b"[]")
    return file


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return plan_file(tmp_path / "tfplan", STATE, {"cdk.tf.json": "{}"})


@pytest.fixture
def saved(plan: Path, checked: Path, tmp_path: Path) -> SavedPlan:
    return SavedPlan.save(tmp_path / "plan", plan, passed(checked, tmp_path / "reports"), "+ everything")


def test_what_was_saved_is_what_may_be_applied(saved: SavedPlan, checked: Path) -> None:
    assert SavedPlan.open(saved.folder).difference(saved.file, checked, State.of(STATE)) == ""
    assert (saved.folder / "plan.txt").read_text() == "+ everything"


def test_an_edited_plan(saved: SavedPlan, checked: Path) -> None:
    with zipfile.ZipFile(saved.file, "a") as archive:
        archive.writestr("more", b"")
    difference = saved.difference(saved.file, checked, State.of(STATE))
    assert difference == "tfplan was changed after make plan saved it: its digest is not the one in SHA256SUMS"


def test_an_edited_verdict(saved: SavedPlan, checked: Path) -> None:
    file = saved.folder / verdict.FILE
    file.write_text(file.read_text().replace("PASSED", "passed"))
    assert saved.difference(saved.file, checked, State.of(STATE)).startswith("verdict.json was changed")


def test_other_json(saved: SavedPlan, checked: Path) -> None:
    json_file = checked / "stacks" / "one" / "cdk.tf.json"
    json_file.write_text(json_file.read_text().replace("sqs-q-dev", "sqs-q-prod"))
    assert "stacks/one/cdk.tf.json was changed" in saved.difference(saved.file, checked, State.of(STATE))


@pytest.mark.parametrize("name", ["policies", "policies/waivers.yaml", ".checkov.yaml"])
def test_other_policies_and_other_waivers(plan: Path, checked: Path, tmp_path: Path, name: str) -> None:
    """CI judged by others than this checkout has."""
    file = passed(checked, tmp_path / "reports")
    document = json.loads(file.read_text())
    document["predicate"]["policy"]["annotations"][name] = "0" * 64
    file.write_text(json.dumps(document))
    saved = SavedPlan.save(tmp_path / "plan", plan, file, "")
    assert f"{name} was changed" in saved.difference(saved.file, checked, State.of(STATE))


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ({"serial": 8}, "it is stale: it was planned when the state had serial 7, which is now 8"),
        ({"lineage": "another"}, "it was planned for another state"),
        ({"outputs": {"x": {"value": "y"}}}, "the state within it is not the saved one"),
    ],
)
def test_another_state(saved: SavedPlan, checked: Path, now: dict[str, Any], said: str) -> None:
    assert saved.difference(saved.file, checked, State.of({**STATE, **now})).startswith(said)


def test_what_a_plan_imports_is_not_in_the_saved_state_yet(checked: Path, tmp_path: Path) -> None:
    """Terraform writes it into the plan's state all the same."""
    queue = {"mode": "managed", "type": "aws_sqs_queue", "name": "q", "instances": [{"attributes": {"name": "q"}}]}
    other = {**queue, "name": "other"}
    imports = {"import": [{"to": "aws_sqs_queue.q", "id": "url"}]}

    def difference(*planned: dict[str, Any], now: list[Any]) -> str:
        state = {**STATE, "resources": list(planned)}
        file = plan_file(tmp_path / "tfplan", state, {"adopted.tf.json": json.dumps(imports)})
        saved = SavedPlan.save(tmp_path / "plan", file, passed(checked, tmp_path / "reports"), "")
        return saved.difference(saved.file, checked, State.of({**STATE, "resources": now}))

    assert difference(queue, now=[]) == ""
    assert difference(queue, now=[queue]) == ""
    assert difference(queue, other, now=[]) == "the state within it is not the saved one"
    assert difference(now=[queue]) == "the state within it is not the saved one"


def test_the_configuration_within_a_plan_is_the_root_modules(plan: Path) -> None:
    assert PlanFile(plan).configuration() == {"cdk.tf.json": b"{}"}


@pytest.mark.parametrize("name", ["tfplan", "verdict.json", "SHA256SUMS"])
def test_a_folder_that_lacks_something_is_named(saved: SavedPlan, name: str) -> None:
    (saved.folder / name).unlink()
    with pytest.raises(ToolError, match=rf"^PLAN=.* has no {name}; "):
        SavedPlan.open(saved.folder)


def test_what_is_no_plan_is_named(tmp_path: Path) -> None:
    (tmp_path / "tfplan").write_text("no archive")
    with pytest.raises(ToolError, match=r"tfplan is not a plan saved by Terraform"):
        PlanFile(tmp_path / "tfplan").configuration()
