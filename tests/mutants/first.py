"""Mutants of the first judge: its mutation tests in a copy of the tree, and then its unit tests."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from .sample import Mutant
from .tree import SECONDS, Tree

UNIT_TESTS = ("tests/unit/aspects", "--ignore=tests/unit/aspects/synth")


class FirstJudge:
    """`killed_by(mutant, rules)`: the test that fails; "" where all pass."""

    def __init__(self, directory: Path, document: dict[str, Any]) -> None:
        self._tree = Tree(directory / "first", UNIT_TESTS)
        self._document = document
        self._red: dict[str, list[str]] = {}

    def killed_by(self, mutant: Mutant, rules: set[str]) -> str:
        leave_out = [name for rule in rules for name in self._failing_without_mutant(rule)]
        with self._tree.holding(mutant):
            try:
                done = self._mutation_tests(rules, leave_out)
            except subprocess.TimeoutExpired:
                return f"no verdict within {SECONDS} s"
            if done.returncode:
                return (done.stderr.strip().splitlines() or ["it ends the process"])[-1][:120]
            return done.stdout.strip() or self._tree.failing_unit_test()

    def _failing_without_mutant(self, rule: str) -> list[str]:
        """They kill no mutant."""
        if rule not in self._red:
            self._red[rule] = self._mutation_tests({rule}, [], "all").stdout.split("\n")
        return self._red[rule]

    def _mutation_tests(
        self, rules: set[str], leave_out: list[str], *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        job = {"document": self._document, "rules": sorted(rules), "leave_out": leave_out}
        return self._tree.run("-m", "tests.mutants.first_child", *arguments, stdin=json.dumps(job))
