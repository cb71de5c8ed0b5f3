"""`python -m lib.dependencies` as a user runs it: in the environment of requirements/dependencies.txt."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lib import environments
from lib.environments import ROOT, VENV_DEPENDENCIES, python_of

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def run() -> Run:
    """Return a function that runs Python in the repository's root. Keywords are environment variables."""
    environments.ensure("dependencies")

    def run(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [python_of(VENV_DEPENDENCIES), *arguments]
        return subprocess.run(
            command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, check=False
        )

    return run
