"""Computes the expected receipt of a payment and compares the stored one with it. No AWS calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lib.operations.archive import RECEIPTS
from lib.operations.differences import Difference
from lib.operations.ledger import Payment

Receipt = Mapping[str, Any]


def receipt_key(payment: Payment) -> str:
    return f"{RECEIPTS}{payment.merchant_id}/{payment.payment_id}.json"


def receipt_of(payment: Payment) -> dict[str, Any]:
    """Return the expected receipt."""
    return {"receipt_for": payment.payment_id, "version": payment.version, **payment.archived}


def is_stale(receipt: Receipt, payment: Payment) -> bool:
    """Return whether the receipt has an older version."""
    version = receipt.get("version")
    return isinstance(version, int) and version < payment.version


def compare_receipt(payment: Payment, receipt: Receipt | None) -> Iterator[Difference]:
    """Yield the differences of a stored receipt; None stands for a missing receipt."""
    key = receipt_key(payment)
    if receipt is None:
        yield Difference("receipt missing", key, "there is no receipt", {"ledger": f"version {payment.version}"})
    elif is_stale(receipt, payment):
        values = {"ledger": f"version {payment.version}", "receipt": f"version {receipt['version']}"}
        yield Difference("receipt stale", key, "the receipt has an older version than the ledger", values)
    elif receipt != (wanted := receipt_of(payment)):
        names = sorted(name for name in {**receipt, **wanted} if receipt.get(name) != wanted.get(name))
        unlike = {
            "ledger": {name: wanted.get(name) for name in names},
            "receipt": {name: receipt.get(name) for name in names},
        }
        yield Difference("receipt differs", key, "the receipt and the ledger have different values", unlike)
