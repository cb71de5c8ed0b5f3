"""Documents to compare the judges by: clean ones, in which one or two things have been changed at random."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from pathlib import Path

from ..mutations import HARMLESS, mutated
from ..slices import Document, Slices, blocks, cut
from .changes import Change, change

FOREIGN = Path(__file__).parent.parent / "foreign"
WHOLE = 0.03  # the share of documents that are not cut into a slice


@dataclass(frozen=True)
class Case:
    """A document, and how it came about. `name` is seed and number, by which `make fuzz` makes it again."""

    name: str
    base: str
    before: Document
    changes: tuple[Change, ...]

    @property
    def document(self) -> Document:
        """The document with its changes."""
        document = self.before
        for one in self.changes:
            document = one.apply(document)
        return document


class Bases:
    """The clean documents: the shipped stack, the harmless additions to it, and stacks of another origin."""

    def __init__(self, shipped: Document) -> None:
        self._documents = {"shipped": shipped} | {
            directory.name: json.loads((directory / "cdk.tf.json").read_text())
            for directory in sorted(FOREIGN.iterdir())
            if directory.name != "bad"
        }
        self._additions = [mutation for mutation in HARMLESS if mutation.adds or "resource" in mutation.says]
        self._shipped = Slices(shipped)
        slices = {address: self._shipped.around([address]) for address in blocks(shipped)}
        # The gate judges no document without a resource.
        self._slices = {
            target: part for target, part in slices.items() if any(not one.startswith("data.") for one in part)
        }

    def choose(self, chance: random.Random) -> tuple[str, Document]:
        """A document, mostly a slice of one."""
        kind = chance.random()
        shipped = self._documents["shipped"]
        if kind < WHOLE:
            return "the whole stack", shipped
        if kind < 0.6:
            target = chance.choice(list(self._slices))
            return f"the stack around {target}", cut(shipped, self._slices[target])
        if kind < 0.8:
            mutation = chance.choice(self._additions)
            return mutation.name, self._shipped.of(mutated(shipped, mutation))[1]
        name = chance.choice([name for name in self._documents if name != "shipped"])
        return f"foreign/{name}", self._documents[name]


def case(bases: Bases, seed: int, number: int) -> Case:
    """The case of that number; the same for the same seed."""
    chance = random.Random(f"{seed}:{number}")  # noqa: S311 - not for secrets
    base, before = bases.choose(chance)
    changes: list[Change] = []
    document = before
    for _ in range(1 if chance.random() < 0.6 else 2):
        changes.append(change(chance, document))
        document = changes[-1].apply(document)
    return Case(f"{seed}:{number}", base, before, tuple(changes))
