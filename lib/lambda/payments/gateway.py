"""The port to a payment gateway, in the terms of payments: no HTTP and no AWS.

Each call has an idempotency key that the service derives from the payment and the step, never from the clock. The same
call with the same key has one effect at the gateway, however often it is made. An adapter gets its transport injected,
answers within TIMEOUT_SECONDS, and raises nothing for what a gateway or a network may do: that is `Unknown`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

# For one call, retries of the adapter's own included. What takes longer is Unknown.
TIMEOUT_SECONDS = 4.0


@dataclass(frozen=True)
class Charge:
    """What a gateway is asked for when a payment is made; `amount` in minor units of the ISO 4217 currency."""

    payment_id: str
    merchant_id: str
    amount: int
    currency: str
    payment_token: str


@dataclass(frozen=True)
class Approved:
    """Done at the gateway.

    `reference` carries all that the adapter needs for later steps of the payment. `capture_before` (ISO 8601, UTC) is
    when an authorization expires; None where the answer says nothing of it.
    """

    reference: str
    capture_before: str | None = None


@dataclass(frozen=True)
class Declined:
    """Refused for good: nothing happened at the gateway. `code` is like `insufficient_funds`."""

    code: str


@dataclass(frozen=True)
class Unknown:
    """No answer, or one that does not say what happened: the call is made again, with the same key.

    `reachable`: the gateway answered, so this is no sign of an outage (a payment that is still being processed).
    """

    reason: str
    reachable: bool = False


Answer = Approved | Declined | Unknown


class Gateway(Protocol):
    """A payment gateway. `repeat` says that the same call may have been made before."""

    @property
    def name(self) -> str:
        """`simulated`, `stripe`: stored with each payment."""

    @property
    def livemode(self) -> bool:
        """Money moves."""

    @property
    def unsupported_currencies(self) -> frozenset[str]:
        """ISO 4217 codes; a new payment in one is refused before anything is recorded."""

    def authorize(self, charge: Charge, key: str, *, repeat: bool) -> Answer:
        """Reserve the amount on the payer's account, to be captured or voided later."""

    def sale(self, charge: Charge, key: str, *, repeat: bool) -> Answer:
        """Authorize and capture at once."""

    def capture(self, reference: str, amount: int, key: str, *, repeat: bool) -> Answer:
        """Take the amount of an authorization, and release the rest of it."""

    def void(self, reference: str, key: str, *, repeat: bool) -> Answer:
        """Release an authorization."""

    def refund(self, reference: str, amount: int, key: str, *, repeat: bool) -> Answer:
        """Give back some of what was captured."""

    def look_up(self, payment_id: str, key: str) -> Answer | None:
        """What became of an earlier call with that key; None if the gateway never saw it."""
