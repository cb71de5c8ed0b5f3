"""The life of a payment: its states, and where each step leads. The same table stands in docs/payments.md.

The ledger stores a `status`. It differs from the state in two ways: how much of a captured payment is refunded is seen
from its amounts, because a conditional write can add to an amount but not choose a word by the sum; and an
authorization that is being captured or voided is stored as `capturing` or `voiding`, so that nothing else begins.
"""

from __future__ import annotations

from collections.abc import Mapping

PENDING = "pending"
DECLINED = "declined"
AUTHORIZED = "authorized"
CAPTURED = "captured"
PARTIALLY_REFUNDED = "partially_refunded"
REFUNDED = "refunded"
VOIDED = "voided"
# Stored only.
CAPTURING = "capturing"
VOIDING = "voiding"

AUTHORIZE = "authorize"
SALE = "sale"
CAPTURE = "capture"
VOID = "void"
REFUND = "refund"
STEPS = (AUTHORIZE, SALE, CAPTURE, VOID, REFUND)

# Of a step, and so of a refund: `pending` until the gateway's answer is recorded, then `succeeded` or `declined`.
SUCCEEDED = "succeeded"
STEP_STATES = (PENDING, SUCCEEDED, DECLINED)

# Of one payment, after its making: at about 300 bytes each its item stays far below DynamoDB's 400 KB.
MAX_STEPS = 100
# For what ends a payment: the void of an authorization, the refund of all that is left.
MAX_LAST_STEPS = 300

# State -> step -> the states that it may lead to. A step that is not there is forbidden. While a step of an existing
# payment is pending, and if the gateway declines it, the payment keeps its state.
TRANSITIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    PENDING: {AUTHORIZE: (AUTHORIZED, DECLINED), SALE: (CAPTURED, DECLINED)},
    DECLINED: {},
    AUTHORIZED: {CAPTURE: (CAPTURED,), VOID: (VOIDED,)},
    CAPTURED: {REFUND: (PARTIALLY_REFUNDED, REFUNDED)},
    PARTIALLY_REFUNDED: {REFUND: (PARTIALLY_REFUNDED, REFUNDED)},
    REFUNDED: {},
    VOIDED: {},
}
# What the gateway is being asked for while an authorization keeps its state.
UNDER_WAY: Mapping[str, str] = {CAPTURING: CAPTURE, VOIDING: VOID}


def state(status: str, captured: int, refunded: int) -> str:
    """The state of a payment, from the status that is stored and its amounts."""
    if status in UNDER_WAY:
        return AUTHORIZED
    if status != CAPTURED or refunded == 0:
        return status
    return REFUNDED if refunded == captured else PARTIALLY_REFUNDED
