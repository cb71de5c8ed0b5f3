"""The life of a payment: its states, and where each step leads. The same table stands in docs/payments.md.

The ledger stores whether a payment is authorized, captured or voided; how much of it is refunded is seen from its
amounts, because a conditional write can add to an amount but not choose a word by the sum.
"""

from __future__ import annotations

from collections.abc import Mapping

AUTHORIZED = "authorized"
CAPTURED = "captured"
PARTIALLY_REFUNDED = "partially_refunded"
REFUNDED = "refunded"
VOIDED = "voided"

CAPTURE = "capture"
VOID = "void"
REFUND = "refund"
STEPS = (CAPTURE, VOID, REFUND)

# State -> step -> the states that it may lead to. A step that is not there is forbidden.
TRANSITIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    AUTHORIZED: {CAPTURE: (CAPTURED,), VOID: (VOIDED,)},
    CAPTURED: {REFUND: (PARTIALLY_REFUNDED, REFUNDED)},
    PARTIALLY_REFUNDED: {REFUND: (PARTIALLY_REFUNDED, REFUNDED)},
    REFUNDED: {},
    VOIDED: {},
}


def state(stored: str, captured: int, refunded: int) -> str:
    """The state of a payment, from the status that is stored and its amounts."""
    if stored != CAPTURED or refunded == 0:
        return stored
    return REFUNDED if refunded == captured else PARTIALLY_REFUNDED
