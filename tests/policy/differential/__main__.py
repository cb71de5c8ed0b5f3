"""`make fuzz N=2000 SEED=1`: compares the judges on N random documents; exit code 1 where they differ.

`make fuzz CASE=1:17` prints the document of that seed and number, and what both judges say of it. A run of at least
10,000 documents is written to benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.results import table, write_section
from lib.aspects.judge import judge
from lib.gate import Gate

from ..shipped import synthesized
from ..stacks import judge_stacks
from .compare import Difference, differences, shrunk
from .generate import Bases, case

SHOWN = 20
RECORDED_FROM = 10_000  # documents


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--case", default="", help="SEED:NUMBER")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="synth-") as directory:
        bases = Bases(synthesized(Path(directory)))
    with Gate() as gate:
        if arguments.case:
            return show(gate, bases, arguments.case)
        seed = random.randrange(10**6) if arguments.seed is None else arguments.seed  # noqa: S311 - not for secrets
        return compare(gate, bases, seed, arguments.documents)


def show(gate: Gate, bases: Bases, name: str) -> int:
    """One document, and what both judges say of it."""
    seed, number = (int(part) for part in name.split(":"))
    chosen = case(bases, seed, number)
    print(json.dumps(chosen.document, indent=2))
    verdict = judge_stacks(gate, {"one": chosen.document})["one"]
    print(f"\n{chosen.name}  {chosen.base}", *(f"    {change.says}" for change in chosen.changes), sep="\n")
    print("the aspects:", *judge(chosen.document), sep="\n    ")
    print("the gate:", *(verdict if isinstance(verdict, list) else [verdict]), sep="\n    ")
    return 0


def compare(gate: Gate, bases: Bases, seed: int, documents: int) -> int:
    """Documents number 0 to N of a seed."""
    print(f"{documents} documents, SEED={seed}", flush=True)
    begin, done = time.monotonic(), 0
    found: list[Difference] = []
    for judged, different in differences(gate, (case(bases, seed, number) for number in range(documents))):
        done += judged
        found += different
        if sys.stderr.isatty():
            print(f"\r{done} judged, {len(found)} differences", end="", file=sys.stderr, flush=True)
    seconds = time.monotonic() - begin
    for difference in found[:SHOWN]:
        print(shrunk(gate, difference))
    sides = Counter(f"{rule} by the aspects alone" for one in found for rule in one.first)
    sides += Counter(f"{rule} by the gate alone" for one in found for rule in one.second)
    for side, count in sides.most_common():
        print(f"{count:6} {side}")
    figures = {
        "documents": str(done),
        "seed": str(seed),
        "seconds": f"{seconds:.0f}",
        "unexplained differences": str(len(found)),
        "of them in the verdict": str(sum(one.verdicts for one in found)),
    }
    print(*(f"{name}: {figure}" for name, figure in figures.items()), sep="\n")
    if done >= RECORDED_FROM:
        write_section("Both judges on random documents", f"make fuzz N={done} SEED={seed}", table([figures]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
