"""A sample of the mutants of the rules' code: of lib/aspects/ and of policies/."""

from __future__ import annotations

import difflib
import json
import random
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.environments import ROOT, VENV_MUTANTS, ensure, python_of

OPERATORS = Path(__file__).parent / "operators.py"
# They bring the rules to CDKTF, or the provider's schema into the repository; no rule's verdict is in them.
NOT_RULES = ("generate.py", "judge_aspect.py", "projection.py", "tagging.py", "tagging_aspect.py", "__init__.py")


@dataclass(frozen=True)
class Mutant:
    """A file of the rules with one thing changed in it. `file` is relative to the repository."""

    file: str
    line: int
    operator: str
    text: str

    @property
    def diff(self) -> list[str]:
        """The lines that differ, each with - or + before it."""
        original = (ROOT / self.file).read_text()
        lines = difflib.unified_diff(original.splitlines(), self.text.splitlines(), n=0, lineterm="")
        return [line for line in lines if line[0] in "-+" and not line.startswith(("---", "+++"))]


def rule_files() -> tuple[list[str], list[str]]:
    """The rules' code of the first and of the second judge."""
    first = [path for path in (ROOT / "lib" / "aspects").rglob("*.py") if path.name not in NOT_RULES]
    second = [path for path in (ROOT / "policies").iterdir() if path.suffix == ".py" and path.name != "__init__.py"]
    return tuple(sorted(str(path.relative_to(ROOT)) for path in files) for files in (first, second))  # type: ignore[return-value]


def sample(number: int, seed: int) -> list[Mutant]:
    """That many mutants, half of each judge's, of different places in the code as far as there are enough."""
    ensure("mutants")
    chance = random.Random(seed)  # noqa: S311 - the same mutants for the same seed
    chosen: list[dict[str, Any]] = []
    for files in rule_files():
        sites: list[dict[str, Any]] = json.loads(_operators("sites", *files))
        chosen += _of_different_places(chance, sites, number // 2)
    texts = json.loads(_operators("make", stdin=json.dumps(chosen)))
    return [
        Mutant(site["file"], site["line"], site["operator"], text) for site, text in zip(chosen, texts, strict=True)
    ]


def _of_different_places(chance: random.Random, sites: Sequence[dict[str, Any]], number: int) -> list[dict[str, Any]]:
    by_place: dict[str, list[dict[str, Any]]] = {}
    for site in sites:
        by_place.setdefault(site["place"], []).append(site)
    places = chance.sample(sorted(by_place), min(number, len(by_place)))
    return [chance.choice(by_place[place]) for place in places]


def _operators(command: str, *files: str, stdin: str = "") -> str:
    done = subprocess.run(
        [python_of(VENV_MUTANTS), OPERATORS, command, *files],
        input=stdin,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{OPERATORS.name} {command} failed: {done.stderr.strip()}")
    return done.stdout
