"""Mutants of the second judge: its mutation tests by a folder of policies with the mutant, and then its unit tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from lib.environments import ROOT
from lib.errors import ToolError

from ..policy.differential.second import Policies, Violation
from ..policy.mutations import HARMLESS, VIOLATIONS, Mutation, mutated
from .sample import Mutant
from .tree import Tree

UNIT_TESTS = ("tests/unit/policies",)


class SecondJudge:
    """`killed_by(mutant, rules)`: the test that fails; "" where all pass. `with` ends its process.

    The policies run without Checkov around them, as for `make fuzz`: Checkov takes ten times as long.
    """

    def __init__(self, directory: Path, document: dict[str, Any]) -> None:
        self._tree = Tree(directory / "second", UNIT_TESTS)
        self._policies = directory / "policies"
        shutil.copytree(ROOT / "policies", self._policies, ignore=shutil.ignore_patterns("__pycache__"))
        # A policy looks for runbooks beside its folder.
        shutil.copytree(ROOT / "docs" / "runbooks", directory / "docs" / "runbooks")
        self._document = document
        self._processes = ExitStack()
        self._original = self._processes.enter_context(Policies())
        self._of_rule: dict[str, list[Mutation]] = {}
        self._harmless = self._passing(self._original, HARMLESS)

    def __enter__(self) -> SecondJudge:
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.close()

    def killed_by(self, mutant: Mutant, rules: set[str]) -> str:
        file = self._policies / Path(mutant.file).name
        original = file.read_text()
        file.write_text(mutant.text)
        try:
            name = self._failing_mutation(rules)
        except ToolError as error:
            name = f"the policies are not read: {error}"[:120]
        finally:
            file.write_text(original)
        if name:
            return name
        with self._tree.holding(mutant):
            return self._tree.failing_unit_test()

    def _failing_mutation(self, rules: set[str]) -> str:
        tests = [mutation for rule in sorted(rules) for mutation in self._violations(rule)]
        with Policies(self._policies) as policies:
            return next(
                (mutation.name for mutation in (*tests, *self._harmless) if not self._passes(policies, mutation)), ""
            )

    def _violations(self, rule: str) -> list[Mutation]:
        if rule not in self._of_rule:
            violations = (mutation for mutation in VIOLATIONS if mutation.rule == rule)
            self._of_rule[rule] = self._passing(self._original, violations)
        return self._of_rule[rule]

    def _passing(self, policies: Policies, mutations: Iterable[Mutation]) -> list[Mutation]:
        """Those whose test passes without a mutant: the others can kill none."""
        return [mutation for mutation in mutations if self._passes(policies, mutation)]

    def _passes(self, policies: Policies, mutation: Mutation) -> bool:
        verdict = policies.judge({mutation.name: mutated(self._document, mutation)})[mutation.name]
        if isinstance(verdict, ToolError):
            return False
        return _is_as_expected(verdict, mutation)


def _is_as_expected(verdict: Iterable[Violation], mutation: Mutation) -> bool:
    rules = {violation.rule_id for violation in verdict}
    return mutation.is_found_in(rules) if mutation.rule else rules <= set(mutation.waived)
