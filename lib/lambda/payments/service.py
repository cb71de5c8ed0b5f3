"""What the API does with payments, over any ledger and gateway."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from payments.completion import Completion, Recorder
from payments.errors import (
    AmountExceededError,
    FieldError,
    IdempotencyConflictError,
    InvalidRequestError,
    PaymentError,
    PaymentNotFoundError,
    StateForbidsError,
    StepPendingError,
    TooManyStepsError,
    UnavailableError,
)
from payments.gateway import Gateway
from payments.identifiers import timestamp
from payments.payment import FIRST_LOOK, Payment, Request, refund
from payments.states import CAPTURE, MAX_LAST_STEPS, MAX_STEPS, PENDING, REFUND, SUCCEEDED, TRANSITIONS, UNDER_WAY, VOID
from payments.step import Caller, Step

PAYMENT_ID = re.compile(r"pay_[a-z2-7]{32}")


@dataclass(frozen=True)
class Begun:
    """What came of an intent: the payment after it if the step began, as it stands if not, None when unknown."""

    payment: Payment | None
    begun: bool


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


class Ledger(Recorder, Protocol):
    """Where payments are recorded. Each method raises UnavailableError when the ledger does not answer."""

    def record(self, payment: Payment) -> Payment | None:
        """Record it in one atomic write, unless a payment of that id stands there: then that one is handed back."""

    def find(self, merchant_id: str, payment_id: str) -> Payment | None:
        """The merchant's payment as last written."""

    def begin(self, merchant_id: str, payment_id: str, step: Step, due_at: str) -> Begun:
        """Begin the step atomically, if its key is new to the payment and `refusal` has nothing against it."""

    def page(self, query: Query, after: Place | None) -> Page:
        """The query's next payments, from the newest or from after a place; seconds behind the last write."""


@dataclass(frozen=True)
class Ask:
    """What is asked with every request that changes something; `payment_id` is empty for a new payment.

    `seconds_left`: until the function is ended.
    """

    merchant_id: str
    payment_id: str
    idempotency_key: str
    caller: Caller
    seconds_left: Callable[[], float]


@dataclass(frozen=True)
class Done:
    """A step that was asked for, and the payment; `replayed` when an earlier request had asked for it.

    If the step succeeded, `payment` is as it was right after it, so that a replay answers what was answered then.
    """

    payment: Payment
    step: Step
    replayed: bool

    def refund(self) -> dict[str, Any]:
        """A refund as it is answered."""
        return {
            **refund(self.step),
            "payment_id": self.payment.payment_id,
            "currency": self.payment.currency,
            "livemode": self.payment.livemode,
            "payment": self.payment.shown(),
        }


@dataclass(frozen=True)
class Payments:
    """`gateway` takes the payments that are made now; each one remembers its own."""

    ledger: Ledger
    gateway: Gateway
    completion: Completion
    clock: Callable[[], datetime]
    maximum_amount: int

    def take(self, request: Request, ask: Ask) -> Done:
        """Make the payment once for a merchant and key.

        Raises IdempotencyConflictError when the key came with another request, InvalidRequestError for a new payment
        that is over the maximum or in a currency that the gateway does not take. A limit that was lowered since is none
        for one that was made before.
        """
        payment = Payment.new(request, ask.idempotency_key, self.gateway, ask.caller, self.clock())
        if refused := self._refusal(request):
            standing = self.ledger.find(payment.merchant_id, payment.payment_id)
            if standing is None:
                raise refused
        else:
            standing = self.ledger.record(payment)
        if standing and standing.fingerprint != payment.fingerprint:
            raise IdempotencyConflictError
        made = standing or payment
        return self._complete(made, made.making, ask, replayed=standing is not None)

    def capture(self, ask: Ask, amount: int | None) -> Done:
        """Capture the amount, or all. Raises PaymentError."""
        return self._do(CAPTURE, ask, amount)

    def void(self, ask: Ask) -> Done:
        """Give up an authorization. Raises PaymentError."""
        return self._do(VOID, ask, None)

    def refund(self, ask: Ask, amount: int) -> Done:
        """Give back some of what was captured. Raises PaymentError."""
        return self._do(REFUND, ask, amount)

    def read(self, merchant_id: str, payment_id: str) -> Payment:
        """Raises PaymentNotFoundError."""
        payment = self.ledger.find(merchant_id, payment_id) if PAYMENT_ID.fullmatch(payment_id) else None
        if payment is None:
            raise PaymentNotFoundError
        return payment

    def page(self, query: Query, after: Place | None) -> Page:
        return self.ledger.page(query, after)

    def _do(self, kind: str, ask: Ask, amount: int | None) -> Done:
        if not PAYMENT_ID.fullmatch(ask.payment_id):
            raise PaymentNotFoundError
        now = self.clock()
        step = Step.new(kind, ask.payment_id, ask.idempotency_key, amount, ask.caller, now)
        intent = self.ledger.begin(ask.merchant_id, ask.payment_id, step, timestamp(now + FIRST_LOOK))
        if intent.payment is None:
            raise PaymentNotFoundError
        if intent.begun:
            return self._complete(intent.payment, step, ask, replayed=False)
        earlier = intent.payment.steps.get(step.key)
        if earlier is None:
            raise refusal(intent.payment, step) or RuntimeError(f"the ledger refused a {kind} for no known reason")
        if not earlier.is_same_request(step):
            raise IdempotencyConflictError
        return self._complete(intent.payment, earlier, ask, replayed=True)

    def _complete(self, payment: Payment, step: Step, ask: Ask, *, replayed: bool) -> Done:
        """Ask the gateway, unless the step has its outcome. Where that cannot be recorded the step stays pending."""
        if step.state == PENDING:
            with contextlib.suppress(UnavailableError):
                payment = self.completion.complete(
                    payment, step, repeat=replayed, request_id=ask.caller.request_id, seconds_left=ask.seconds_left
                )
            step = payment.steps[step.key]
        return Done(payment.as_of(step) if step.state == SUCCEEDED else payment, step, replayed)

    def _refusal(self, request: Request) -> PaymentError | None:
        """Why no new payment is made of a valid request."""
        if request.amount > self.maximum_amount:
            return InvalidRequestError(FieldError("/amount", f"is from 1 to {self.maximum_amount}"))
        if request.currency in self.gateway.unsupported_currencies:
            return InvalidRequestError(
                FieldError("/currency", f"is no currency that the gateway {self.gateway.name} takes")
            )
        return None


def refusal(payment: Payment, step: Step) -> PaymentError | None:
    """Why the payment does not allow a step that is new to it; None where it does."""
    if step.kind not in TRANSITIONS[payment.state]:
        return StateForbidsError(payment.state, step.kind)
    if payment.status in UNDER_WAY:
        return StepPendingError(payment.state, UNDER_WAY[payment.status])
    limit = payment.refundable if step.kind == REFUND else payment.amount
    if step.amount is not None and step.amount > limit:
        return AmountExceededError(payment.state, step.kind, limit)
    ends_it = step.kind == VOID or (step.kind == REFUND and step.amount == limit)
    most = MAX_LAST_STEPS if ends_it else MAX_STEPS
    return TooManyStepsError(payment.state) if len(payment.steps) > most else None
