"""Which stack a command is about."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from lib.deploy import demo_commands
from lib.environments import ROOT
from lib.errors import SettingsError, ToolError
from lib.settings import Settings
from lib.targets import aws, chosen
from lib.targets.kept import DemoFolder, KeptDemo
from lib.terraform.stack_folder import StackFolder
from tests.silent_progress import SilentProgress

pytestmark = pytest.mark.slow


def test_without_a_demo_the_stack_is_on_aws(tmp_path: Path) -> None:
    home = DemoFolder(tmp_path / "demo")
    assert chosen.kept_demo({}, home) is None
    assert chosen.kept_demo({"TAP_TARGET": "aws"}, home) is None
    with pytest.raises(ToolError, match="no demo is running here"):
        chosen.kept_demo({"TAP_TARGET": "emulator"}, home)
    with pytest.raises(SettingsError, match=r"^TAP_TARGET is 'azure'"):
        chosen.kept_demo({"TAP_TARGET": "azure"}, home)


def test_neither_demo_nor_settings_is_one_line_that_names_both(tmp_path: Path) -> None:
    def open_and_close(environ: dict[str, str]) -> None:
        with chosen.opened(environ, SilentProgress(), DemoFolder(tmp_path / "demo"), tmp_path):
            pass

    with pytest.raises(ToolError, match=r"^no demo is running here .*TERRAFORM_STATE_BUCKET"):
        open_and_close({})
    with pytest.raises(SettingsError, match=r"^TERRAFORM_STATE_BUCKET"):
        open_and_close({"TAP_TARGET": "aws"})


def test_outputs_without_anything_deployed_name_both_ways(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"^no demo is running here .*TERRAFORM_STATE_BUCKET"):
        chosen.outputs({}, SilentProgress(), DemoFolder(tmp_path / "demo"))


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, ""),
        ({"ENVIRONMENT_SUFFIX": "qa7"}, r"stack is TapStackqa7 and not TapStackdev.*make demo-down"),
        ({"AWS_REGION": "eu-west-3"}, r"AWS_REGION is eu-west-3 and not us-east-1"),
        ({"TERRAFORM_STATE_BUCKET": "other-state"}, r"bucket is other-state and not "),
    ],
)
def test_a_deploy_to_the_demo_has_the_demos_settings(tmp_path: Path, variables: dict[str, str], said: str) -> None:
    """With others everything would be planned anew, in another state."""
    standing = Settings()
    content = {
        "terraform": {"backend": {"s3": aws.backend(standing)}},
        "provider": {"aws": [{"region": standing.aws_region}]},
    }
    kept = KeptDemo(1, 4566, standing.aws_region, standing.stack_name, {})
    with pytest.raises(ToolError, match=said) if said else nullcontext():
        demo_commands.check_settings(Settings.from_environment(variables), kept, StackFolder(tmp_path, content))


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_drift_that_cannot_be_told_is_one_line_and_2(options: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lib.deploy", "drift", *options],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "TAP_TARGET": "aws"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: TERRAFORM_STATE_BUCKET ")
    assert done.stderr.count("\n") == 1
