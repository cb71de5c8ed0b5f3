"""What the API does with payments, over any ledger."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from payments.payment import Payment, Request
from payments.problems import conflict, not_found

PAYMENT_ID = re.compile(r"pay_[a-z2-7]{32}")


class Ledger(Protocol):
    """Where payments are recorded. Either method raises Problem (503) when the ledger does not answer."""

    def record(self, payment: Payment) -> Payment | None:
        """Record it in one atomic step, unless a payment of that id stands there: then that one is handed back."""

    def find(self, payment_id: str) -> Payment | None:
        """The payment as last written."""


@dataclass(frozen=True)
class Taken:
    """A payment that was asked for; `replayed` when an earlier request had already made it."""

    payment: Payment
    replayed: bool


@dataclass(frozen=True)
class Payments:
    ledger: Ledger
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def take(self, request: Request, idempotency_key: str, actor: str) -> Taken:
        """Make the payment once for a merchant and key. Raises Problem 409 when the key came with another request."""
        payment = Payment.new(request, idempotency_key, actor, self.clock())
        standing = self.ledger.record(payment)
        if standing is None:
            return Taken(payment, replayed=False)
        if standing.fingerprint != payment.fingerprint:
            raise conflict()
        return Taken(standing, replayed=True)

    def read(self, payment_id: str) -> Payment:
        """Raises Problem 404."""
        payment = self.ledger.find(payment_id) if PAYMENT_ID.fullmatch(payment_id) else None
        if payment is None:
            raise not_found()
        return payment
