"""Which rules a file is about: those that it names, and those of the files that import it."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from pathlib import Path

from lib.environments import ROOT

RULE = re.compile(r"TAP-[A-Z]+-\d+")


def rules_of(files: Sequence[str]) -> dict[str, set[str]]:
    """File -> ids of the rules whose tests may see a change of it: all of them where the file is about none."""
    imported = {file: _imported(ROOT / file) for file in files}
    named = {file: {Path(file).stem} if RULE.fullmatch(Path(file).stem) else _named(file) for file in files}
    every = set().union(*named.values())
    found = {}
    for file in files:
        affected, todo = set(), [file]
        while todo:
            if (current := todo.pop()) not in affected:
                affected.add(current)
                todo += [other for other in files if Path(current).stem in imported[other]]
        found[file] = set().union(*(named[one] for one in affected)) or every
    return found


def _named(file: str) -> set[str]:
    return set(RULE.findall((ROOT / file).read_text()))


def _imported(path: Path) -> set[str]:
    """The last word of each module that a file imports, and whatever it imports from one."""
    if path.suffix != ".py":
        return set()
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            found |= {module.rpartition(".")[2] for module in modules}
    return found
