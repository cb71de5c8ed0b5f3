"""A payment: what it is, what identifies it, how it is stored and shown. No AWS here."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

AUTHORIZED = "authorized"
CAPTURED = "captured"

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
class Payment:
    """One payment as the ledger holds it. Times: ISO 8601, UTC, microseconds; `version` counts from 1."""

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

    @classmethod
    def new(cls, request: Request, idempotency_key: str, actor: str, now: datetime) -> Payment:
        """The payment that a request makes; `actor` is who asked for it."""
        at = now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
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

    def shown(self) -> dict[str, Any]:
        """For clients and receipts: without the token, which could be charged again, and our own bookkeeping."""
        hidden = {"payment_token", "fingerprint", "actor", "version"}
        return {name: value for name, value in vars(self).items() if name not in hidden and value not in (None, {})}

    def item(self) -> dict[str, dict[str, Any]]:
        """As DynamoDB stores it; what is empty is left out."""
        return {name: _attribute(value) for name, value in vars(self).items() if value not in (None, {})}

    @classmethod
    def from_item(cls, item: Item) -> Payment:
        """Raises ValueError for an item that is no payment."""
        values = {name: _value(item[name]) for name in cls.__dataclass_fields__ if name in item}
        try:
            return cls(**values)
        except TypeError as error:
            raise ValueError(f"the item is no payment: {error}") from error


def payment_id(merchant_id: str, idempotency_key: str) -> str:
    """The same for the same merchant and key, so that a second request finds the first one's payment.

    Base32 has too few digits among its characters to look like a card number.
    """
    digest = hashlib.sha256(json.dumps([merchant_id, idempotency_key]).encode()).digest()
    return "pay_" + base64.b32encode(digest[:20]).decode().lower()


def _attribute(value: Any) -> dict[str, Any]:
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, Mapping):
        return {"M": {name: {"S": inner} for name, inner in value.items()}}
    return {"S": value}


def _value(attribute: Mapping[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    if kind == "N":
        return int(value)
    if kind == "M":
        return {name: inner["S"] for name, inner in value.items()}
    if kind == "S":
        return value
    raise ValueError(f"a payment has no attribute of type {kind}")
