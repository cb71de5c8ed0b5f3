"""Settles what requests left behind: steps whose outcome is unknown, authorizations that nobody captured. No AWS here.

Payments are taken in the order in which they are due. One that stays pending is due again after as long as it has been
pending, at least a minute and at most an hour. One that fails is logged and put off, and holds up no other.
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

BATCH = 100  # authorizations in one run
SHORTEST_DELAY, LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=1)
ACTOR = "settler"
# For one payment: to read it, to begin and complete a step of it.
SECONDS_FOR_ONE = TIMEOUT_SECONDS + 3 * LEDGER_SECONDS


@dataclass(frozen=True)
class Due:
    """A payment that waits: when the settler looks, and since when it waits."""

    payment_id: str
    due_at: str
    since: str


class Ledger(Recorder, Protocol):
    """Each method raises UnavailableError when the ledger does not answer."""

    def pending(self) -> list[Due]:
        """Payments that wait for the gateway, the next due first: all, or the first thousands. Seconds behind."""

    def uncaptured(self, now: str, limit: int) -> list[Due]:
        """Authorizations that are to be voided by now, the longest due first. Seconds behind."""

    def read(self, payment_id: str) -> Payment | None:
        """The payment as last written."""

    def begin(self, merchant_id: str, payment_id: str, step: Step, due_at: str) -> Begun:
        """Begin the step atomically, if the payment allows it."""

    def postpone(self, payment: Payment, due_at: str) -> None:
        """Look at it again then, unless something happened to it meanwhile."""


@dataclass
class Run:
    """What one run did, and what still waits for the gateway after it."""

    settled: int = 0
    failed: int = 0
    pending: int = 0
    oldest_seconds: float = 0.0


@dataclass(frozen=True)
class Settler:
    """`failure(payment_id, error)` logs what went wrong with one payment."""

    ledger: Ledger
    completion: Completion
    clock: Callable[[], datetime]
    failure: Callable[[str, Exception], None]

    def run(self, request_id: str, seconds_left: Callable[[], float]) -> Run:
        """Settle what is due, within the time. Raises UnavailableError if the ledger does not say what is."""
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
        """The payment waits no longer. Else it is put off, also when it fails."""
        payment = self.ledger.read(due.payment_id)
        if payment is None or payment.due_at != due.due_at:  # the index was behind
            return payment is None or payment.awaiting != GATEWAY
        if self.completion.gateway_calls.is_open(payment):
            return False  # nothing was asked: it stays due
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
        """Void an authorization that was not captured in time; each attempt has a key of its own."""
        now = self.clock()
        attempt = sum(step.actor == ACTOR for step in payment.steps.values())
        step = Step.expiry(payment.payment_id, attempt, caller, now)
        intent = self.ledger.begin(payment.merchant_id, payment.payment_id, step, timestamp(now + FIRST_LOOK))
        if intent.payment is None or not intent.begun:
            raise RuntimeError("the authorization could not be voided: it changed, or has too many steps")
        return self.completion.complete(
            intent.payment, step, repeat=False, request_id=caller.request_id, seconds_left=seconds_left
        )

    def _postpone(self, payment: Payment) -> None:
        now = self.clock()
        waited = now - moment(payment.pending_since) if payment.pending_since else LONGEST_DELAY
        self.ledger.postpone(payment, timestamp(now + min(max(waited, SHORTEST_DELAY), LONGEST_DELAY)))


Do = Callable[[Payment, Caller, Callable[[], float]], Payment]
