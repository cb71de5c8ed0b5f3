"""Completes a step: calls the gateway and records the outcome. Completing a step twice has the effect of once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from payments.gateway import Answer, Approved, Declined, Unknown
from payments.gateway_calls import GatewayCalls
from payments.identifiers import moment, timestamp
from payments.payment import Payment
from payments.states import AUTHORIZE, CAPTURE, DECLINED, SUCCEEDED, VOID
from payments.step import Outcome, Step

# The settler voids an authorization this long before it expires at the gateway. If the gateway names no expiry, the
# authorization has this lifetime.
BEFORE_EXPIRY = timedelta(hours=1)
AUTHORIZATION_LIFETIME = timedelta(days=7)
# After a declined capture or void, the settler waits at least this long before it voids the authorization.
AFTER_DECLINE = timedelta(hours=6)


class Recorder(Protocol):
    def settle(self, payment: Payment, step: Step, outcome: Outcome) -> Payment:
        """Record the outcome of a step in one atomic write, unless the step has one. Returns the current payment.

        Raises UnavailableError if the ledger does not answer.
        """


@dataclass
class Completion:
    """`report(metric, payment, step, detail)` counts and logs the gateway's answers."""

    ledger: Recorder
    gateway_calls: GatewayCalls
    clock: Callable[[], datetime]
    report: Callable[[str, Payment, Step, str], None]

    def complete(
        self, payment: Payment, step: Step, *, repeat: bool, request_id: str, seconds_left: Callable[[], float]
    ) -> Payment:
        """Return the payment with the step's outcome, or unchanged if the gateway's answer is unknown."""
        answer = self.gateway_calls.call(payment, step, repeat=repeat, seconds_left=seconds_left)
        if isinstance(answer, Unknown):
            return payment
        outcome = self.outcome(payment, step, answer, request_id)
        settled = self.ledger.settle(payment, step, outcome)
        recorded = settled.steps[step.key]
        is_ours = (recorded.settled_at, recorded.settled_by) == (outcome.at, outcome.settled_by)
        if step.makes_the_payment and is_ours:  # else another request counted it
            declined = recorded.state == DECLINED
            metric = "PaymentsDeclined" if declined else "PaymentsAuthorized"
            self.report(metric, settled, recorded, settled.decline_code or "")
        return settled

    def outcome(self, payment: Payment, step: Step, answer: Approved | Declined, request_id: str) -> Outcome:
        """Return the gateway's answer in the form in which the ledger records it."""
        now = self.clock()
        approved = answer if isinstance(answer, Approved) else None
        return Outcome(
            state=SUCCEEDED if approved else DECLINED,
            at=timestamp(now),
            decline_code=answer.code if isinstance(answer, Declined) else None,
            reference=approved.reference if approved else None,
            capture_before=approved.capture_before if approved and step.kind == AUTHORIZE else None,
            token_hash=token_hash(payment.payment_token) if step.makes_the_payment else None,
            settled_by=request_id if request_id != step.request_id else None,
            waits_until=_waits_until(payment, step, answer, now),
        )


def _waits_until(payment: Payment, step: Step, answer: Answer, now: datetime) -> str | None:
    """Return the time at which the settler voids the authorization unless it is captured; None if there is none."""
    if step.kind == AUTHORIZE and isinstance(answer, Approved):
        return timestamp(_last_moment(payment, answer.capture_before))
    if step.kind in (CAPTURE, VOID) and isinstance(answer, Declined):
        return timestamp(max(_last_moment(payment, payment.capture_before), now + AFTER_DECLINE))
    return None


def _last_moment(payment: Payment, capture_before: str | None) -> datetime:
    expiry = moment(capture_before) if capture_before else moment(payment.created_at) + AUTHORIZATION_LIFETIME
    return expiry - BEFORE_EXPIRY


def token_hash(token: str | None) -> str | None:
    """Return 80 bits of the token's SHA-256, in hex. They show which payments have one token, and cannot be charged."""
    return hashlib.sha256(token.encode()).hexdigest()[:20] if token else None
