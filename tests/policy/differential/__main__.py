"""`make fuzz N=2000 SEED=1`: compares the judges on N random documents; exit code 1 where they differ.

The policies are asked without Checkov, and the gate itself about one document in twenty: it has to say the same.

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
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.results import table, write_section
from lib.aspects.judge import judge
from lib.errors import ToolError
from lib.gate import Gate

from ..shipped import synthesized
from ..slices import Document
from ..stacks import judge_stacks
from .compare import Found
from .explained import refusal
from .generate import Bases, Case, case
from .processes import all_differences
from .second import Policies

ONE_IN = 20  # documents is asked of the gate as well
RECORDED_FROM = 10_000  # documents


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--case", default="", help="SEED:NUMBER")
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="synth-") as directory:
        shipped = synthesized(Path(directory))
    bases = Bases(shipped)
    if arguments.case:
        with Gate() as gate:
            return show(gate, bases, arguments.case)
    seed = random.randrange(10**6) if arguments.seed is None else arguments.seed  # noqa: S311 - not for secrets
    return compare(shipped, bases, seed, arguments.documents)


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


def compare(shipped: Document, bases: Bases, seed: int, documents: int) -> int:
    """Documents number 0 to N of a seed."""
    print(f"{documents} documents, SEED={seed}", flush=True)
    begin = time.monotonic()
    found = list(all_differences(shipped, seed, documents))
    asked = [case(bases, seed, number) for number in range(0, documents, ONE_IN)]
    with Gate() as gate, Policies() as policies:
        otherwise = unlike(gate, policies, asked)
    seconds = time.monotonic() - begin
    sides = Counter(f"{rule} by the aspects alone" for one in found for rule in one.first)
    sides += Counter(f"{rule} by the gate alone" for one in found for rule in one.second)
    for side, count in sides.most_common():
        print(f"{count:6} {side}")
    figures = {
        "documents": str(documents),
        "seed": str(seed),
        "seconds": f"{seconds:.0f}",
        "unexplained differences": str(len(found)),
        "of them in the verdict": str(sum(one.verdicts for one in found)),
        "asked of the gate too": str(len(asked)),
        "where it says otherwise": str(len(otherwise)),
    }
    print(*(f"{name}: {figure}" for name, figure in figures.items()), sep="\n")
    if documents >= RECORDED_FROM:
        write_section("Both judges on random documents", f"make fuzz N={documents} SEED={seed}", table([figures]))
    if otherwise:
        print(*otherwise, sep="\n")
    return 1 if found or otherwise else 0


def unlike(gate: Gate, policies: Policies, cases: list[Case]) -> list[str]:
    """The names of documents of which the gate says something else than the policies without it."""
    documents = {one.name: one.document for one in cases}
    with_checkov, without = judge_stacks(gate, documents), policies.judge(documents)
    return [
        name
        for name, verdict in with_checkov.items()
        if said(verdict) != said(without[name]) and not (isinstance(verdict, ToolError) and refusal(str(verdict)))
    ]


def said(verdict: Sequence[Found] | ToolError) -> frozenset[tuple[str, str]] | None:
    """(rule id, construct) of what our rules find; None where the document is not judged."""
    if isinstance(verdict, ToolError):
        return None
    return frozenset((one.rule_id, one.path) for one in verdict if one.rule_id.startswith("TAP-"))


if __name__ == "__main__":
    sys.exit(main())
