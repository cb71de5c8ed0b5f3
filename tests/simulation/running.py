"""Runs schedules one after the other until one violates what must hold."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "payments")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Payments")

from payments import archiver, processor, settler
from payments.observability import logger
from tests.simulation.checks import violations
from tests.simulation.schedule import Schedule


@dataclass(frozen=True)
class Violation:
    """What a schedule of a seed violated, and its log."""

    seed: str
    number: int
    found: list[str]
    log: list[str]

    def report(self) -> str:
        lines = [*self.log, *(f"VIOLATED: {line}" for line in self.found)]
        again = f"make simulate SEED={self.seed} ONLY={self.number}"
        return "\n".join([*lines, f"schedule {self.number} of seed {self.seed}; again: {again}"])


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """What the functions print and log is dropped, and what a schedule puts in their place is taken back."""
    made = processor.payments, settler.settler, archiver.archive
    level = logger.log_level
    logger.setLevel("CRITICAL")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of metrics, of which a killed function has none
            yield
    finally:
        processor.payments, settler.settler, archiver.archive = made
        logger.setLevel(level)


def run(seed: str, numbers: Iterable[int]) -> Violation | None:
    """The first violation; None if there is none."""
    with quiet():
        for number in numbers:
            schedule = Schedule(f"{seed}-{number}")
            with contextlib.redirect_stdout(io.StringIO()):
                schedule.run()
            if found := list(violations(schedule)):
                return Violation(seed, number, found, schedule.log)
    return None
