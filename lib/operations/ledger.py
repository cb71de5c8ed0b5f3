"""The ledger as it is read: every payment, as the archive should show it.

The rules are written down here a second time, on purpose: a comparison that asked the functions' code what is right
would agree with its mistakes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SHOWN = (
    *("payment_id", "merchant_id", "amount", "currency", "captured", "refunded", "created_at", "updated_at"),
    *("customer_id", "metadata"),
)


@dataclass(frozen=True)
class Payment:
    """`shown` is what audit records and receipts say of it; `version` counts its changes from 1."""

    payment_id: str
    merchant_id: str
    version: int
    updated_at: datetime
    shown: Mapping[str, Any]


def read(client: Any, table: str) -> tuple[dict[str, Payment], list[str]]:
    """The payments by their ids, and the ids of items that are none. `client`: boto3's of DynamoDB."""
    payments: dict[str, Payment] = {}
    others: list[str] = []
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            payment = payment_of(item)
            if payment:
                payments[payment.payment_id] = payment
            else:
                others.append(str(item["payment_id"]["S"]))
    return payments, others


def payment_of(item: Mapping[str, Any]) -> Payment | None:
    """From an item as DynamoDB spells it; None for one that is no payment."""
    try:
        values = {name: _plain(item[name]) for name in (*SHOWN, "status", "version") if name in item}
        shown = {name: values[name] for name in SHOWN if values.get(name) not in (None, {})}
        shown["status"] = _status(values["status"], values["captured"], values["refunded"])
        return Payment(
            payment_id=values["payment_id"],
            merchant_id=values["merchant_id"],
            version=values["version"],
            updated_at=datetime.fromisoformat(values["updated_at"]),
            shown=shown,
        )
    except (KeyError, TypeError, ValueError):
        return None


def _status(stored: str, captured: int, refunded: int) -> str:
    """docs/payments.md: how far a payment is refunded is seen from its amounts."""
    if stored != "captured" or refunded == 0:
        return stored
    return "refunded" if refunded == captured else "partially_refunded"


def _plain(spelled: Mapping[str, Any]) -> Any:
    ((kind, value),) = spelled.items()
    if kind == "N":
        return int(value)
    if kind == "M":
        return {name: _plain(inner) for name, inner in value.items()}
    return value
