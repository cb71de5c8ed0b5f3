"""What policies/README.md tells a reviewer is what the catalogue says."""

from __future__ import annotations

import ast
import re

from lib.aspects.catalogue import RULES
from lib.environments import ROOT

README = (ROOT / "policies" / "README.md").read_text()
REQUIREMENTS = (ROOT / "docs" / "pci-dss.md").read_text()
PCI = "PCI DSS 4.0.1 "


def test_the_requirements_are_those_of_the_rules() -> None:
    told = {
        requirement: set(rules.split(", "))
        for requirement, rules in re.findall(r"^\| ([0-9.]+) \|[^|]+\| ([^|]+) \|$", REQUIREMENTS, re.MULTILINE)
    }
    served: dict[str, set[str]] = {}
    for rule in RULES:
        for control in rule.controls:
            if control.startswith(PCI):
                served.setdefault(control.removeprefix(PCI), set()).add(rule.id)
    assert told == served


def test_each_family_is_there_with_its_last_rule() -> None:
    for rule in RULES:
        _, family, number = rule.id.split("-")
        row = next(line for line in README.splitlines() if line.startswith(f"| {family} |"))
        assert re.search(rf"(`TAP-{family}-{number}`|`-{number}`|… `-(\d+)`)", row), rule.id
        through = re.search(r"… `-(\d+)`", row)
        assert through is None or int(number) <= int(through[1]), rule.id


def test_what_policies_share_says_what_it_is_for() -> None:
    """In its first line, as the README tells."""
    for file in (ROOT / "policies").glob("_[a-z]*.py"):
        assert ast.get_docstring(ast.parse(file.read_text())), file.name


def test_the_readme_is_one_page_and_its_links_lead_somewhere() -> None:
    assert len(README.splitlines()) <= 100
    for link in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / "policies" / link).is_file(), link
