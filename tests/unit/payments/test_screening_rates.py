"""How often the card screening errs, on the same sample in each run: docs/payments.md states both rates.

`make bench` measures them, and the conflicts, on larger samples.
"""

from __future__ import annotations

from random import Random

import pytest

from payments import cards
from tests.generators.accidents import NETWORKS, accident
from tests.generators.identifiers import IDENTIFIERS

pytestmark = pytest.mark.slow

SEED, SAMPLE = 20261124, 5_000
FALSE_POSITIVES, MISSES = 0.001, 0.02


def test_identifiers_of_real_systems_are_not_refused() -> None:
    chance = Random(SEED)  # noqa: S311 - the same sample in each run
    refused = {
        kind: [identifier for identifier in (make(chance) for _ in range(SAMPLE)) if cards.contains(identifier)]
        for kind, make in IDENTIFIERS.items()
    }
    assert {kind: some for kind, some in refused.items() if len(some) > FALSE_POSITIVES * SAMPLE} == {}


def test_accidents_are_refused() -> None:
    chance = Random(SEED)  # noqa: S311
    made = [accident(chance) for _ in range(4 * SAMPLE)]
    missed = [(network, form, text) for network, form, text in made if not cards.contains(text)]
    assert len(missed) <= MISSES * len(made), missed


@pytest.mark.parametrize("network", NETWORKS)
def test_no_network_is_missed_as_such(network: str) -> None:
    chance = Random(SEED)  # noqa: S311
    made = [text for of, _, text in (accident(chance) for _ in range(SAMPLE)) if of == network]
    missed = [text for text in made if not cards.contains(text)]
    assert len(missed) <= 0.06 * len(made), missed
