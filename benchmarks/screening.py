"""Error rates of the card screening, compared with the usual regular expression and the Luhn test.

"Identifier, refused": the share of generated identifiers of real systems, which are no card numbers, that are refused.
"Conflict, refused": the share of refused numbers that have no structure or the structure of a card number, so that no
detector can distinguish them. "Accident, missed": the share of missed card numbers that somebody put into a request by
mistake, in each network and form with the same frequency. The tests use the same generators (tests/generators). Times
are CPU time of one core.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

from lib.environments import ROOT
from tests.generators.accidents import FORMS, NETWORKS, accident
from tests.generators.identifiers import CONFLICTS, IDENTIFIERS, Generator

SEED = 20261124
IDENTIFIERS_OF_A_KIND, ACCIDENTS = 50_000, 100_000
FALSE_POSITIVES, MISSES = 0.001, 0.02
USUAL = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
PAYMENT = {
    "amount": 4200,
    "currency": "EUR",
    "payment_token": "pm_1MtwBwLkdIwHu7ix28a3tqPa",
    "customer_id": "cus_NffrFeUfNV2Hib",
    "metadata": {"order": "ORD-2026-004217", "cart": "3f0e5b84-4111-4111-8111-11111111111f"},
}

Contains = Callable[[str], bool]


def measure() -> list[dict[str, str]]:
    """Return the rows of the results table, one for each kind of identifier, conflict or accident."""
    cards = _payments("cards")

    def usual(text: str) -> bool:
        return any(cards.luhn(re.sub(r"[ -]", "", found[0])) for found in USUAL.finditer(text))

    detectors = {"ours": cards.contains, "regular expression and Luhn": usual}
    return [
        *(_refused("identifier, refused", kind, make, detectors) for kind, make in IDENTIFIERS.items()),
        *(_refused("conflict, refused", kind, make, detectors) for kind, make in CONFLICTS.items()),
        *_missed(detectors),
    ]


def targets(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return the rows of the targets table, with the time that the screening of a payment's body takes."""
    refused = max(_rate(row["ours"]) for row in rows if row["what"] == "identifier, refused")
    missed = next(_rate(row["ours"]) for row in rows if row["kind"] == "all accidents")
    findings, body = _payments("screening").findings, json.loads(json.dumps(PAYMENT))
    return [
        _target(
            "at most 0.1 % of the identifiers of any kind are refused", f"{refused:.3%}", refused <= FALSE_POSITIVES
        ),
        _target("at most 2 % of the accidents are missed", f"{missed:.2%}", missed <= MISSES),
        {"target": "time to screen a payment's body", "measured": f"{_microseconds(findings, body):.0f} µs", "met": ""},
    ]


def _payments(name: str) -> Any:
    """A module of the Lambda functions."""
    if (folder := str(ROOT / "lib" / "lambda")) not in sys.path:
        sys.path.append(folder)
    return importlib.import_module(f"payments.{name}")


def _refused(what: str, kind: str, make: Generator, detectors: dict[str, Contains]) -> dict[str, str]:
    chance = Random(SEED)  # noqa: S311 - the same sample in each run
    sample = [make(chance) for _ in range(IDENTIFIERS_OF_A_KIND)]
    rates = {name: f"{sum(map(contains, sample)) / len(sample):.3%}" for name, contains in detectors.items()}
    return {"what": what, "kind": kind, "an example": f"`{sample[0]}`", **rates}


def _missed(detectors: dict[str, Contains]) -> list[dict[str, str]]:
    chance = Random(SEED)  # noqa: S311
    sample = [accident(chance) for _ in range(ACCIDENTS)]
    made: Counter[str] = Counter()
    missed: dict[str, Counter[str]] = {name: Counter() for name in detectors}
    examples: dict[str, str] = {}
    for network, form, text in sample:
        kinds = ("all accidents", network, form)
        made.update(kinds)
        examples[form] = examples[network] = text
        for name, contains in detectors.items():
            if not contains(text):
                missed[name].update(kinds)
    return [
        {
            "what": "accident, missed",
            "kind": kind,
            "an example": f"`{_shown(examples[kind])}`" if kind in examples else "",
            **{name: f"{missed[name][kind] / made[kind]:.2%}" for name in detectors},
        }
        for kind in ("all accidents", *NETWORKS, *FORMS)
    ]


def _shown(text: str) -> str:
    """In a cell of a Markdown table."""
    return json.dumps(text, ensure_ascii=False)[1:-1].replace("|", "\\|")


def _rate(written: str) -> float:
    return float(written.rstrip("%")) / 100


def _target(target: str, measured: str, met: bool) -> dict[str, str]:
    return {"target": target, "measured": measured, "met": "yes" if met else "no"}


def _microseconds(ask: Callable[[Any], Any], argument: Any, count: int = 2_000) -> float:
    """Of CPU, for one call: the best of five series."""
    best = float("inf")
    for _ in range(5):
        begin = time.process_time()
        for _ in range(count):
            ask(argument)
        best = min(best, time.process_time() - begin)
    return best / count * 1e6
