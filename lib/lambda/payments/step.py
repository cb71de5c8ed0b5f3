"""A step of a payment (authorization, sale, capture, void, refund) with its caller and its outcome. No AWS calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from payments.identifiers import identifier, timestamp
from payments.states import AUTHORIZE, PENDING, SALE, VOID


@dataclass(frozen=True)
class Caller:
    """The caller: an ARN without card numbers, the unique id of that identity, and the request's id."""

    actor: str
    actor_id: str
    request_id: str


@dataclass(frozen=True)
class Step:
    """One step, as it is stored under its `key` in the payment's `steps`.

    `key` is the kind for the step that creates the payment, else a hash of the step's idempotency key. `amount` is None
    for an authorization, a sale, a void, and a capture of the whole amount. The other attributes are set with the
    outcome. `version` is the payment's version after the outcome. `settled_by` is the request that recorded the
    outcome, if another request began the step. `reference` is the gateway's reference of a refund.
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
        """Return the authorization or sale that creates a payment."""
        return cls(key=kind, kind=kind, at=timestamp(now), **vars(caller))

    @classmethod
    def new(
        cls, kind: str, payment_id: str, idempotency_key: str, amount: int | None, caller: Caller, now: datetime
    ) -> Step:
        """Return a step that a client requests."""
        key = identifier(payment_id, idempotency_key)
        return cls(key=key, kind=kind, at=timestamp(now), amount=amount, **vars(caller))

    @classmethod
    def expiry(cls, payment_id: str, attempt: int, caller: Caller, now: datetime) -> Step:
        """Return the void of an authorization that nobody captured in time. No client's step can have the same key."""
        return cls(key=identifier(payment_id, "expiry", attempt), kind=VOID, at=timestamp(now), **vars(caller))

    @property
    def makes_the_payment(self) -> bool:
        return self.kind in (AUTHORIZE, SALE)

    @property
    def refund_id(self) -> str:
        return f"ref_{self.key}"

    def is_same_request(self, other: Step) -> bool:
        """Return whether both steps have the same kind and amount, and so are the same request."""
        return (self.kind, self.amount) == (other.kind, other.amount)

    def gateway_key(self, payment_id: str) -> str:
        """Return the idempotency key of the gateway call. It depends only on payment and step, not on the caller."""
        return f"{payment_id}_{self.kind}" if self.makes_the_payment else f"{payment_id}_{self.kind}_{self.key}"


@dataclass(frozen=True)
class Outcome:
    """The gateway's answer to a step, in the form that the ledger records.

    `settled_by`: the request that recorded the answer, if another request began the step. `waits_until`: the time at
    which the settler voids an authorization unless it is captured. `token_hash` and `capture_before` are set only for
    the step that creates the payment.
    """

    state: str
    at: str
    decline_code: str | None = None
    reference: str | None = None
    capture_before: str | None = None
    token_hash: str | None = None
    settled_by: str | None = None
    waits_until: str | None = None
