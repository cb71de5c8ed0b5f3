"""docs/threat-model.md promises nothing that no test shows, and .github/CODEOWNERS guards what it calls trusted."""

from __future__ import annotations

import ast
import re

from lib.environments import ROOT

TEXT = (ROOT / "docs" / "threat-model.md").read_text()
CODEOWNERS = (ROOT / ".github" / "CODEOWNERS").read_text()


def table(title: str) -> list[list[str]]:
    """The cells of each row beneath a heading."""
    section = TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows[1:]]


def names_in(file: str) -> set[str]:
    return {node.name for node in ast.walk(ast.parse((ROOT / file).read_text())) if isinstance(node, ast.FunctionDef)}


def test_each_hazard_has_a_mechanism_and_evidence_that_exists() -> None:
    hazards = table("Hazards")
    assert len(hazards) > 20
    for row in hazards:
        hazard, mechanism, evidence = row
        assert hazard
        assert mechanism
        named = re.findall(r"`(tests/[^`]+\.py)::(test_[^`]+)`", evidence)
        assert named, hazard
        assert re.sub(r"`[^`]+`", "", evidence).strip(" ,") == "", evidence
        for file, name in named:
            assert name in names_in(file), f"{file}::{name}"


def test_what_is_trusted_exists_and_has_an_owner() -> None:
    owned = {line.split()[0].strip("/") for line in CODEOWNERS.splitlines() if line.startswith("/")}
    trusted = {name.strip("/") for row in table("Trusted base") for name in re.findall(r"`([^`]+)`", row[0])}
    assert len(trusted) > 10
    assert trusted - owned == set()
    for name in owned:
        assert (ROOT / name).exists(), name


def test_one_team_owns_it_all() -> None:
    """So that replacing the handle is one command."""
    assert len({line.split()[1] for line in CODEOWNERS.splitlines() if line.startswith("/")}) == 1


def test_what_decides_a_verdict_is_trusted() -> None:
    owned = tuple(line.split()[0].lstrip("/") for line in CODEOWNERS.splitlines() if line.startswith("/"))
    assert sorted(file for file in imported_by_the_gate() if not file.startswith(owned)) == []


def test_the_gate_imports_nothing_of_what_it_judges() -> None:
    """So that nothing of an untrusted stack runs where it is judged."""
    files = imported_by_the_gate()
    assert "lib/findings/waivers.py" in files
    infrastructure = ("lib/constructs/", "lib/tap_stack.py", "lib/settings.py", "lib/aws.py", "lib/naming.py")
    assert sorted(file for file in files if file.startswith(infrastructure)) == []


def imported_by_the_gate() -> set[str]:
    """The files of this project that `python -m lib.gate` reads before it judges."""
    seen: set[str] = set()
    queue = ["lib/gate/__main__.py"]
    while queue:
        file = queue.pop()
        if file not in seen:
            seen.add(file)
            queue += imported(file)
    return seen


def imported(file: str) -> list[str]:
    """The files of this project that a file imports."""
    modules: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
    paths = [module.replace(".", "/") for module in modules if module.partition(".")[0] == "lib"]
    candidates = [*(f"{path}.py" for path in paths), *(f"{path}/__init__.py" for path in paths)]
    return [path for path in candidates if (ROOT / path).is_file()]
