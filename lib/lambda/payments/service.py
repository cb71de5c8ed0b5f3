"""The API's operations on payments, for any ledger and gateway."""

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
    """The result of an intent. `payment` has the new step if `begun`; else it is unchanged, or None if none exists."""

    payment: Payment | None
    begun: bool


@dataclass(frozen=True)
class Query:
    """A merchant's payments created from `begin` to `end`, both included (times as in the ledger), newest first."""

    merchant_id: str
    begin: str
    end: str
    limit: int


@dataclass(frozen=True)
class Place:
    """The position at which a page of a list ended."""

    created_at: str
    payment_id: str


@dataclass(frozen=True)
class Page:
    """A page of a query's payments. The next page continues after `last`, which is None for the last page."""

    payments: list[Payment]
    last: Place | None


class Ledger(Recorder, Protocol):
    """The port to the ledger. Each method raises UnavailableError if the ledger does not answer."""

    def record(self, payment: Payment) -> Payment | None:
        """Record a new payment in one atomic write and return None. If its id exists, return the existing payment."""

    def find(self, merchant_id: str, payment_id: str) -> Payment | None:
        """Return the merchant's payment as last written."""

    def begin(self, merchant_id: str, payment_id: str, step: Step, due_at: str) -> Begun:
        """Begin the step atomically if the payment has no step with its key and allows the step (see `refusal`)."""

    def page(self, query: Query, after: Place | None) -> Page:
        """Return a page of the query's payments, newest first, or after a place. A new payment may lack for seconds."""


@dataclass(frozen=True)
class StepRequest:
    """The common part of every request that changes something. `payment_id` is empty for a new payment.

    `seconds_left` returns the seconds until Lambda ends the function.
    """

    merchant_id: str
    payment_id: str
    idempotency_key: str
    caller: Caller
    seconds_left: Callable[[], float]


@dataclass(frozen=True)
class StepResult:
    """A requested step and its payment. `replayed`: an earlier request began the step.

    If the step succeeded, `payment` is as it was right after the step, so that a replay returns the original answer.
    """

    payment: Payment
    step: Step
    replayed: bool

    def refund(self) -> dict[str, Any]:
        """Return the refund in the answer's form."""
        return {
            **refund(self.step),
            "payment_id": self.payment.payment_id,
            "currency": self.payment.currency,
            "livemode": self.payment.livemode,
            "payment": self.payment.shown(),
        }


@dataclass(frozen=True)
class Payments:
    """The operations of the API. `gateway` is for new payments; an existing payment keeps the gateway that it has."""

    ledger: Ledger
    gateway: Gateway
    completion: Completion
    clock: Callable[[], datetime]
    maximum_amount: int

    def take(self, request: Request, ask: StepRequest) -> StepResult:
        """Create the payment, once for a merchant and key.

        Raises IdempotencyConflictError if the key came with another request before. Raises InvalidRequestError if a new
        payment exceeds the maximum or has a currency that the gateway does not accept. An existing payment is not
        checked again, because the maximum may have been lowered since.
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

    def capture(self, ask: StepRequest, amount: int | None) -> StepResult:
        """Capture the amount; None captures the whole authorized amount. Raises PaymentError."""
        return self._do(CAPTURE, ask, amount)

    def void(self, ask: StepRequest) -> StepResult:
        """Release an authorization. Raises PaymentError."""
        return self._do(VOID, ask, None)

    def refund(self, ask: StepRequest, amount: int) -> StepResult:
        """Refund a part of the captured amount, in minor units. Raises PaymentError."""
        return self._do(REFUND, ask, amount)

    def read(self, merchant_id: str, payment_id: str) -> Payment:
        """Return the merchant's payment. Raises PaymentNotFoundError."""
        payment = self.ledger.find(merchant_id, payment_id) if PAYMENT_ID.fullmatch(payment_id) else None
        if payment is None:
            raise PaymentNotFoundError
        return payment

    def page(self, query: Query, after: Place | None) -> Page:
        return self.ledger.page(query, after)

    def _do(self, kind: str, ask: StepRequest, amount: int | None) -> StepResult:
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
            raise refusal(intent.payment, step) or RuntimeError(f"the ledger refused a {kind} for an unknown reason")
        if not earlier.is_same_request(step):
            raise IdempotencyConflictError
        return self._complete(intent.payment, earlier, ask, replayed=True)

    def _complete(self, payment: Payment, step: Step, ask: StepRequest, *, replayed: bool) -> StepResult:
        """Call the gateway if the step is pending. If the outcome cannot be recorded, the step stays pending."""
        if step.state == PENDING:
            with contextlib.suppress(UnavailableError):
                payment = self.completion.complete(
                    payment, step, repeat=replayed, request_id=ask.caller.request_id, seconds_left=ask.seconds_left
                )
            step = payment.steps[step.key]
        return StepResult(payment.as_of(step) if step.state == SUCCEEDED else payment, step, replayed)

    def _refusal(self, request: Request) -> PaymentError | None:
        """Return the error if a valid request must create no payment; None if it may."""
        if request.amount > self.maximum_amount:
            return InvalidRequestError(FieldError("/amount", f"must be from 1 to {self.maximum_amount}"))
        if request.currency in self.gateway.unsupported_currencies:
            return InvalidRequestError(
                FieldError("/currency", f"must be a currency that the gateway {self.gateway.name} accepts")
            )
        return None


def refusal(payment: Payment, step: Step) -> PaymentError | None:
    """Return the error if the payment does not allow a new step; None if it does."""
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
