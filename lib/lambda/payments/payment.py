"""A payment: its attributes, its identity, and its representation for clients. No AWS calls."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from payments.gateway import Gateway
from payments.identifiers import identifier, payment_id, timestamp
from payments.states import (
    AUTHORIZE,
    AUTHORIZED,
    CAPTURE,
    CAPTURED,
    DECLINED,
    PENDING,
    REFUND,
    SALE,
    SUCCEEDED,
    UNDER_WAY,
    VOID,
    VOIDED,
    state,
)
from payments.step import Caller, Outcome, Step

# Values of `awaiting`: the gateway's answer to a step, or the capture of the authorization.
GATEWAY = "gateway"
# The settler first looks at a step this long after it began: by then the request that began the step has ended.
FIRST_LOOK = timedelta(seconds=30)


@dataclass(frozen=True)
class Request:
    """A valid request for a payment. Amounts are in minor units of the ISO 4217 currency."""

    merchant_id: str
    amount: int
    currency: str
    payment_token: str
    customer_id: str | None = None
    capture: bool = True
    metadata: Mapping[str, str] = field(default_factory=dict)

    def fingerprint(self) -> str:
        """Return a hash of the request, independent of how its JSON is formatted.

        The hash covers only fields that differ from their defaults. So a field that is added later does not change the
        fingerprints of old requests.
        """
        told = {
            member.name: value
            for member in dataclasses.fields(self)
            if (value := getattr(self, member.name)) != member.default and value != {}
        }
        return identifier(json.dumps(told, sort_keys=True))


@dataclass(frozen=True)
class Payment:
    """One payment in the ledger. Times are ISO 8601, UTC, with microseconds. `version` counts the changes from 1.

    `status` is the stored part of the state. `refundable` is the captured amount minus refunds and pending refunds. The
    token is kept until the gateway has answered; then only its hash is kept. `awaiting` is `gateway` or `capture`: what
    the payment waits for. `due_at` is the time of the settler's next attempt. `pending_since` is the time since which
    the gateway's answer is missing.
    """

    payment_id: str
    merchant_id: str
    amount: int
    currency: str
    status: str
    captured: int
    refunded: int
    created_at: str
    updated_at: str
    livemode: bool
    gateway: str = ""
    refundable: int = 0
    version: int = 1
    fingerprint: str = ""
    payment_token: str | None = None
    token_hash: str | None = None
    gateway_reference: str | None = None
    capture_before: str | None = None
    decline_code: str | None = None
    customer_id: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    steps: Mapping[str, Step] = field(default_factory=dict)
    pending_refunds: int | None = None
    awaiting: str | None = None
    due_at: str | None = None
    pending_since: str | None = None

    @classmethod
    def new(cls, request: Request, idempotency_key: str, gateway: Gateway, caller: Caller, now: datetime) -> Payment:
        """Return the payment that a request creates, before the gateway call."""
        step = Step.making(SALE if request.capture else AUTHORIZE, caller, now)
        return cls(
            payment_id=payment_id(request.merchant_id, idempotency_key),
            merchant_id=request.merchant_id,
            amount=request.amount,
            currency=request.currency,
            status=PENDING,
            captured=0,
            refunded=0,
            created_at=step.at,
            updated_at=step.at,
            livemode=gateway.livemode,
            gateway=gateway.name,
            fingerprint=request.fingerprint(),
            payment_token=request.payment_token,
            customer_id=request.customer_id,
            metadata=request.metadata,
            steps={step.key: step},
            awaiting=GATEWAY,
            due_at=timestamp(now + FIRST_LOOK),
            pending_since=step.at,
        )

    @property
    def state(self) -> str:
        return state(self.status, self.captured, self.refunded)

    @property
    def making(self) -> Step:
        """The step that created the payment. Raises ValueError if the payment has no such step."""
        for step in self.steps.values():
            if step.makes_the_payment:
                return step
        raise ValueError("the payment has no step that created it")

    @property
    def pending_steps(self) -> list[Step]:
        """The steps without an outcome, in the order in which they began."""
        return sorted((step for step in self.steps.values() if step.state == PENDING), key=lambda step: step.at)

    def made(self, step: Step, outcome: Outcome) -> Payment:
        """Return the payment after the outcome of its first step, as the write of `expressions.outcome` leaves it."""
        approved = outcome.state == SUCCEEDED
        captured = self.amount if approved and step.kind == SALE else 0
        version = self.version + 1
        settled = dataclasses.replace(
            step, state=outcome.state, settled_at=outcome.at, settled_by=outcome.settled_by, version=version
        )
        return dataclasses.replace(
            self,
            status=(CAPTURED if step.kind == SALE else AUTHORIZED) if approved else DECLINED,
            captured=captured,
            refundable=captured,
            updated_at=outcome.at,
            version=version,
            payment_token=None,
            token_hash=outcome.token_hash,
            gateway_reference=outcome.reference,
            capture_before=outcome.capture_before,
            decline_code=outcome.decline_code,
            steps={**self.steps, step.key: settled},
            awaiting=CAPTURE if outcome.waits_until else None,
            due_at=outcome.waits_until,
            pending_since=None,
        )

    def as_made(self) -> Payment:
        """Return the payment as it was right after the outcome of its first step."""
        made = self.making
        if made.state != SUCCEEDED:
            return self
        sale = made.kind == SALE
        return dataclasses.replace(
            self,
            status=CAPTURED if sale else AUTHORIZED,
            captured=self.amount if sale else 0,
            refunded=0,
            updated_at=made.settled_at or self.created_at,
            steps={made.key: made},
        )

    def as_of(self, last: Step) -> Payment:
        """Return the payment as it was right after the step `last` succeeded, without later outcomes."""
        settled = sorted((step for step in self.steps.values() if step.version), key=lambda step: step.version or 0)
        payment = self.as_made()
        for step in settled:
            if not step.makes_the_payment and (step.version or 0) <= (last.version or 0):
                payment = payment._after(step)
        return payment

    def _after(self, step: Step) -> Payment:
        amount = self.amount if step.amount is None else step.amount
        effects: dict[str, dict[str, Any]] = {
            CAPTURE: {"status": CAPTURED, "captured": amount},
            VOID: {"status": VOIDED},
            REFUND: {"refunded": self.refunded + amount},
        }
        return dataclasses.replace(
            self,
            **(effects[step.kind] if step.state == SUCCEEDED else {}),
            updated_at=step.settled_at or self.updated_at,
            steps={**self.steps, step.key: step},
        )

    def shown(self) -> dict[str, Any]:
        """Return the payment for clients: without token, internal attributes and empty values."""
        values = {
            "payment_id": self.payment_id,
            "merchant_id": self.merchant_id,
            "amount": self.amount,
            "currency": self.currency,
            "status": self.state,
            "pending_step": UNDER_WAY.get(self.status),
            "captured": self.captured,
            "refunded": self.refunded,
            "decline_code": self.decline_code,
            "capture_before": self.capture_before if self.state == AUTHORIZED else None,
            "livemode": self.livemode,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "customer_id": self.customer_id,
            "metadata": self.metadata,
            "refunds": _refunds(self.steps.values()),
        }
        return {name: value for name, value in values.items() if value not in (None, {}, [])}

    def archived(self) -> dict[str, Any]:
        """Return the payment for the archive: the members that clients see, without personal data.

        So nobody needs to erase personal data from the archive.
        """
        return {name: value for name, value in self.shown().items() if name not in ("customer_id", "metadata")}


def refund(step: Step) -> dict[str, Any]:
    """Return a refund as it is shown in its payment."""
    values = {
        "refund_id": step.refund_id,
        "amount": step.amount,
        "status": step.state,
        "decline_code": step.decline_code,
        "created_at": step.at,
    }
    return {name: value for name, value in values.items() if value is not None}


def _refunds(steps: Iterable[Step]) -> list[dict[str, Any]]:
    ordered = sorted((step for step in steps if step.kind == REFUND), key=lambda step: (step.at, step.key))
    return [refund(step) for step in ordered]
