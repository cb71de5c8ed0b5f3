"""A copy of the tree, in which a file of the rules is a mutant while tests run."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from lib.environments import ROOT, VENV, VENV_CHECKOV, python_of

from .sample import Mutant

COPIED = ("lib", "tests", "policies", "docs", "pyproject.toml", "requirements")
SECONDS = 300


class Tree:
    """The copy. `unit_tests` are the arguments by which pytest finds the rules' unit tests."""

    def __init__(self, directory: Path, unit_tests: Sequence[str]) -> None:
        self._directory = directory
        for name in COPIED:
            source, target = ROOT / name, directory / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "integration"))
            else:
                shutil.copy(source, target)
        for environment in (VENV, VENV_CHECKOV):
            (directory / environment.name).symlink_to(environment.resolve())
        self._unit_tests = [argument for argument in unit_tests if argument[0] == "-" or (ROOT / argument).exists()]
        # A test that fails without a mutant kills none.
        self._red = [f"--deselect={test}" for test in self._failing_unit_tests()]

    @contextlib.contextmanager
    def holding(self, mutant: Mutant) -> Iterator[None]:
        """The mutant stands in its file."""
        file = self._directory / mutant.file
        original = file.read_text()
        file.write_text(mutant.text)
        try:
            yield
        finally:
            file.write_text(original)

    def failing_unit_test(self) -> str:
        """The first unit test that fails; "" where none does."""
        try:
            return next(iter(self._failing_unit_tests("-x", *self._red)), "")
        except subprocess.TimeoutExpired:
            return f"no verdict within {SECONDS} s"

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Python in the copy. Raises TimeoutExpired."""
        return subprocess.run(
            [python_of(VENV), "-B", *arguments],
            cwd=self._directory,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def _failing_unit_tests(self, *arguments: str) -> list[str]:
        if not any(argument[0] != "-" for argument in self._unit_tests):
            return []
        done = self.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *self._unit_tests, *arguments)
        failing = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
        return failing or ([] if done.returncode == 0 else ["the unit tests do not start"])
