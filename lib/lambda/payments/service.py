"""What the API does with payments, over any ledger."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from payments.payment import Payment, Request, Step
from payments.problems import Problem, amount_exceeded, conflict, not_found, state_forbids, too_many_steps
from payments.states import CAPTURE, REFUND, TRANSITIONS, VOID

PAYMENT_ID = re.compile(r"pay_[a-z2-7]{32}")
MAX_STEPS = 100  # of one payment: at 250 bytes each its item stays far below DynamoDB's 400 KB


@dataclass(frozen=True)
class Outcome:
    """What came of a step: the payment after it when it was done, as it stands when it was not, None when unknown."""

    payment: Payment | None
    done: bool


@dataclass(frozen=True)
class Query:
    """A merchant's payments made from `begin` to `end`, both included (times as payments have them), newest first."""

    merchant_id: str
    begin: str
    end: str
    limit: int


@dataclass(frozen=True)
class Place:
    """Where a page of a list ended."""

    created_at: str
    payment_id: str


@dataclass(frozen=True)
class Page:
    """Some of a query's payments; `last` is where the next page goes on, None after the last one."""

    payments: list[Payment]
    last: Place | None


class Ledger(Protocol):
    """Where payments are recorded. Each method raises Problem (503) when the ledger does not answer."""

    def record(self, payment: Payment) -> Payment | None:
        """Record it in one atomic step, unless a payment of that id stands there: then that one is handed back."""

    def find(self, payment_id: str) -> Payment | None:
        """The payment as last written."""

    def apply(self, payment_id: str, step: Step, actor: str) -> Outcome:
        """Do the step atomically, if its key is new to the payment and `refusal` has nothing against it."""

    def page(self, query: Query, after: Place | None) -> Page:
        """The query's next payments, from the newest or from after a place; seconds behind the last write."""


@dataclass(frozen=True)
class Taken:
    """A payment that was asked for; `replayed` when an earlier request had already made it."""

    payment: Payment
    replayed: bool


@dataclass(frozen=True)
class Done:
    """A step that was asked for, and the payment right after it; `replayed` when an earlier request had done it."""

    payment: Payment
    step: Step
    replayed: bool

    def refund(self) -> dict[str, Any]:
        """A refund as it is answered."""
        return {
            "refund_id": self.step.refund_id,
            "payment_id": self.payment.payment_id,
            "amount": self.step.amount,
            "currency": self.payment.currency,
            "created_at": self.step.at,
            "payment": self.payment.shown(),
        }


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
        return Taken(standing.as_made(), replayed=True)

    def capture(self, payment_id: str, amount: int | None, idempotency_key: str, actor: str) -> Done:
        """Capture the amount, or all. Raises Problem 404, 409."""
        return self._do(CAPTURE, payment_id, amount, idempotency_key, actor)

    def void(self, payment_id: str, idempotency_key: str, actor: str) -> Done:
        """Give up an authorization. Raises Problem 404, 409."""
        return self._do(VOID, payment_id, None, idempotency_key, actor)

    def refund(self, payment_id: str, amount: int, idempotency_key: str, actor: str) -> Done:
        """Give back some of what was captured. Raises Problem 404, 409."""
        return self._do(REFUND, payment_id, amount, idempotency_key, actor)

    def read(self, payment_id: str) -> Payment:
        """Raises Problem 404."""
        payment = self.ledger.find(payment_id) if PAYMENT_ID.fullmatch(payment_id) else None
        if payment is None:
            raise not_found()
        return payment

    def page(self, query: Query, after: Place | None) -> Page:
        return self.ledger.page(query, after)

    def _do(self, kind: str, payment_id: str, amount: int | None, idempotency_key: str, actor: str) -> Done:
        if not PAYMENT_ID.fullmatch(payment_id):
            raise not_found()
        step = Step.new(kind, payment_id, idempotency_key, amount, self.clock())
        outcome = self.ledger.apply(payment_id, step, actor)
        if outcome.payment is None:
            raise not_found()
        if outcome.done:
            return Done(outcome.payment, step, replayed=False)
        earlier = outcome.payment.step(step.key)
        if earlier is None:
            raise refusal(outcome.payment, step) or RuntimeError(f"the ledger refused a {kind} for no known reason")
        if earlier.fingerprint != step.fingerprint:
            raise conflict()
        return Done(outcome.payment.as_of(earlier), earlier, replayed=True)


def refusal(payment: Payment, step: Step) -> Problem | None:
    """Why the payment does not allow a step that is new to it; None where it does."""
    if step.kind not in TRANSITIONS[payment.state]:
        return state_forbids(payment.state, step.kind)
    limit = payment.captured - payment.refunded if step.kind == REFUND else payment.amount
    if step.amount is not None and step.amount > limit:
        return amount_exceeded(payment.state, step.kind, limit)
    return too_many_steps(payment.state) if len(payment.steps) >= MAX_STEPS else None
