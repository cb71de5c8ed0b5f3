"""The gated entry as a user runs it: what it prints, and what its exit code says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lib.environments import ROOT

# Breaks the real stack in one way, as an engineer in a hurry would, and goes on as main.py does.
BREAK = """
import sys
sys.path.insert(0, {root!r})
import main, lib.tap_stack
class Broken(lib.tap_stack.TapStack):
    def __init__(self, *given, **named):
        super().__init__(*given, **named)
        table = self.node.find_child("ledger").node.find_child("transactions")
        table.add_override("point_in_time_recovery", {{"enabled": False}})
lib.tap_stack.TapStack = Broken
sys.exit(main.run())
"""


def run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Under a user's environment: none of ours, and these."""
    environment = {"HOME": str(Path.home()), "PATH": os.environ["PATH"], **variables}
    return subprocess.run(
        [sys.executable, *(command or (str(ROOT / "main.py"),))],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def stacks(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "cdktf.out" / "stacks").iterdir())


def test_a_clean_stack_is_written_and_ends_with_0(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("gate: clean; 1 stacks, ")
    assert stacks(tmp_path) == ["TapStackdev"]


def test_another_environment_has_none_of_the_defaults_and_nothing_of_the_one_before(tmp_path: Path) -> None:
    run(tmp_path)
    done = run(
        tmp_path,
        ENVIRONMENT_SUFFIX="qa7",
        AWS_REGION="eu-west-1",
        TERRAFORM_STATE_BUCKET="b",
        TERRAFORM_STATE_BUCKET_REGION="eu-north-1",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert stacks(tmp_path) == ["TapStackqa7"]
    written = [path for path in (tmp_path / "cdktf.out").rglob("*") if path.is_file()]
    assert [path for path in written if b"us-east-1" in path.read_bytes()] == []


@pytest.mark.parametrize("variables", [{}, {"CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS": ""}])
def test_a_stack_that_breaks_a_rule_does_not_come_out(tmp_path: Path, variables: dict[str, str]) -> None:
    done = run(tmp_path, "-c", BREAK.format(root=str(ROOT)), **variables)
    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.startswith("TAP-REC-1 [TapStackdev/ledger/transactions] point_in_time_recovery.enabled is false")
    assert "Fix: " in line
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"ENVIRONMENT_SUFFIX": "Dev_1"}, "ENVIRONMENT_SUFFIX is 'Dev_1'"),
        ({"AWS_REGION": "mars"}, "AWS_REGION is 'mars'"),
        ({"CDKTF_OUTDIR": "/proc/nowhere/out"}, "the output folder cannot be made"),
    ],
)
def test_wrong_input_is_one_line_and_ends_with_2(tmp_path: Path, variables: dict[str, str], said: str) -> None:
    done = run(tmp_path, **variables)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {said}")


def test_the_cdktf_cli_goes_through_the_same_entry() -> None:
    assert json.loads((ROOT / "cdktf.json").read_text())["app"] == "python3 main.py"
