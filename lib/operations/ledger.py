"""Reads the ledger: every payment, in the form in which the archive must have it.

This module repeats rules of the functions' code instead of importing them, so that a mistake there becomes a
difference. docs/payments.md describes the item.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lib.operations.window import CLOCKS_DIFFER, Window

# Attributes in the archive: those that clients see, without personal data.
ARCHIVED = (
    *("payment_id", "merchant_id", "amount", "currency", "captured", "refunded", "decline_code", "livemode"),
    *("created_at", "updated_at"),
)
BOOKKEEPING = (
    "status",
    "version",
    "steps",
    "gateway",
    "gateway_reference",
    "token_hash",
    "capture_before",
    "refundable",
)
READ = tuple(dict.fromkeys((*ARCHIVED, *BOOKKEEPING)))
AMOUNTS = ("amount", "captured", "refunded")
MAKING = ("sale", "authorize")
UNDER_WAY = {"capturing": "capture", "voiding": "void"}  # stored status -> the step that is pending

Item = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Step:
    """One step: its actor, its request, and its outcome. `state` is pending, succeeded or declined.

    `version` is the payment's version after the outcome.
    """

    key: str
    kind: str
    at: str
    actor: str
    actor_id: str
    request_id: str
    state: str
    amount: int | None = None
    version: int | None = None
    settled_at: str | None = None
    settled_by: str | None = None
    decline_code: str | None = None
    reference: str | None = None

    @property
    def is_pending(self) -> bool:
        return self.state == "pending"

    def times(self) -> list[datetime]:
        """Return the time at which the step began, and, if it has an outcome, the time of the outcome."""
        return [datetime.fromisoformat(text) for text in (self.at, self.settled_at) if text]


@dataclass(frozen=True)
class Payment:
    """A payment. `archived` is its form in audit records and receipts. `version` counts its changes from 1."""

    payment_id: str
    merchant_id: str
    version: int
    updated_at: datetime
    status: str
    gateway: str
    gateway_reference: str | None
    token_hash: str | None
    refundable: int
    archived: Mapping[str, Any]
    steps: Mapping[str, Step]

    @property
    def making(self) -> Step:
        """Return the step that created the payment."""
        return next(step for step in self.steps.values() if step.kind in MAKING)

    def times(self) -> list[datetime]:
        """Return the times of all its changes."""
        return [at for step in self.steps.values() for at in step.times()]

    @property
    def changes(self) -> int:
        """Return the number of changes that the steps made: one for each intent, and one for each outcome."""
        return sum(1 if step.is_pending else 2 for step in self.steps.values())

    def inconsistencies(self) -> dict[str, tuple[Any, Any]]:
        """Return the attributes that contradict the item's steps: name -> (stored value, value from the steps)."""
        refunds = [step for step in self.steps.values() if step.kind == "refund"]
        refunded = sum(step.amount or 0 for step in refunds if step.state == "succeeded")
        reserved = sum(step.amount or 0 for step in refunds if step.is_pending)
        status, captured = self._status_and_captured()
        pairs = {
            "status": (self.status, status),
            "captured": (self.archived["captured"], captured),
            "refunded": (self.archived["refunded"], refunded),
            "refundable": (self.refundable, captured - refunded - reserved),
            # Erasing personal data adds a version without a step.
            "version": (self.version, max(self.version, self.changes)),
        }
        return {name: values for name, values in pairs.items() if values[0] != values[1]}

    def _status_and_captured(self) -> tuple[str, int]:
        amount = int(self.archived["amount"])
        if self.making.state != "succeeded":
            return self.making.state, 0
        status, captured = ("captured", amount) if self.making.kind == "sale" else ("authorized", 0)
        for step in self.steps.values():
            if step.kind == "capture" and step.state == "succeeded":
                status, captured = "captured", amount if step.amount is None else step.amount
            elif step.kind == "void" and step.state == "succeeded":
                status = "voided"
            elif step.kind in UNDER_WAY.values() and step.is_pending and status == "authorized":
                status = next(stored for stored, kind in UNDER_WAY.items() if kind == step.kind)
        return status, captured


def scan(client: Any, table: str, window: Window | None = None) -> Iterator[Item]:
    """Yield the items, without token, customer and metadata. With a window, yield those that may have changed in it.

    `client`: a boto3 client of DynamoDB. The window's filter reduces the transferred data, not the cost.
    """
    names = {f"#{name}": name for name in READ}
    arguments: dict[str, Any] = {
        "TableName": table,
        "ConsistentRead": True,
        "ProjectionExpression": ", ".join(names),
        "ExpressionAttributeNames": names,
    }
    if window and not window.is_everything:
        arguments["FilterExpression"] = (
            "attribute_not_exists(#updated_at) OR (#created_at < :end AND #updated_at >= :begin)"
        )
        arguments["ExpressionAttributeValues"] = {
            ":begin": {"S": _timestamp(window.begin - CLOCKS_DIFFER)},
            ":end": {"S": _timestamp(window.end + CLOCKS_DIFFER)},
        }
    for page in client.get_paginator("scan").paginate(**arguments):
        yield from page["Items"]


def payments(client: Any, table: str) -> Iterator[Payment]:
    """Yield every payment, without items that are not payments."""
    return (payment for item in scan(client, table) if (payment := payment_of(item)))


def find(client: Any, table: str, payment_id: str) -> Item | None:
    """Return the payment's item as last written."""
    found = client.get_item(TableName=table, Key={"payment_id": {"S": payment_id}}, ConsistentRead=True)
    item: Item | None = found.get("Item")
    return item


def payment_of(item: Item) -> Payment | None:
    """Return the payment in an item in DynamoDB's format; None if the item is not a payment."""
    try:
        values = {name: _plain(item[name]) for name in READ if name in item}
        steps = {key: Step(key=key, **step) for key, step in values["steps"].items()}
        if sum(step.kind in MAKING for step in steps.values()) != 1:
            return None
        return _check(
            Payment(
                payment_id=values["payment_id"],
                merchant_id=values["merchant_id"],
                version=values["version"],
                updated_at=datetime.fromisoformat(values["updated_at"]),
                status=values["status"],
                gateway=values["gateway"],
                gateway_reference=values.get("gateway_reference"),
                token_hash=values.get("token_hash"),
                refundable=values.get("refundable", 0),
                archived=_archived(values, steps),
                steps=steps,
            )
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _check(payment: Payment) -> Payment:
    """Return the payment. Raises TypeError or ValueError if an amount, a version or a time has the wrong type."""
    numbers = [payment.version, payment.refundable, *(payment.archived[name] for name in AMOUNTS)]
    known = [number for step in payment.steps.values() for number in (step.amount, step.version) if number is not None]
    if not all(type(number) is int for number in (*numbers, *known)):
        raise TypeError("amounts and versions are whole numbers")
    if not all(at.tzinfo for at in [payment.updated_at, *payment.times()]):
        raise ValueError("times have a time zone")
    return payment


def _archived(values: Mapping[str, Any], steps: Mapping[str, Step]) -> dict[str, Any]:
    state = _state(values["status"], values["captured"], values["refunded"])
    refunds = sorted((step for step in steps.values() if step.kind == "refund"), key=lambda step: (step.at, step.key))
    shown = {
        **{name: values.get(name) for name in ARCHIVED},
        "status": state,
        "pending_step": UNDER_WAY.get(values["status"]),
        "capture_before": values.get("capture_before") if state == "authorized" else None,
        "refunds": [_refund(step) for step in refunds],
    }
    return {name: value for name, value in shown.items() if value not in (None, [])}


def _refund(step: Step) -> dict[str, Any]:
    values = {
        "refund_id": f"ref_{step.key}",
        "amount": step.amount,
        "status": step.state,
        "decline_code": step.decline_code,
        "created_at": step.at,
    }
    return {name: value for name, value in values.items() if value is not None}


def _state(status: str, captured: int, refunded: int) -> str:
    """Return the state from status and amounts, as in docs/payments.md."""
    if status in UNDER_WAY:
        return "authorized"
    if status != "captured" or refunded == 0:
        return status
    return "refunded" if refunded == captured else "partially_refunded"


def _plain(spelled: Mapping[str, Any]) -> Any:
    ((kind, value),) = spelled.items()
    if kind == "N":
        return int(value)
    if kind == "M":
        return {name: _plain(inner) for name, inner in value.items()}
    return value


def _timestamp(at: datetime) -> str:
    """Return a time in the ledger's format, which sorts by time."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")
