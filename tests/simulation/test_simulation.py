"""Schedules of the real functions with faults: none violates what must hold, and planted mistakes are found."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.mutations import MUTATIONS, SOURCES, Mutation
from tests.simulation.running import run

SCHEDULES = 2000
WITHIN = 5000


@pytest.mark.timeout(1200)
def test_no_schedule_violates_what_must_hold() -> None:
    """The seed is new each time; SEED=… repeats a run."""
    seed = os.environ.get("SEED") or secrets.token_hex(4)
    print(f"seed {seed}")
    violation = run(seed, range(SCHEDULES))
    assert violation is None, violation.report()


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_planted_mistake_is_found(mutation: Mutation, tmp_path: Path) -> None:
    code = mutation.plant(tmp_path)
    found = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--schedules", str(WITHIN), "--seed", "mutations"],
        cwd=SOURCES.parents[1],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(code), "."])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (found.returncode, "VIOLATED" in found.stdout) == (1, True), found.stdout[-2000:] + found.stderr[-2000:]
