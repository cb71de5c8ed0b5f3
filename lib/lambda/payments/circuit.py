"""A circuit breaker: while the gateway is down, nobody waits for it.

Closed, calls are made. FAILURES calls in a row without an answer open it. Open, no call is made for OPEN_SECONDS; then
one is (half-open), and its answer closes the circuit or opens it again. One for each gateway in each container, in
memory. en.wikipedia.org/wiki/Circuit_breaker_design_pattern
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

FAILURES = 5
OPEN_SECONDS = 20.0

CLOSED = "closed"
OPEN = "open"
HALF_OPEN = "half-open"


@dataclass
class Circuit:
    """`clock`: seconds that never go back."""

    clock: Callable[[], float] = time.monotonic
    failures: int = 0
    opened_at: float | None = None

    @property
    def state(self) -> str:
        if self.opened_at is None:
            return CLOSED
        return OPEN if self.clock() - self.opened_at < OPEN_SECONDS else HALF_OPEN

    def allows_a_call(self) -> bool:
        """A container makes one call at a time, so that a half-open circuit is tried by one."""
        return self.state != OPEN

    def succeeded(self) -> None:
        """The gateway answered."""
        self.failures, self.opened_at = 0, None

    def failed(self) -> None:
        """The gateway did not answer."""
        self.failures += 1
        if self.failures >= FAILURES:
            self.opened_at = self.clock()
