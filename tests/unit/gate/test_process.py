"""The gate as users call it, in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lib.console.polling import wait_for
from lib.environments import ROOT
from lib.errors import ToolError
from lib.gate import Gate, process

from .conftest import write_stack

pytestmark = pytest.mark.slow


def gate(*arguments: object, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m lib.gate`, which finds itself from anywhere by PYTHONPATH."""
    return subprocess.run(
        [sys.executable, "-m", "lib.gate", *map(str, arguments)],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


HOSTILE = {
    "LOG_LEVEL": "ERROR",
    "CKV_IGNORED_DIRECTORIES": "stacks",
    "CHECKOV_CHECK_FAIL_LEVEL": "OFF",
    "CHECKOV_MAX_FILE_SIZE": "1",
    "CHECKOV_ENABLE_FOREACH_HANDLING": "False",
    "CKV_SKIP_CHECK": "TAP-DEL-5",
    "BC_SOURCE": "x",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
}


def test_findings_are_told_and_nothing_around_the_gate_changes_them(tmp_path: Path) -> None:
    """Another working directory, LOG_LEVEL and Checkov's variables, no way to the network: the same words."""
    stack = {"resource": {"aws_s3_bucket": {"data": {"bucket": "s3-data-dev"}}}}
    directory = write_stack(tmp_path / "out", stack)
    plain = gate(directory)
    assert plain.returncode == 1, plain.stderr
    assert plain.stderr == ""
    assert "TAP-DEL-5 HIGH [aws_s3_bucket.data] A resource with content can be destroyed" in plain.stdout
    assert plain.stdout.splitlines()[-1].startswith("gate: ")
    elsewhere = gate("out", cwd=tmp_path, **HOSTILE)
    assert (elsewhere.returncode, elsewhere.stdout) == (1, plain.stdout), elsewhere.stderr


def test_wrong_input_is_one_sentence(tmp_path: Path) -> None:
    done = gate(tmp_path / "nowhere")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith(f"error: {tmp_path / 'nowhere'}: this directory does not exist")
    assert done.stderr.count("\n") == 1


def test_a_missing_environment_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(process, "VENV_CHECKOV", tmp_path / ".venv-checkov")
    with pytest.raises(ToolError, match="run make setup"):
        Gate().start()


def test_an_interpreter_without_checkov_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, out: Path) -> None:
    """And leaves no process behind."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to("/bin/false")
    monkeypatch.setattr(process, "VENV_CHECKOV", tmp_path)
    with Gate() as broken, pytest.raises(ToolError, match="Checkov gave no verdict"):
        broken.judge(out)


def test_a_checkov_that_hangs_is_ended_and_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, out: Path) -> None:
    (tmp_path / "bin").mkdir()
    hanging = tmp_path / "bin" / "python"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o755)
    monkeypatch.setattr(process, "VENV_CHECKOV", tmp_path)
    monkeypatch.setattr(process, "SECONDS_TO_ANSWER", 0.1)
    with Gate() as broken, pytest.raises(ToolError, match=r"Checkov gave no verdict within 0\.1 s"):
        broken.judge(out)


def test_a_gate_that_is_left_ends_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even while Checkov is still importing."""
    started: list[subprocess.Popen[bytes]] = []
    popen = subprocess.Popen
    monkeypatch.setattr(
        process.subprocess, "Popen", lambda *args, **options: started.append(popen(*args, **options)) or started[0]
    )
    with pytest.raises(KeyboardInterrupt), Gate():
        raise KeyboardInterrupt
    assert started[0].returncode == -9


def test_a_gate_that_is_left_leaves_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Even while Checkov has one of its own."""
    (tmp_path / "bin").mkdir()
    busy = tmp_path / "bin" / "python"
    busy.write_text("#!/bin/sh\nmktemp -d\nexec sleep 60\n")
    busy.chmod(0o755)
    monkeypatch.setattr(process, "VENV_CHECKOV", tmp_path)
    folders = tmp_path / "folders"
    folders.mkdir()
    monkeypatch.setattr(process.tempfile, "tempdir", str(folders))
    with Gate():
        wait_for("its folder", lambda: list(folders.glob("*/*")), 10)
    assert list(folders.iterdir()) == []
