"""An integration test without a word on AWS fails the run, before anything is deployed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lib.environments import ROOT

pytestmark = pytest.mark.slow

CONFTEST = """
import os
from tests.integration import markers

def pytest_collection_modifyitems(items):
    markers.check(items, on_aws="ON_AWS" in os.environ)
"""
MARKERS = "[pytest]\nmarkers =\n    aws: x\n    emulator_only(reason): x\n"


def collected(folder: Path, test: str, **environ: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "pytest.ini").write_text(MARKERS)
    (folder / "test_it.py").write_text(f"import pytest\n{test}\ndef test_it():\n    pass\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", str(folder)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("test", "says"),
    [
        ("", "test_it has 0 of the markers aws and emulator_only, and needs one"),
        ("@pytest.mark.aws\n@pytest.mark.emulator_only('x')", "test_it has 2 of the markers"),
        ("@pytest.mark.emulator_only", "test_it has no reason"),
        ("@pytest.mark.emulator_only('  ')", "test_it has no reason"),
    ],
)
def test_a_test_that_does_not_say_is_refused(tmp_path: Path, test: str, says: str) -> None:
    done = collected(tmp_path, test)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert says in done.stderr + done.stdout


def test_what_is_for_the_emulator_only_is_skipped_on_aws_with_its_reason(tmp_path: Path) -> None:
    test = "@pytest.mark.emulator_only('it breaks things')"
    assert "1 passed" in collected(tmp_path, test).stdout
    done = collected(tmp_path, test, ON_AWS="1")
    assert "1 skipped" in done.stdout
    assert "not on AWS: it breaks things" in done.stdout


def test_what_may_run_on_aws_runs_there(tmp_path: Path) -> None:
    assert "1 passed" in collected(tmp_path, "@pytest.mark.aws", ON_AWS="1").stdout


def test_every_integration_test_says_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/integration", "--collect-only", "-q", "-p", "no:cacheprovider"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
