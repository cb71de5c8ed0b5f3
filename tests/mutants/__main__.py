"""`make mutants N=300 SEED=1`: how many mutants of the rules' code their tests kill; exit code 1 below nine of ten.

A survivor that means the same as the original is listed in equivalent.toml with the reason. A run of at least 300
mutants is written to benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.results import table, write_section

from ..policy.shipped import synthesized
from .first import FirstJudge
from .sample import Mutant, rule_files, sample
from .scope import rules_of
from .second import SecondJudge

EQUIVALENT = Path(__file__).parent / "equivalent.toml"
RECORDED_FROM = 300  # mutants
WANTED = 0.9
SHOWN_LINES = 8  # of a survivor's diff


@dataclass(frozen=True)
class Outcome:
    """A mutant and the test that fails with it; "" where none does. `reason` says why none can."""

    mutant: Mutant
    killed_by: str
    reason: str = ""

    def __str__(self) -> str:
        says = f" (equivalent: {self.reason})" if self.reason else ""
        lines = self.mutant.diff
        more = ["…"] if len(lines) > SHOWN_LINES else []
        return "\n    ".join(
            [f"{self.mutant.file}:{self.mutant.line} {self.mutant.operator}{says}", *lines[:SHOWN_LINES], *more]
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--mutants", type=int, default=300)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    seed = random.randrange(10**6) if arguments.seed is None else arguments.seed  # noqa: S311 - not for secrets
    begin = time.monotonic()
    print(f"{arguments.mutants} mutants, SEED={seed}", flush=True)
    outcomes = run(sample(arguments.mutants, seed))
    rows = [_row(judge, outcomes, folder) for judge, folder in (("first", "lib/aspects/"), ("second", "policies/"))]
    survivors = [outcome for outcome in outcomes if not outcome.killed_by]
    print("\nSurvivors:", *(survivors or ["none"]), sep="\n")
    print(*table(rows), f"{time.monotonic() - begin:.0f} s", sep="\n")
    if len(outcomes) >= RECORDED_FROM:
        lines = [*table(rows), "", *(f"    {line}" for one in survivors for line in str(one).splitlines())]
        write_section("Mutants of the rules", f"make mutants N={len(outcomes)} SEED={seed}", lines)
    killable = [outcome for outcome in outcomes if not outcome.reason]
    return 0 if sum(bool(one.killed_by) for one in killable) >= WANTED * len(killable) else 1


def run(mutants: Sequence[Mutant]) -> list[Outcome]:
    """Both judges' mutants at the same time, each judge's one after the other."""
    first_files, second_files = rule_files()
    rules = rules_of(first_files) | rules_of(second_files)
    with TemporaryDirectory(prefix="mutants-") as temporary, ThreadPoolExecutor(2) as pool:
        directory = Path(temporary)
        document = synthesized(directory / "synth")
        with SecondJudge(directory, document) as second:
            halves = [
                pool.submit(_outcomes, judge, [one for one in mutants if one.file in files], rules)
                for judge, files in (
                    (FirstJudge(directory, document).killed_by, first_files),
                    (second.killed_by, second_files),
                )
            ]
            return [outcome for half in halves for outcome in half.result()]


def _outcomes(
    killed_by: Callable[[Mutant, set[str]], str], mutants: Sequence[Mutant], rules: dict[str, set[str]]
) -> list[Outcome]:
    outcomes = []
    for number, mutant in enumerate(mutants, 1):
        outcome = Outcome(mutant, killed_by(mutant, rules[mutant.file]))
        if not outcome.killed_by:
            outcome = Outcome(mutant, "", _equivalent(mutant))
        outcomes.append(outcome)
        verdict = f"killed by {outcome.killed_by}" if outcome.killed_by else "SURVIVED"
        print(f"{number}/{len(mutants)} {mutant.file}:{mutant.line} {mutant.operator}: {verdict}", flush=True)
    return outcomes


def _equivalent(mutant: Mutant) -> str:
    """The reason that equivalent.toml gives for a survivor; "" where it has none."""
    entries = tomllib.loads(EQUIVALENT.read_text()).get("mutant", [])
    diff = [line.replace(" ", "") for line in mutant.diff]
    return next(
        (
            str(entry["reason"])
            for entry in entries
            if entry["file"] == mutant.file
            and [line.replace(" ", "") for line in entry["diff"].strip().splitlines()] == diff
        ),
        "",
    )


def _row(judge: str, outcomes: Sequence[Outcome], folder: str) -> dict[str, str]:
    own = [outcome for outcome in outcomes if outcome.mutant.file.startswith(folder)]
    killed = sum(bool(outcome.killed_by) for outcome in own)
    equivalent = sum(bool(outcome.reason) for outcome in own)
    return {
        "judge": judge,
        "mutants": str(len(own)),
        "killed": str(killed),
        "equivalent": str(equivalent),
        "survived": str(len(own) - killed - equivalent),
        "killed of the rest": f"{killed / max(1, len(own) - equivalent):.0%}",
    }


if __name__ == "__main__":
    sys.exit(main())
