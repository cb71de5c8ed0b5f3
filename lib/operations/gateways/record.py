"""The port to a gateway's own record, in terms of payments, without HTTP and AWS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lib.operations.ledger import Payment

# States of charges and refunds at a gateway.
PENDING, DECLINED, AUTHORIZED, CAPTURED, VOIDED = "pending", "declined", "authorized", "captured", "voided"
SUCCEEDED = "succeeded"


@dataclass(frozen=True)
class Charge:
    """The gateway's record of a payment. Amounts are in minor units of the ISO 4217 currency. `created` is ISO 8601.

    `key` is the idempotency key of the charge. `state` is one of the constants of this module.
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
    """The gateway's record of a refund; `state` is pending, succeeded or declined."""

    payment_id: str
    reference: str
    key: str
    amount: int
    state: str
    created: str


@dataclass(frozen=True)
class Found:
    """The gateway's records of one payment. It normally has one charge."""

    charges: tuple[Charge, ...] = ()
    refunds: tuple[Refund, ...] = ()


class Gateway(Protocol):
    """The record of one gateway. Each method raises ToolError if the gateway does not answer."""

    keeps_record: bool  # False for a gateway that stores nothing: it lists nothing, and `look_up` computes its answers

    def charges(self, begin: datetime, end: datetime) -> Iterator[Charge]:
        """Yield this stack's charges that were made or changed from `begin` to `end`, and perhaps older charges."""

    def refunds(self, begin: datetime, end: datetime) -> Iterator[Refund]:
        """Yield this stack's refunds that were made from `begin` to `end`."""

    def look_up(self, payment: Payment) -> Found:
        """Return the current records of a payment."""


def gateway_key(payment_id: str, kind: str, step_key: str) -> str:
    """Return the idempotency key of a step's gateway call, as docs/payments.md defines it."""
    return f"{payment_id}_{kind}" if kind in ("sale", "authorize") else f"{payment_id}_{kind}_{step_key}"
