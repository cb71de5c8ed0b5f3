"""Mutants of the second judge: its mutation tests by a folder of policies with the mutant, and then its unit tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lib.environments import ROOT
from lib.errors import ToolError
from lib.gate import Gate, GateFinding
from lib.gate.process import CheckovProcess

from ..policy.mutations import HARMLESS, VIOLATIONS, Mutation, mutated
from ..policy.slices import Document, Slices
from ..policy.stacks import Verdicts, judge_stacks, write_stacks
from .sample import Mutant
from .scope import RULE
from .tree import Tree

UNIT_TESTS = ("tests/unit/policies",)


class SecondJudge:
    """`killed_by(mutant, rules)`: the test that fails; "" where all pass."""

    def __init__(self, directory: Path, document: dict[str, Any]) -> None:
        self._tree = Tree(directory / "second", UNIT_TESTS)
        self._policies = directory / "policies"
        # A policy looks for runbooks beside its folder.
        shutil.copytree(ROOT / "docs" / "runbooks", directory / "docs" / "runbooks")
        self._document = document
        self._slices = Slices(document)
        self._checkov = CheckovProcess()
        self._of_rule: dict[str, dict[str, tuple[Mutation, Document]]] = {}
        self._harmless: dict[str, tuple[Mutation, Document]] | None = None

    def close(self) -> None:
        self._checkov.close()

    def killed_by(self, mutant: Mutant, rules: set[str]) -> str:
        for tests in (*(self._violations(rule) for rule in sorted(rules)), self._variations()):
            if tests and (name := self._failing(mutant, rules, tests)):
                return name
        with self._tree.holding(mutant):
            return self._tree.failing_unit_test()

    def _failing(self, mutant: Mutant, rules: set[str], tests: dict[str, tuple[Mutation, Document]]) -> str:
        needed = rules.union(*(mutation.instead for mutation, _ in tests.values()))
        self._copy_policies(needed, mutant)
        with TemporaryDirectory(prefix="mutant-") as directory:
            write_stacks(Path(directory), {name: document for name, (_, document) in tests.items()})
            try:
                report = Gate(self._policies, checkov=self._checkov).judge(Path(directory))
            except ToolError as error:
                return f"the gate refuses: {error}"[:120]
        found: dict[str, list[GateFinding]] = {name: [] for name in tests}
        for finding in report.findings:
            found[finding.file.split("/")[1]].append(finding)
        return next((name for name, (mutation, _) in tests.items() if not _passes(found[name], mutation)), "")

    def _violations(self, rule: str) -> dict[str, tuple[Mutation, Document]]:
        """The rule's violations, each in the slice or in the stack in which it is found without a mutant."""
        if rule not in self._of_rule:
            self._of_rule[rule] = self._green(mutation for mutation in VIOLATIONS if mutation.rule == rule)
        return self._of_rule[rule]

    def _variations(self) -> dict[str, tuple[Mutation, Document]]:
        if self._harmless is None:
            self._harmless = self._green(HARMLESS)
        return self._harmless

    def _green(self, mutations: Iterable[Mutation]) -> dict[str, tuple[Mutation, Document]]:
        """Mutations whose test passes without a mutant, with the document that shows it."""
        named = {mutation.name: mutation for mutation in mutations}
        stacks = {name: mutated(self._document, mutation) for name, mutation in named.items()}
        green: dict[str, tuple[Mutation, Document]] = {}
        for documents in ({name: self._slices.of(stack)[1] for name, stack in stacks.items()}, stacks):
            left = {name: document for name, document in documents.items() if name not in green}
            verdicts: Verdicts = judge_stacks(Gate(checkov=self._checkov), left)
            for name, verdict in verdicts.items():
                if not isinstance(verdict, ToolError) and _passes(verdict, named[name]):
                    green[name] = (named[name], left[name])
        return green

    def _copy_policies(self, rules: set[str], mutant: Mutant) -> None:
        """The policies of these rules and what they share, one file of them with the mutant in it."""
        shutil.rmtree(self._policies, ignore_errors=True)
        self._policies.mkdir()
        for path in (ROOT / "policies").iterdir():
            if path.is_file() and (not RULE.fullmatch(path.stem) or path.stem in rules):
                shutil.copy(path, self._policies)
        (self._policies / Path(mutant.file).name).write_text(mutant.text)


def _passes(verdict: list[GateFinding], mutation: Mutation) -> bool:
    rules = {finding.rule_id for finding in verdict if finding.rule_id.startswith("TAP-")}
    return mutation.is_found_in(rules) if mutation.rule else rules <= set(mutation.waived)
