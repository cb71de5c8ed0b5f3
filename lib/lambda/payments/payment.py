"""A payment: what it is, what identifies it, how it is stored and shown. No AWS here."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from payments import cards
from payments.states import AUTHORIZED, CAPTURE, CAPTURED, REFUND, VOID, VOIDED, state

# A DynamoDB item as the API spells it: {"amount": {"N": "100"}, …}
Item = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Request:
    """A valid wish for a payment; amounts in minor units of the ISO 4217 currency."""

    merchant_id: str
    amount: int
    currency: str
    payment_token: str
    customer_id: str | None = None
    capture: bool = True
    metadata: Mapping[str, str] = field(default_factory=dict)

    def fingerprint(self) -> str:
        """Equal for equal requests, however their JSON was written."""
        return hashlib.sha256(json.dumps(vars(self), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Step:
    """What was done to a payment after it was made; `key` is a hash of the step's idempotency key.

    `amount` is None where none was named: a capture of all, or a void.
    """

    kind: str
    key: str
    fingerprint: str
    at: str
    amount: int | None = None

    @classmethod
    def new(cls, kind: str, payment_id: str, idempotency_key: str, amount: int | None, now: datetime) -> Step:
        return cls(
            kind=kind,
            key=_identifier(payment_id, idempotency_key),
            fingerprint=hashlib.sha256(json.dumps([kind, amount]).encode()).hexdigest()[:32],
            at=timestamp(now),
            amount=amount,
        )

    @property
    def refund_id(self) -> str:
        return f"ref_{self.key}"

    def attributes(self) -> dict[str, Any]:
        """What is stored of it, without what is empty."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass(frozen=True)
class Payment:
    """One payment as the ledger holds it. Times: ISO 8601, UTC, microseconds; `version` counts from 1.

    `status` is what is stored of its state; `steps` are in the order in which they were done.
    """

    payment_id: str
    merchant_id: str
    amount: int
    currency: str
    status: str
    captured: int
    refunded: int
    payment_token: str
    fingerprint: str
    created_at: str
    updated_at: str
    actor: str
    version: int = 1
    customer_id: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    @classmethod
    def new(cls, request: Request, idempotency_key: str, actor: str, now: datetime) -> Payment:
        """The payment that a request makes; `actor` is who asked for it."""
        at = timestamp(now)
        return cls(
            payment_id=payment_id(request.merchant_id, idempotency_key),
            merchant_id=request.merchant_id,
            amount=request.amount,
            currency=request.currency,
            status=CAPTURED if request.capture else AUTHORIZED,
            captured=request.amount if request.capture else 0,
            refunded=0,
            payment_token=request.payment_token,
            fingerprint=request.fingerprint(),
            created_at=at,
            updated_at=at,
            actor=actor,
            customer_id=request.customer_id,
            metadata=request.metadata,
        )

    @property
    def state(self) -> str:
        return state(self.status, self.captured, self.refunded)

    def step(self, key: str) -> Step | None:
        """The step that was done with that (hashed) key."""
        return next((step for step in self.steps if step.key == key), None)

    def after(self, step: Step) -> Payment:
        """This payment once a step is done that its state allows."""
        amount = self.amount if step.amount is None else step.amount
        changes: dict[str, dict[str, Any]] = {
            CAPTURE: {"status": CAPTURED, "captured": amount},
            VOID: {"status": VOIDED},
            REFUND: {"refunded": self.refunded + amount},
        }
        return dataclasses.replace(
            self,
            **changes[step.kind],
            updated_at=step.at,
            version=self.version + 1,
            steps=(*self.steps, step),
        )

    def as_made(self) -> Payment:
        """This payment as it was when it was made, before any step."""
        authorized = self.status == AUTHORIZED or any(step.kind in (CAPTURE, VOID) for step in self.steps)
        return dataclasses.replace(
            self,
            status=AUTHORIZED if authorized else CAPTURED,
            captured=0 if authorized else self.amount,
            refunded=0,
            updated_at=self.created_at,
            version=1,
            steps=(),
        )

    def as_of(self, last: Step) -> Payment:
        """This payment as it was when one of its steps had just been done."""
        payment = self.as_made()
        for step in self.steps[: self.steps.index(last) + 1]:
            payment = payment.after(step)
        return payment

    def shown(self) -> dict[str, Any]:
        """For clients and receipts: without the token, which could be charged again, and our own bookkeeping."""
        hidden = {"payment_token", "fingerprint", "actor", "version", "steps"}
        values = {name: value for name, value in vars(self).items() if name not in hidden and value not in (None, {})}
        return {**values, "status": self.state}

    def item(self) -> dict[str, dict[str, Any]]:
        """As DynamoDB stores it; what is empty is left out.

        `refundable` is there for conditions, which cannot subtract; `step_keys`, because they cannot search in steps.
        """
        values = {**vars(self), "steps": [step.attributes() for step in self.steps]}
        item = {name: attribute(value) for name, value in values.items() if value not in (None, {}, [])}
        item["refundable"] = attribute(self.captured - self.refunded)
        if self.steps:
            item["step_keys"] = {"SS": [step.key for step in self.steps]}
        return item

    @classmethod
    def from_item(cls, item: Item) -> Payment:
        """Raises ValueError for an item that is no payment."""
        values = {name: _value(item[name]) for name in cls.__dataclass_fields__ if name in item}
        try:
            return cls(**{**values, "steps": tuple(Step(**step) for step in values.get("steps", ()))})
        except TypeError as error:
            raise ValueError(f"the item is no payment: {error}") from error


def payment_id(merchant_id: str, idempotency_key: str) -> str:
    """The same for the same merchant and key, so that a second request finds the first one's payment."""
    return f"pay_{_identifier(merchant_id, idempotency_key)}"


def timestamp(at: datetime) -> str:
    """ISO 8601, UTC, microseconds: the order of these texts is the order in time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _identifier(*parts: str) -> str:
    """160 bits of a hash, in base32: letters and 2 to 7; never one in which a card number could be read."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()
    while cards.contains(identifier := base64.b32encode(digest[:20]).decode().lower()):
        digest = hashlib.sha256(digest).digest()
    return identifier


def attribute(value: Any) -> dict[str, Any]:
    """A whole number, text, or a mapping or list of such, as the API of DynamoDB spells it."""
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, Mapping):
        return {"M": {name: attribute(inner) for name, inner in value.items()}}
    if isinstance(value, list):
        return {"L": [attribute(inner) for inner in value]}
    return {"S": value}


def _value(spelled: Mapping[str, Any]) -> Any:
    ((kind, value),) = spelled.items()
    if kind == "N":
        return int(value)
    if kind == "M":
        return {name: _value(inner) for name, inner in value.items()}
    if kind == "L":
        return [_value(inner) for inner in value]
    if kind == "S":
        return value
    raise ValueError(f"a payment has no attribute of type {kind}")
