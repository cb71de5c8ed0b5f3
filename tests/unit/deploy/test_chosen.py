"""Which stack a command is about."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lib.deploy import chosen
from lib.deploy.kept import DemoFolder
from lib.deploy.progress import Silent
from lib.environments import ROOT, ToolError
from lib.settings import SettingsError


def test_without_a_demo_the_stack_is_on_aws(tmp_path: Path) -> None:
    home = DemoFolder(tmp_path / "demo")
    assert chosen.kept_demo({}, home) is None
    assert chosen.kept_demo({"TAP_TARGET": "aws"}, home) is None
    with pytest.raises(ToolError, match="no demo is up here"):
        chosen.kept_demo({"TAP_TARGET": "emulator"}, home)
    with pytest.raises(SettingsError, match=r"^TAP_TARGET is 'azure'"):
        chosen.kept_demo({"TAP_TARGET": "azure"}, home)


def test_neither_demo_nor_settings_is_one_line_that_names_both(tmp_path: Path) -> None:
    def open_and_close(environ: dict[str, str]) -> None:
        with chosen.opened(environ, Silent(), DemoFolder(tmp_path / "demo"), tmp_path):
            pass

    with pytest.raises(ToolError, match=r"^no demo is up here .*TERRAFORM_STATE_BUCKET"):
        open_and_close({})
    with pytest.raises(SettingsError, match=r"^TERRAFORM_STATE_BUCKET"):
        open_and_close({"TAP_TARGET": "aws"})


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
