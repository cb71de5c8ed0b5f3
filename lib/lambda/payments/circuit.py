"""A circuit breaker: while the gateway is down, no request waits for it.

While it is closed, calls are made. FAILURES consecutive calls without an answer open it. While it is open, no call is
made for OPEN_SECONDS. Then one call is made (half-open), and its result closes or opens the circuit. There is one
circuit for each gateway in each container, in memory. en.wikipedia.org/wiki/Circuit_breaker_design_pattern
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
    """The circuit of one gateway in one container. `clock` returns monotonic seconds."""

    clock: Callable[[], float] = time.monotonic
    failures: int = 0
    opened_at: float | None = None

    @property
    def state(self) -> str:
        if self.opened_at is None:
            return CLOSED
        return OPEN if self.clock() - self.opened_at < OPEN_SECONDS else HALF_OPEN

    def allows_a_call(self) -> bool:
        """Return whether a call may be made.

        A container makes one call at a time, so a half-open circuit needs no limit on concurrent calls.
        """
        return self.state != OPEN

    def succeeded(self) -> None:
        """Record that the gateway answered. This closes the circuit."""
        self.failures, self.opened_at = 0, None

    def failed(self) -> None:
        """Record that the gateway did not answer. FAILURES times in a row open the circuit."""
        self.failures += 1
        if self.failures >= FAILURES:
            self.opened_at = self.clock()
