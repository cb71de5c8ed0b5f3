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
# Shares of the documents, one after the other: the whole stack, a resource added to it, a stack of another origin.
# The rest are slices of our own.
WHOLE, ADDITION, OTHERS = 0.03, 0.2, 0.45


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
        self._shipped = shipped
        self._foreign = {
            directory.name: json.loads((directory / "cdk.tf.json").read_text())
            for directory in sorted(FOREIGN.iterdir())
            if directory.name != "bad"
        }
        self._slices = {name: Slices(document) for name, document in {**self._foreign, "": shipped}.items()}
        self._additions = [mutation for mutation in HARMLESS if mutation.adds]

    def choose(self, chance: random.Random) -> tuple[str, Document]:
        """A document, mostly a slice of one."""
        kind = chance.random()
        if kind < WHOLE:
            return "the whole stack", self._shipped
        if kind < ADDITION:
            mutation = chance.choice(self._additions)
            return mutation.name, self._slices[""].of(mutated(self._shipped, mutation))[1]
        if kind < OTHERS:
            name = chance.choice(list(self._foreign))
            return self._slice(chance, name, self._foreign[name])
        return self._slice(chance, "", self._shipped)

    def _slice(self, chance: random.Random, name: str, document: Document) -> tuple[str, Document]:
        # The gate judges no document without a resource.
        target = chance.choice([address for address in blocks(document) if not address.startswith("data.")])
        return f"{name or 'the stack'} around {target}", cut(document, self._slices[name].around([target]))


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
