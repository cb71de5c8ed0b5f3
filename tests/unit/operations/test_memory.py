"""Memory does not grow with the number of payments."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from lib.environments import ROOT

pytestmark = pytest.mark.slow

PAYMENTS = 8000
MOST = 160  # MiB; all of them in memory take more than 250


def test_many_payments_are_compared_in_little_memory() -> None:
    """As a process of its own, whose peak is this comparison's: `python -m tests.unit.operations.large 1000000`."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.operations.large", str(PAYMENTS)],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "lib" / "lambda")))},
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert told["code"] == 0, told
    assert f"agree about {PAYMENTS} payments" in told["told"]
    assert told["peak"] < MOST, told
