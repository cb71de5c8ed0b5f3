"""docs/architecture.md names tests and files that exist."""

from __future__ import annotations

import ast
import re

from lib.environments import ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text()


def rows(title: str) -> list[list[str]]:
    """The cells of the table beneath a heading, without its head."""
    section = TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line] for line in lines[1:]]


def functions(file: str) -> set[str]:
    return {node.name for node in ast.walk(ast.parse((ROOT / file).read_text())) if isinstance(node, ast.FunctionDef)}


def test_each_failure_has_a_mechanism_and_a_test_that_exists() -> None:
    failures = rows("Failures")
    assert len(failures) > 15
    for hazard, mechanism, evidence in failures:
        assert mechanism, hazard
        named = re.findall(r"`(tests/[^`]+\.py)::(test_[^`]+)`", evidence)
        assert named, hazard
        assert re.sub(r"`[^`]+`", "", evidence).strip(" ,") == "", evidence
        for file, name in named:
            assert name in functions(file), f"{file}::{name}"


def test_every_file_and_folder_that_it_names_exists() -> None:
    named = set(re.findall(r"`((?:lib|policies|tests|benchmarks)/[^`:]*)`", TEXT))
    assert len(named) > 10
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


def test_its_links_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)", TEXT):
        assert (ROOT / "docs" / link).exists(), link
