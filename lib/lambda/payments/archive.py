"""The archive's objects: an audit record for each change of the ledger, a receipt for each payment. No AWS calls.

Object names are derived from the changes, so that a repeated write replaces the same objects
(docs/decisions/0008-audit-objects-are-named-by-their-first-record.md).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from payments import cards
from payments.item import from_item
from payments.payment import Payment
from payments.step import Step

PRIVATE = ("payment_token", "customer_id", "metadata")
EVENTS = {"INSERT": "created", "MODIFY": "changed", "REMOVE": "removed"}


@dataclass(frozen=True)
class Change:
    """One change of the ledger. `before` is None for a created payment, `after` is None for a removed one.

    `remover` is the principal that removed the item. The stream names it only for removals by DynamoDB itself (TTL).
    """

    sequence_number: str
    event: str
    at: datetime
    before: Payment | None
    after: Payment | None
    remover: str = "unknown"

    @classmethod
    def from_stream(cls, record: Mapping[str, Any]) -> Change:
        """Parse a record of the table's stream. Raises ValueError if the record is not a change of a payment.

        docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
        """
        try:
            change = record["dynamodb"]
            before, after = change.get("OldImage"), change.get("NewImage")
            if not before and not after:
                raise ValueError("the record has neither an OldImage nor a NewImage")
            return cls(
                sequence_number=change["SequenceNumber"],
                event=EVENTS[record["eventName"]],
                at=datetime.fromtimestamp(float(change["ApproximateCreationDateTime"]), UTC),
                before=from_item(before) if before else None,
                after=from_item(after) if after else None,
                remover=str((record.get("userIdentity") or {}).get("principalId", "unknown")),
            )
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"the record has no valid {error}") from error

    @property
    def payment(self) -> Payment:
        """Return the payment after the change; for a removal, the payment before it."""
        payment = self.after or self.before
        if payment is None:
            raise ValueError("the change has neither a payment before nor after it")
        return payment

    @property
    def is_postponement(self) -> bool:
        """Return whether only the time of the settler's next attempt has changed. Such a change has no audit record."""
        if self.before is None or self.after is None:
            return False
        return self.before != self.after and replace(self.before, due_at=None) == replace(self.after, due_at=None)

    @property
    def step(self) -> Step | None:
        """Return the step that began or ended with this change; None for a change without a step."""
        before = self.before.steps if self.before else {}
        changed = [step for key, step in (self.after.steps if self.after else {}).items() if before.get(key) != step]
        return changed[0] if len(changed) == 1 else None


@dataclass(frozen=True)
class Document:
    """An object of the archive. It replaces an existing object; if it has a `version`, only an older one."""

    key: str
    content: bytes
    version: int | None = None
    content_type: str = "application/json"


def receipts(changes: Iterable[Change]) -> list[Document]:
    """Return a receipt for each payment in the changes: its newest version. A removed payment keeps its old receipt."""
    newest: dict[str, Payment] = {}
    for change in changes:
        payment = change.after
        if payment and (payment.payment_id not in newest or newest[payment.payment_id].version < payment.version):
            newest[payment.payment_id] = payment
    return [_receipt(payment) for payment in newest.values()]


def audit_trail(changes: Iterable[Change]) -> list[Document]:
    """Return an object for each day with the audit records of its changes, named after the first change.

    An object is below `audit/year=…/month=…/day=…/`. It is gzip-compressed, with one JSON object a line. A change that
    occurs twice has one record.
    """
    days: dict[str, dict[tuple[str, str], Change]] = {}
    for change in changes:
        day = f"{change.at:year=%Y/month=%m/day=%d}"
        days.setdefault(day, {}).setdefault((change.payment.payment_id, change.sequence_number), change)
    return [_audit_object(day, list(changed.values())) for day, changed in days.items()]


def poison(record: Mapping[str, Any], reason: str) -> Document:
    """Return the object that sets aside a stream record which can never be archived.

    It contains neither tokens, personal data nor card numbers.
    """
    number = str(record["dynamodb"]["SequenceNumber"])
    document = {"sequence_number": number, "reason": reason, "record": _without_private(record)}
    key = f"set-aside/{number}-{record.get('eventID', 'unnamed')}.json"
    return Document(key=key, content=_line(cards.redact_all(document)))


def _without_private(value: Any) -> Any:
    """Return the value without the token, which could be charged, and without personal data."""
    if isinstance(value, Mapping):
        hidden = {name: {"S": "removed"} for name in PRIVATE if name in value}
        return {**{name: _without_private(inner) for name, inner in value.items()}, **hidden}
    return value


def _audit_object(day: str, changes: list[Change]) -> Document:
    """Return the object. Its name has a payment id too, because sequence numbers are unique only within a shard."""
    first = changes[0]
    lines = b"".join(_line(_audit_record(change)) for change in changes)
    return Document(
        key=f"audit/{day}/{first.sequence_number}-{first.payment.payment_id}.json.gz",
        content=gzip.compress(lines, mtime=0),  # the same bytes for the same records
        content_type="application/gzip",
    )


def _audit_record(change: Change) -> dict[str, Any]:
    """Return an audit record. Its actor and request are those of the step; for a removal, those in the stream."""
    payment, step = change.payment, change.step
    nobody = change.remover if change.after is None else "unknown"
    return {
        "sequence_number": change.sequence_number,
        "event": change.event,
        "at": change.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "actor": step.actor if step else nobody,
        "actor_id": step.actor_id if step else nobody,
        "request_id": step.request_id if step else None,
        "step": _shown_step(step) if step else None,
        "payment_id": payment.payment_id,
        "merchant_id": payment.merchant_id,
        "version": payment.version,
        "before": change.before.archived() if change.before else None,
        "after": change.after.archived() if change.after else None,
    }


def _shown_step(step: Step) -> dict[str, Any]:
    """Return the step without actor and request, because these are members of the audit record."""
    hidden = ("actor", "actor_id", "request_id", "version")
    return {name: value for name, value in vars(step).items() if name not in hidden and value is not None}


def _receipt(payment: Payment) -> Document:
    return Document(
        key=f"receipts/{payment.merchant_id}/{payment.payment_id}.json",
        content=_line({"receipt_for": payment.payment_id, "version": payment.version, **payment.archived()}),
        version=payment.version,
    )


def _line(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True).encode() + b"\n"
