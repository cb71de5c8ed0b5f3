"""Completes pending steps, and voids authorizations that nobody captured. No AWS calls.

Payments are processed in the order in which they are due. A payment that stays pending is due again after the time for
which it has been pending, but at least a minute and at most an hour. If a payment causes an error, the settler logs the
error, postpones the payment and continues with the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from payments.completion import Completion, Recorder
from payments.gateway import TIMEOUT_SECONDS
from payments.gateway_calls import LEDGER_SECONDS
from payments.identifiers import moment, timestamp
from payments.payment import FIRST_LOOK, GATEWAY, Payment
from payments.service import Begun
from payments.step import Caller, Step

BATCH = 100  # maximum number of authorizations in one run
SHORTEST_DELAY, LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=1)
ACTOR = "settler"
# The time for one payment: to read it, to begin a step, and to complete the step.
SECONDS_FOR_ONE = TIMEOUT_SECONDS + 3 * LEDGER_SECONDS


@dataclass(frozen=True)
class Due:
    """A waiting payment, with the time at which it is due and the time since which it waits."""

    payment_id: str
    due_at: str
    since: str


class Ledger(Recorder, Protocol):
    """The port to the ledger. Each method raises UnavailableError if the ledger does not answer."""

    def pending(self) -> list[Due]:
        """Return payments that wait for the gateway, the next due first: all, or some thousands. The list may lag."""

    def uncaptured(self, now: str, limit: int) -> list[Due]:
        """Return authorizations that must be voided now, the longest due first. The list may lag by seconds."""

    def read(self, payment_id: str) -> Payment | None:
        """Return the payment as last written."""

    def begin(self, merchant_id: str, payment_id: str, step: Step, due_at: str) -> Begun:
        """Begin the step atomically if the payment allows it."""

    def postpone(self, payment: Payment, due_at: str) -> None:
        """Set the time of the settler's next attempt, unless the payment has changed."""


@dataclass
class Run:
    """The numbers of one run: what it did, and how many payments still wait for the gateway."""

    settled: int = 0
    failed: int = 0
    pending: int = 0
    oldest_seconds: float = 0.0


@dataclass(frozen=True)
class Settler:
    """The settler. `failure(payment_id, error)` logs an error that one payment caused."""

    ledger: Ledger
    completion: Completion
    clock: Callable[[], datetime]
    failure: Callable[[str, Exception], None]

    def run(self, request_id: str, seconds_left: Callable[[], float]) -> Run:
        """Settle the payments that are due, as long as time is left.

        Raises UnavailableError if the ledger does not answer.
        """
        caller = Caller(actor=ACTOR, actor_id=ACTOR, request_id=request_id)
        now = timestamp(self.clock())
        waiting = self.ledger.pending()
        work = [(due, self._settle) for due in waiting if due.due_at <= now]
        work += [(due, self._void) for due in self.ledger.uncaptured(now, BATCH)]
        since = {due.payment_id: due.since for due in waiting}
        run = Run()
        for due, do in work:
            if seconds_left() < SECONDS_FOR_ONE:
                break
            try:
                if self._finished(due, do, caller, seconds_left):
                    run.settled += 1
                    since.pop(due.payment_id, None)
            except Exception as error:
                run.failed += 1
                self.failure(due.payment_id, error)
        run.pending = len(since)
        if since:
            run.oldest_seconds = max(0.0, (self.clock() - moment(min(since.values()))).total_seconds())
        return run

    def _finished(self, due: Due, do: Do, caller: Caller, seconds_left: Callable[[], float]) -> bool:
        """Process a payment and return whether it no longer waits. Postpone it if it still waits or causes an error."""
        payment = self.ledger.read(due.payment_id)
        if payment is None or payment.due_at != due.due_at:  # the index lagged
            return payment is None or payment.awaiting != GATEWAY
        if self.completion.gateway_calls.is_open(payment):
            return False  # no call was made, so it stays due
        try:
            payment = do(payment, caller, seconds_left)
        except Exception:
            self._postpone(payment)
            raise
        if payment.awaiting == GATEWAY:
            self._postpone(payment)
            return False
        return True

    def _settle(self, payment: Payment, caller: Caller, seconds_left: Callable[[], float]) -> Payment:
        for step in payment.pending_steps:
            payment = self.completion.complete(
                payment, step, repeat=True, request_id=caller.request_id, seconds_left=seconds_left
            )
        return payment

    def _void(self, payment: Payment, caller: Caller, seconds_left: Callable[[], float]) -> Payment:
        """Void an authorization that was not captured in time. Each attempt has an idempotency key of its own."""
        now = self.clock()
        attempt = sum(step.actor == ACTOR for step in payment.steps.values())
        step = Step.expiry(payment.payment_id, attempt, caller, now)
        intent = self.ledger.begin(payment.merchant_id, payment.payment_id, step, timestamp(now + FIRST_LOOK))
        if intent.payment is None:
            raise RuntimeError("the authorization could not be voided: it is not in the ledger any more")
        if not intent.begun and intent.payment.version > payment.version:
            return intent.payment  # its merchant, or another run, began something since it was read
        if not intent.begun:
            raise RuntimeError("the authorization could not be voided: it has too many steps")
        return self.completion.complete(
            intent.payment, step, repeat=False, request_id=caller.request_id, seconds_left=seconds_left
        )

    def _postpone(self, payment: Payment) -> None:
        now = self.clock()
        waited = now - moment(payment.pending_since) if payment.pending_since else LONGEST_DELAY
        self.ledger.postpone(payment, timestamp(now + min(max(waited, SHORTEST_DELAY), LONGEST_DELAY)))


Do = Callable[[Payment, Caller, Callable[[], float]], Payment]
