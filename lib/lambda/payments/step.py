"""A step of a payment (its making, a capture, void or refund): who asked for it, what came of it. No AWS here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from payments.identifiers import identifier, timestamp
from payments.states import AUTHORIZE, PENDING, SALE, VOID


@dataclass(frozen=True)
class Caller:
    """Who asks: an ARN without card numbers, the unique id of that identity, and the request's id."""

    actor: str
    actor_id: str
    request_id: str


@dataclass(frozen=True)
class Step:
    """One step, as it is stored under its `key` in the payment's `steps`.

    `key` is the kind for the making of a payment, else a hash of the step's idempotency key. `amount` is None where
    none was named: a capture of all, a void, the making. What follows comes with the outcome: `version` is the
    payment's after it, `settled_by` the request that wrote it if it was not the one that asked, `reference` the
    gateway's own of a refund.
    """

    key: str
    kind: str
    at: str
    actor: str
    actor_id: str
    request_id: str
    state: str = PENDING
    amount: int | None = None
    version: int | None = None
    settled_at: str | None = None
    settled_by: str | None = None
    decline_code: str | None = None
    reference: str | None = None

    @classmethod
    def making(cls, kind: str, caller: Caller, now: datetime) -> Step:
        """The authorization or sale that a payment begins with."""
        return cls(key=kind, kind=kind, at=timestamp(now), **vars(caller))

    @classmethod
    def new(
        cls, kind: str, payment_id: str, idempotency_key: str, amount: int | None, caller: Caller, now: datetime
    ) -> Step:
        """A step that a client asks for."""
        key = identifier(payment_id, idempotency_key)
        return cls(key=key, kind=kind, at=timestamp(now), amount=amount, **vars(caller))

    @classmethod
    def expiry(cls, payment_id: str, attempt: int, caller: Caller, now: datetime) -> Step:
        """The void of an authorization that nobody captured in time; no client's key leads to the same one."""
        return cls(key=identifier(payment_id, "expiry", attempt), kind=VOID, at=timestamp(now), **vars(caller))

    @property
    def makes_the_payment(self) -> bool:
        return self.kind in (AUTHORIZE, SALE)

    @property
    def refund_id(self) -> str:
        return f"ref_{self.key}"

    def is_same_request(self, other: Step) -> bool:
        """Both ask for the same: told by what was asked, so that a field added later changes no earlier request."""
        return (self.kind, self.amount) == (other.kind, other.amount)

    def gateway_key(self, payment_id: str) -> str:
        """The idempotency key of the call at the gateway: of this step of this payment, whoever makes the call."""
        return f"{payment_id}_{self.kind}" if self.makes_the_payment else f"{payment_id}_{self.kind}_{self.key}"


@dataclass(frozen=True)
class Outcome:
    """What the gateway answered to a step, as it is recorded; `settled_by` if another request than the step's does it.

    `waits_until`: for a payment that is authorized then, when the settler looks whether it was captured. `token_hash`
    and `capture_before` where a payment is made.
    """

    state: str
    at: str
    decline_code: str | None = None
    reference: str | None = None
    capture_before: str | None = None
    token_hash: str | None = None
    settled_by: str | None = None
    waits_until: str | None = None
