"""The conditional writes of a step, as DynamoDB expressions. No AWS calls.

Every condition contains the merchant, so that no request reaches another merchant's payment. It also contains the
step's key, so that a step begins once and has one outcome. Conditions cannot calculate, so the item has two more
attributes: a refund's intent deducts its amount from `refundable`, and `pending_refunds` counts the refunds without an
outcome.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any

from payments.item import attribute, step_values
from payments.payment import GATEWAY, Payment
from payments.states import (
    AUTHORIZE,
    AUTHORIZED,
    CAPTURE,
    CAPTURED,
    CAPTURING,
    DECLINED,
    MAX_LAST_STEPS,
    MAX_STEPS,
    PENDING,
    REFUND,
    SALE,
    SUCCEEDED,
    VOID,
    VOIDED,
    VOIDING,
)
from payments.step import Outcome, Step

# Kind of step -> condition of its intent, and what the intent sets.
BEGIN_IF = {
    CAPTURE: "#status = :authorized AND #amount >= :amount AND size(#steps) <= :most",
    VOID: "#status = :authorized AND size(#steps) <= :last",
    REFUND: "#status = :captured AND #refundable >= :amount "
    "AND (size(#steps) <= :most OR (#refundable = :amount AND size(#steps) <= :last))",
}
BEGIN = {
    CAPTURE: "#status = :capturing, #due_at = :due_at, #pending_since = :at",
    VOID: "#status = :voiding, #due_at = :due_at, #pending_since = :at",
    # If another refund is pending, the settler's time for the first of them stays.
    REFUND: "#refundable = #refundable - :amount, #pending_refunds = if_not_exists(#pending_refunds, :zero) + :one, "
    "#due_at = if_not_exists(#due_at, :due_at), #pending_since = if_not_exists(#pending_since, :at)",
}
# Kind of step -> what an approval sets, and what a decline sets.
APPROVED = {
    AUTHORIZE: "#status = :authorized, #gateway_reference = :reference, #token_hash = :token_hash",
    SALE: "#status = :captured, #captured = #amount, #refundable = #amount, #gateway_reference = :reference, "
    "#token_hash = :token_hash",
    CAPTURE: "#status = :captured, #captured = :amount, #refundable = :amount, #gateway_reference = :reference",
    VOID: "#status = :voided",
    REFUND: "#refunded = #refunded + :amount",
}
REFUSED = {
    AUTHORIZE: "#status = :declined, #token_hash = :token_hash, #decline_code = :decline_code",
    SALE: "#status = :declined, #token_hash = :token_hash, #decline_code = :decline_code",
    CAPTURE: "#status = :authorized, #steps.#key.#decline_code = :decline_code",
    VOID: "#status = :authorized, #steps.#key.#decline_code = :decline_code",
    REFUND: "#refundable = #refundable + :amount, #steps.#key.#decline_code = :decline_code",
}
OUTCOME = (
    "#version = #version + :one, #updated_at = :at, #steps.#key.#state = :state, #steps.#key.#settled_at = :at, "
    "#steps.#key.#version = #version + :one"
)
BEGUN = "#version = #version + :one, #updated_at = :at, #steps.#key = :step, #awaiting = :gateway"
CONSTANTS: Mapping[str, str | int] = {
    **{status: status for status in (AUTHORIZED, CAPTURED, CAPTURING, DECLINED, PENDING, VOIDED, VOIDING)},
    "gateway": GATEWAY,
    "capture": CAPTURE,
    "zero": 0,
    "one": 1,
    "most": MAX_STEPS,
    "last": MAX_LAST_STEPS,
}


def intent(merchant_id: str, step: Step, due_at: str) -> dict[str, Any]:
    """Return the write that begins a step if the payment allows it. It reserves the amount and registers the key."""
    condition = f"#merchant_id = :merchant_id AND attribute_not_exists(#steps.#key) AND {BEGIN_IF[step.kind]}"
    changes = f"{BEGUN}, {BEGIN[step.kind]}"
    if step.amount is None:  # a capture of the whole amount refers to the amount by its name
        condition = condition.replace(":amount", "#amount")
    values = {"due_at": due_at, "at": step.at, "step": step_values(step), "amount": step.amount}
    return _write(condition, changes, "", merchant_id, step.key, values)


def outcome(payment: Payment, step: Step, told: Outcome, *, last: bool) -> dict[str, Any]:
    """Return the write that records a pending step's outcome. `last`: no other refund is pending.

    The condition fails if the step already has an outcome, or if another refund began or ended since the last read.
    """
    conditions = ["#merchant_id = :merchant_id", "#steps.#key.#state = :pending"]
    changes = [OUTCOME, (APPROVED if told.state == SUCCEEDED else REFUSED)[step.kind]]
    removed = ["#payment_token"] if step.makes_the_payment else []
    if step.kind == REFUND and not last:
        conditions.append("#pending_refunds > :one")
        changes.append("#pending_refunds = #pending_refunds - :one")
    elif told.waits_until:
        changes.append("#awaiting = :capture, #due_at = :due_at")
        removed.append("#pending_since")
    else:
        removed += ["#awaiting", "#due_at", "#pending_since"]
        if step.kind == REFUND:
            conditions.append("#pending_refunds = :one")
            removed.append("#pending_refunds")
    if told.settled_by:
        changes.append("#steps.#key.#settled_by = :settled_by")
    if told.capture_before:
        changes.append("#capture_before = :capture_before")
    if step.kind == REFUND and told.reference:
        changes.append("#steps.#key.#reference = :reference")
    values = {
        **{name: value for name, value in vars(told).items() if value is not None},
        "due_at": told.waits_until,
        "amount": payment.amount if step.amount is None else step.amount,
    }
    return _write(
        " AND ".join(conditions), ", ".join(changes), ", ".join(removed), payment.merchant_id, step.key, values
    )


def postponement(payment: Payment, due_at: str) -> dict[str, Any]:
    """Return the write that postpones the settler's next attempt, unless the payment has changed."""
    condition = "#merchant_id = :merchant_id AND #version = :version"
    values = {"version": payment.version, "due_at": due_at}
    return _write(condition, "#due_at = :due_at", "", payment.merchant_id, "", values)


def _write(
    condition: str, changes: str, removed: str, merchant_id: str, key: str, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the arguments of UpdateItem, with only the names and values that the expressions use."""
    update = f"SET {changes} REMOVE {removed}" if removed else f"SET {changes}"
    used = _placeholders(f"{condition} {update}")
    known = {**CONSTANTS, "merchant_id": merchant_id, **values}
    return {
        "ConditionExpression": condition,
        "UpdateExpression": update,
        "ExpressionAttributeNames": {f"#{name}": key if name == "key" else name for name in used["#"]},
        "ExpressionAttributeValues": {f":{name}": attribute(known[name]) for name in used[":"]},
    }


@functools.cache
def _placeholders(expressions: str) -> dict[str, list[str]]:
    """Return the placeholders in the expressions: sign (`#` or `:`) -> sorted names.

    Cached, because there are only a few dozen different expressions.
    """
    return {sign: sorted(set(re.findall(rf"{sign}(\w+)", expressions))) for sign in "#:"}
