"""Compares a payment's steps with its gateway's record. No AWS calls, no HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lib.operations.differences import Difference
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
from lib.operations.ledger import Payment, Step

# Stored status -> possible states of its charge. While a step is pending, the gateway may already have done it.
STATES = {
    "declined": (DECLINED,),
    "authorized": (AUTHORIZED,),
    "capturing": (AUTHORIZED, CAPTURED),
    "voiding": (AUTHORIZED, VOIDED),
    "captured": (CAPTURED,),
    "voided": (VOIDED,),
}


def compare_gateway(payment: Payment, found: Found) -> Iterator[Difference]:
    """Yield the differences between a payment and its gateway's record.

    A charge or refund whose outcome is pending in the ledger is not compared.
    """
    own = next((charge for charge in found.charges if charge.reference == payment.gateway_reference), None)
    if own is None and found.charges:
        own = found.charges[0]
    if not payment.making.is_pending:
        yield from _charge(payment, own)
    yield from (only_at_gateway(charge) for charge in found.charges if charge is not own and is_effect(charge))
    made = {refund.key: refund for refund in found.refunds}
    for step in payment.steps.values():
        if step.kind == "refund":
            refund = made.pop(gateway_key(payment.payment_id, step.kind, step.key), None)
            if not step.is_pending:
                yield from _refund(payment, step, refund)
    yield from (only_at_gateway(refund) for refund in made.values() if refund.state != DECLINED)


def only_at_gateway(found: Charge | Refund) -> Difference:
    """Return the difference for a charge or refund without a record in the ledger."""
    what = "charge" if isinstance(found, Charge) else "refund"
    detail = f"the gateway has the {what} {found.reference} of {found.amount}, made at {found.created}"
    return Difference("only at the gateway", found.payment_id, detail, {"ledger": None, "gateway": found.state})


def is_effect(charge: Charge) -> bool:
    """Return whether the charge holds or moves money."""
    return charge.state in (AUTHORIZED, CAPTURED)


def _charge(payment: Payment, charge: Charge | None) -> Iterator[Difference]:
    declined = payment.status == DECLINED
    if charge is None:
        # No difference: a gateway need not store a charge that it refused at once.
        if not declined:
            values = {"ledger": payment.status, "gateway": None}
            yield Difference("not at the gateway", payment.payment_id, f"no charge {payment.gateway_reference}", values)
        return
    archived = payment.archived
    pairs: list[tuple[str, Any, Any]] = [
        ("state", payment.status, charge.state),
        ("amount", archived["amount"], charge.amount),
        ("currency", archived["currency"], charge.currency),
        ("livemode", archived["livemode"], charge.livemode),
        ("key", gateway_key(payment.payment_id, payment.making.kind, payment.making.key), charge.key),
    ]
    if not declined:
        pairs.append(("reference", payment.gateway_reference, charge.reference))
    if payment.status == CAPTURED:
        pairs.append(("captured", archived["captured"], charge.captured))
    if declined and charge.decline_code is not None:
        pairs.append(("decline_code", archived.get("decline_code"), charge.decline_code))
    unlike = [
        (name, ours, theirs)
        for name, ours, theirs in pairs
        if (theirs not in STATES.get(str(ours), ()) if name == "state" else ours != theirs)
    ]
    yield from _different(payment, f"charge {charge.reference}".strip(), unlike)


def _refund(payment: Payment, step: Step, refund: Refund | None) -> Iterator[Difference]:
    if refund is None:
        if step.state == SUCCEEDED:
            detail = f"no refund of {step.amount}, recorded at {step.settled_at} by {step.actor}"
            values = {"ledger": step.state, "gateway": None}
            yield Difference("not at the gateway", payment.payment_id, detail, values)
        return
    # A refund in progress at the gateway counts as agreed; if it fails later, a later run reports it.
    agree = refund.state == step.state or (step.state == SUCCEEDED and refund.state == PENDING)
    unlike: list[tuple[str, Any, Any]] = [] if agree else [("state", step.state, refund.state)]
    if step.amount != refund.amount:
        unlike.append(("amount", step.amount, refund.amount))
    yield from _different(payment, f"refund {refund.reference} of {step.amount}", unlike)


def _different(payment: Payment, what: str, unlike: Sequence[tuple[str, Any, Any]]) -> Iterator[Difference]:
    if unlike:
        values = {
            "ledger": {name: ours for name, ours, _ in unlike},
            "gateway": {name: theirs for name, _, theirs in unlike},
        }
        yield Difference("gateway differs", payment.payment_id, f"the gateway has the {what} otherwise", values)
