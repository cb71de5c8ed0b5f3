"""The port to a payment gateway, in terms of payments, without HTTP and AWS.

Each call has an idempotency key that is derived from payment and step, never from the clock. The same call with the
same key has one effect at the gateway, however often it is made. An adapter answers within TIMEOUT_SECONDS. If gateway
or network fail, it returns `Unknown` instead of raising an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

# The time for one call, including the adapter's own retries. The answer to a call that takes longer is Unknown.
TIMEOUT_SECONDS = 4.0


@dataclass(frozen=True)
class Charge:
    """A new payment as the gateway gets it. `amount` is in minor units of the ISO 4217 currency."""

    payment_id: str
    merchant_id: str
    amount: int
    currency: str
    payment_token: str


@dataclass(frozen=True)
class Approved:
    """The gateway did what the call asked for.

    `reference` contains all that the adapter needs for later steps of the payment. `capture_before` (ISO 8601, UTC) is
    the time at which an authorization expires; None if the gateway does not name it.
    """

    reference: str
    capture_before: str | None = None


@dataclass(frozen=True)
class Declined:
    """The gateway refused the call for good, and did nothing. `code` is for example `insufficient_funds`."""

    code: str


@dataclass(frozen=True)
class Unknown:
    """There is no answer, or no definite one. The service repeats the call with the same key.

    `reachable`: the gateway answered, so there is no outage. For example, it still processes the payment.
    """

    reason: str
    reachable: bool = False


Answer = Approved | Declined | Unknown


class Gateway(Protocol):
    """A payment gateway. `repeat`: the same call may have been made before."""

    @property
    def name(self) -> str:
        """`simulated` or `stripe`. The ledger stores it with each payment."""

    @property
    def livemode(self) -> bool:
        """Return whether money moves."""

    @property
    def unsupported_currencies(self) -> frozenset[str]:
        """The ISO 4217 codes that the gateway does not accept. The API refuses new payments in these currencies."""

    def authorize(self, charge: Charge, key: str, *, repeat: bool) -> Answer:
        """Reserve the amount on the payer's account, to be captured or voided later."""

    def sale(self, charge: Charge, key: str, *, repeat: bool) -> Answer:
        """Authorize and capture at once."""

    def capture(self, reference: str, amount: int, key: str, *, repeat: bool) -> Answer:
        """Capture the amount of an authorization, and release the rest."""

    def void(self, reference: str, key: str, *, repeat: bool) -> Answer:
        """Release an authorization."""

    def refund(self, reference: str, amount: int, key: str, *, repeat: bool) -> Answer:
        """Refund a part of the captured amount."""

    def look_up(self, payment_id: str, key: str) -> Answer | None:
        """Return the result of an earlier call with that key; None if the gateway never received it."""
