"""The load of `make load` in CI's size, on the deployed stack: nothing lost, nothing doubled, the sums agree."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from benchmarks import load
from benchmarks.clients import drive
from benchmarks.proof import differences
from lib.environments import ROOT
from lib.targets.deployment import Deployment
from tests.silent_progress import SilentProgress

PAYMENTS = 300


@pytest.mark.emulator_only("its payments take production's share of the API's throttling")
def test_nothing_is_lost_or_doubled_under_load(deployment: Deployment) -> None:
    assert load.prove(deployment, PAYMENTS, SilentProgress()) == []


@pytest.mark.emulator_only("it reads the whole ledger")
def test_a_payment_that_the_ledger_does_not_have_is_named(deployment: Deployment) -> None:
    """And so is one that no client has: the proof can fail."""
    found = drive(deployment, 1, SilentProgress())
    found.payments[0].payment_id = "pay_" + "0" * 32
    assert [line.partition(" ")[2] for line in differences(deployment, found)][:2] == [
        "is in the ledger, and no client has it",
        "was accepted and is not in the ledger",
    ]


@pytest.mark.aws
@pytest.mark.parametrize("wrong", ["0", "1", "-5", "many", "100001", "1e3"])
def test_a_wrong_number_is_one_line(wrong: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PAYMENTS": wrong},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: PAYMENTS is {wrong!r}")
    assert done.stderr.count("\n") == 1
