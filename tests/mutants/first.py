"""Mutants of the first judge: a copy of the tree in which its mutation tests run, and then its unit tests."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from lib.environments import ROOT, VENV, python_of

from .sample import Mutant

COPIED = ("lib", "tests", "policies", "docs", "pyproject.toml", "requirements")
UNIT_TESTS = ("tests/unit/aspects", "--ignore=tests/unit/aspects/test_synth.py")
SECONDS = 300


class FirstJudge:
    """`killed_by(mutant, rules)`: the test that fails; "" where all pass."""

    def __init__(self, directory: Path, document: dict[str, Any]) -> None:
        self._tree = directory / "first"
        self._document = document
        for name in COPIED:
            source, target = ROOT / name, self._tree / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "integration"))
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
        # A test that fails without a mutant kills none.
        self._red_mutations: dict[str, list[str]] = {}
        self._red_unit_tests = [f"--deselect={test}" for test in self._failing_unit_tests()]

    def killed_by(self, mutant: Mutant, rules: set[str]) -> str:
        leave_out = [name for rule in rules for name in self._red(rule)]
        file = self._tree / mutant.file
        original = file.read_text()
        file.write_text(mutant.text)
        try:
            done = self._mutation_tests(rules, leave_out)
            if done.returncode:
                return (done.stderr.strip().splitlines() or ["it ends the process"])[-1][:120]
            return done.stdout.strip() or next(iter(self._failing_unit_tests("-x", *self._red_unit_tests)), "")
        except subprocess.TimeoutExpired:
            return f"no verdict within {SECONDS} s"
        finally:
            file.write_text(original)

    def _red(self, rule: str) -> list[str]:
        if rule not in self._red_mutations:
            self._red_mutations[rule] = self._mutation_tests({rule}, [], "all").stdout.split("\n")
        return self._red_mutations[rule]

    def _mutation_tests(
        self, rules: set[str], leave_out: list[str], *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        job = {"document": self._document, "rules": sorted(rules), "leave_out": leave_out}
        return self._run("-m", "tests.mutants.first_child", *arguments, stdin=json.dumps(job))

    def _failing_unit_tests(self, *arguments: str) -> list[str]:
        done = self._run("-m", "pytest", "-q", "-p", "no:cacheprovider", *UNIT_TESTS, *arguments)
        failing = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
        return failing or ([] if done.returncode == 0 else ["the unit tests do not start"])

    def _run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python_of(VENV), "-B", *arguments],
            cwd=self._tree,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
