"""The simulated gateway's record. The gateway stores nothing, so this module computes it from the hashes of tokens.

The module repeats the rules of lib/lambda/payments/simulated.py instead of importing them, so that a mistake there
becomes a difference.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

from lib.operations.gateways.record import (
    AUTHORIZED,
    CAPTURED,
    DECLINED,
    PENDING,
    SUCCEEDED,
    VOIDED,
    Charge,
    Found,
    Refund,
    gateway_key,
)
from lib.operations.ledger import Payment

# The module recognizes the tokens of these decline codes by their hashes: docs.stripe.com/declines/codes
CODES = (
    *("card_declined", "card_not_supported", "do_not_honor", "expired_card", "fraudulent", "generic_decline"),
    *("incorrect_cvc", "insufficient_funds", "invalid_account", "lost_card", "pickup_card", "processing_error"),
    *(
        "restricted_card",
        "stolen_card",
        "transaction_not_allowed",
        "try_again_later",
        "withdrawal_count_limit_exceeded",
    ),
)


def token_hash(token: str) -> str:
    """Return the hash that the ledger stores after the gateway has answered."""
    return hashlib.sha256(token.encode()).hexdigest()[:20]


REFUND_DECLINED = token_hash("tok_refund_declined")
DECLINES = {
    token_hash("tok_unknown_then_declined"): "do_not_honor",
    token_hash("tok_declined_"): "generic_decline",
    **{token_hash(f"tok_declined_{code}"): code for code in CODES},
}


class Simulated:
    """Computes the simulated gateway's answers to the steps in the ledger."""

    keeps_record = False

    def charges(self, begin: datetime, end: datetime) -> Iterator[Charge]:  # noqa: ARG002 - there are none
        return iter(())

    def refunds(self, begin: datetime, end: datetime) -> Iterator[Refund]:  # noqa: ARG002 - there are none
        return iter(())

    def look_up(self, payment: Payment) -> Found:
        hashed, making = payment.token_hash or "", payment.making
        code = payment.archived.get("decline_code")
        declined = code if code and hashed == token_hash(f"tok_declined_{code}") else DECLINES.get(hashed)
        suffix = "_refunds_declined" if hashed == REFUND_DECLINED else ""
        charge = Charge(
            payment_id=payment.payment_id,
            reference="" if declined else f"sim_{payment.payment_id}{suffix}",
            key=gateway_key(payment.payment_id, making.kind, making.key),
            amount=payment.archived["amount"],
            currency=payment.archived["currency"],
            state=DECLINED if declined else _approved(payment),
            captured=0 if declined else payment.archived["captured"],
            created=making.at,
            decline_code=declined,
        )
        refunds = tuple(
            Refund(
                payment_id=payment.payment_id,
                reference=charge.reference,
                key=gateway_key(payment.payment_id, step.kind, step.key),
                amount=step.amount or 0,
                state=DECLINED if suffix else PENDING if step.is_pending else SUCCEEDED,
                created=step.at,
            )
            for step in payment.steps.values()
            if step.kind == "refund"
        )
        return Found((charge,), refunds)


def _approved(payment: Payment) -> str:
    """Return the state of the payment's charge. The gateway approves every step that it does not decline."""
    if payment.status in (CAPTURED, VOIDED):
        return payment.status
    return CAPTURED if payment.making.kind == "sale" else AUTHORIZED
