"""Computes the time to wait before a request is sent again."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

FIRST_PAUSE_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 10.0


def pauses() -> Iterator[float]:
    """Yield the seconds to wait before each repetition, without end. They grow, with random jitter."""
    pause = FIRST_PAUSE_SECONDS
    while True:
        yield min(pause * random.uniform(0.5, 1.5), LONGEST_WAIT_SECONDS)  # noqa: S311 - it spreads requests
        pause = min(2 * pause, LONGEST_WAIT_SECONDS)


def wait_seconds(pause: float, headers: Mapping[str, str]) -> float:
    """Return the seconds to wait: `pause`, or an answer's `Retry-After` if that is longer, up to the longest wait."""
    value = headers.get("Retry-After", "")
    asked = float(value) if value.isascii() and value.isdigit() else 0.0
    return min(max(pause, asked), LONGEST_WAIT_SECONDS)
