"""The port to a gateway's own record, in the terms of payments: no HTTP and no AWS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lib.operations.ledger import Payment

# Of a charge and of a refund at a gateway.
PENDING, DECLINED, AUTHORIZED, CAPTURED, VOIDED = "pending", "declined", "authorized", "captured", "voided"
SUCCEEDED = "succeeded"


@dataclass(frozen=True)
class Charge:
    """What the gateway has of a payment; amounts in minor units of the ISO 4217 currency. `created`: ISO 8601.

    `key` is the idempotency key that the charge was made with; `state` one of the above.
    """

    payment_id: str
    reference: str
    key: str
    amount: int
    currency: str
    state: str
    captured: int
    created: str
    livemode: bool = False
    decline_code: str | None = None


@dataclass(frozen=True)
class Refund:
    """What the gateway has of a refund; `state` is pending, succeeded or declined."""

    payment_id: str
    reference: str
    key: str
    amount: int
    state: str
    created: str


@dataclass(frozen=True)
class Found:
    """What the gateway has of one payment: one charge, unless something went wrong."""

    charges: tuple[Charge, ...] = ()
    refunds: tuple[Refund, ...] = ()


class Gateway(Protocol):
    """One gateway's record. Each method raises ToolError if the gateway cannot be asked."""

    keeps_record: bool  # False: its answers can be computed, and it lists nothing

    def charges(self, begin: datetime, end: datetime) -> Iterator[Charge]:
        """Those that were created in that time and belong to a payment."""

    def refunds(self, begin: datetime, end: datetime) -> Iterator[Refund]:
        """Those that were created in that time and belong to a payment."""

    def look_up(self, payment: Payment) -> Found:
        """What it has of that payment now."""


def gateway_key(payment_id: str, kind: str, step_key: str) -> str:
    """The idempotency key of a step's call at the gateway: docs/payments.md."""
    return f"{payment_id}_{kind}" if kind in ("sale", "authorize") else f"{payment_id}_{kind}_{step_key}"
