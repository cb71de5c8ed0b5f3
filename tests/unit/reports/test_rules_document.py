"""docs/rules.md says what the catalogue says."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from lib.aspects.catalogue import RULES
from lib.aspects.model import Rule
from lib.environments import ROOT
from lib.reports.markdown import plain
from lib.reports.rules_document import COMMAND, FILE, text


def test_the_document_is_not_stale() -> None:
    assert FILE.read_text() == text(), f"run {COMMAND}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_stands_there_with_all_its_words(rule: Rule) -> None:
    section = FILE.read_text().partition(f"\n### {rule.id}\n")[2].partition("\n### ")[0]
    for words in (plain(rule.title), rule.severity.name, plain(rule.why), plain(rule.fix), rule.source, *rule.controls):
        assert words in section
    assert f"Can be waived: {'yes' if rule.waivable else 'no'}" in section
    (policy,) = re.findall(r"\]\(\.\./(policies/[^)]*)\)", section)
    assert (ROOT / policy).stem == rule.id
    assert (ROOT / policy).is_file()


def test_every_family_has_its_promise() -> None:
    sections = FILE.read_text().split("\n## ")[1:]
    assert {section.splitlines()[0] for section in sections} == {rule.id.split("-")[1] for rule in RULES}
    for section in sections:
        assert re.fullmatch(r"[A-Z].+\.", section.splitlines()[1]), section


def test_the_command_says_that_it_is_current() -> None:
    done = subprocess.run([sys.executable, *COMMAND.split()[1:], "--check"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
