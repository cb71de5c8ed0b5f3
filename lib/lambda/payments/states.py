"""The states of a payment, and the state to which each step leads. docs/payments.md has the same table.

The ledger stores a `status`, which differs from the state in two ways. First, the amounts of a captured payment show
whether it is refunded: a conditional write can add to an amount but cannot choose a status by the sum. Second, an
authorization with a pending capture or void is stored as `capturing` or `voiding`, so that no other step can begin.
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

# States of a step, and so of a refund: `pending` until the outcome is recorded, then `succeeded` or `declined`.
SUCCEEDED = "succeeded"
STEP_STATES = (PENDING, SUCCEEDED, DECLINED)

# The maximum number of later steps of a payment. Each has about 300 bytes, so the item stays below DynamoDB's 400 KB.
MAX_STEPS = 100
# The maximum for steps that end a payment: the void of an authorization, and the refund of the whole remaining amount.
MAX_LAST_STEPS = 300

# State -> step -> the states that it may lead to. Other steps are forbidden. While a step of an existing payment is
# pending, and if the gateway declines it, the payment keeps its state.
TRANSITIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    PENDING: {AUTHORIZE: (AUTHORIZED, DECLINED), SALE: (CAPTURED, DECLINED)},
    DECLINED: {},
    AUTHORIZED: {CAPTURE: (CAPTURED,), VOID: (VOIDED,)},
    CAPTURED: {REFUND: (PARTIALLY_REFUNDED, REFUNDED)},
    PARTIALLY_REFUNDED: {REFUND: (PARTIALLY_REFUNDED, REFUNDED)},
    REFUNDED: {},
    VOIDED: {},
}
# Stored status -> the pending step of an authorization.
UNDER_WAY: Mapping[str, str] = {CAPTURING: CAPTURE, VOIDING: VOID}


def state(status: str, captured: int, refunded: int) -> str:
    """Return the state of a payment, from its stored status and its amounts."""
    if status in UNDER_WAY:
        return AUTHORIZED
    if status != CAPTURED or refunded == 0:
        return status
    return REFUNDED if refunded == captured else PARTIALLY_REFUNDED
