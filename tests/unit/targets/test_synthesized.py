"""A stack that another job synthesized: judged by this checkout's gate, and never for another environment's state."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lib.errors import ToolError
from lib.gate import verdict
from lib.settings import Settings
from lib.targets import aws
from lib.targets.synth import VERDICT, RefusedError
from lib.targets.synthesized import judged_copy

VARIABLES = {"AWS_REGION": "us-east-1", "TERRAFORM_STATE_BUCKET": "example-state"}
SETTINGS = Settings.from_environment(VARIABLES)


@pytest.fixture(scope="module")
def copied(template: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(what was synthesized, the judged copy)"""
    source, folder = template.directory.parents[1], tmp_path_factory.mktemp("judged") / "cdktf.out"
    aws.checked_stack({**VARIABLES, "SYNTHESIZED": str(source)}, SETTINGS, folder)
    return source, folder


def test_it_is_copied_as_it_is_with_the_verdict_beside_it(copied: tuple[Path, Path]) -> None:
    source, folder = copied
    name = "stacks/TapStackdev/cdk.tf.json"
    assert (folder / name).read_bytes() == (source / name).read_bytes()
    assert verdict.verify(folder / VERDICT, folder) == ""
    assert not (source / VERDICT).exists()


@pytest.fixture
def changed(template: Any, tmp_path: Path) -> Callable[[Callable[[dict[str, Any]], None]], Path]:
    """What was synthesized, with one change of its JSON."""

    def make(change: Callable[[dict[str, Any]], None]) -> Path:
        document = json.loads(template.text)
        change(document)
        folder = tmp_path / "changed" / "stacks" / "TapStackdev"
        folder.mkdir(parents=True)
        (folder / "cdk.tf.json").write_text(json.dumps(document))
        return tmp_path / "changed"

    return make


def test_what_the_gate_refuses_goes_no_further(changed: Callable[..., Path], tmp_path: Path) -> None:
    def unprotect(document: dict[str, Any]) -> None:
        for table in document["resource"]["aws_dynamodb_table"].values():
            table["point_in_time_recovery"]["enabled"] = False

    with pytest.raises(RefusedError) as error:
        judged_copy(changed(unprotect), tmp_path / "copy", SETTINGS, aws.backend(SETTINGS))
    assert error.value.exit_code == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("key", "prod/TapStackprod.tfstate"), ("bucket", "another-state"), ("region", "eu-west-1")],
)
def test_the_state_of_another_environment_is_out_of_reach(
    changed: Callable[..., Path], tmp_path: Path, name: str, value: str
) -> None:
    source = changed(lambda document: document["terraform"]["backend"]["s3"].update({name: value}))
    with pytest.raises((ToolError, RefusedError)) as error:
        judged_copy(source, tmp_path / "copy", SETTINGS, aws.backend(SETTINGS))
    assert isinstance(error.value, RefusedError) or f"the backend's {name} is '{value}'" in str(error.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="this directory does not exist"):
        judged_copy(tmp_path / "nowhere", tmp_path / "copy", SETTINGS, aws.backend(SETTINGS))
