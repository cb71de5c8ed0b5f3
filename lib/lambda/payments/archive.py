"""What the archive holds: an audit record for each change of the ledger, a receipt for each payment. No AWS here.

Keys come from the change itself, so that writing it twice writes the same object.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from payments import cards
from payments.payment import Payment

EVENTS = {"INSERT": "created", "MODIFY": "changed", "REMOVE": "removed"}


@dataclass(frozen=True)
class Change:
    """One change of the ledger: before and after it; None where there was or is nothing."""

    sequence_number: str
    event: str
    at: datetime
    before: Payment | None
    after: Payment | None

    @classmethod
    def from_stream(cls, record: Mapping[str, Any]) -> Change:
        """From a record of the table's stream. Raises ValueError for one that is no change of a payment.

        docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
        """
        try:
            change = record["dynamodb"]
            before, after = change.get("OldImage"), change.get("NewImage")
            if not before and not after:
                raise ValueError("a change has an image before it, or after it")
            return cls(
                sequence_number=change["SequenceNumber"],
                event=EVENTS[record["eventName"]],
                at=datetime.fromtimestamp(float(change["ApproximateCreationDateTime"]), UTC),
                before=Payment.from_item(before) if before else None,
                after=Payment.from_item(after) if after else None,
            )
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"the record has no usable {error}") from error

    @property
    def payment(self) -> Payment:
        """The payment that changed, in its newest state known."""
        payment = self.after or self.before
        if payment is None:
            raise ValueError("a change has an image before it, or after it")
        return payment


@dataclass(frozen=True)
class Document:
    """An object of the archive. It takes the place of an older `version` only; one of None never changes."""

    key: str
    content: bytes
    version: int | None = None


def documents(change: Change) -> list[Document]:
    """The audit record and, while the payment stands, its receipt."""
    written = [_audit_record(change)]
    if change.after:
        written.append(_receipt(change.after))
    return written


def poison(record: Mapping[str, Any], reason: str) -> Document:
    """A record of the stream that no retry can make archivable, as it came, without token and card numbers."""
    number = str(record["dynamodb"]["SequenceNumber"])
    document = {"sequence_number": number, "reason": reason, "record": _without_tokens(record)}
    return Document(key=f"set-aside/{number}.json", content=_json(cards.redact_all(document)))


def _without_tokens(value: Any) -> Any:
    if isinstance(value, Mapping):
        hidden = {"payment_token": {"S": "removed"}} if "payment_token" in value else {}
        return {**{name: _without_tokens(inner) for name, inner in value.items()}, **hidden}
    return value


def _audit_record(change: Change) -> Document:
    payment = change.payment
    return Document(
        key=f"audit/{change.at:year=%Y/month=%m/day=%d}/{payment.payment_id}/{change.sequence_number}.json",
        content=_json(
            {
                "sequence_number": change.sequence_number,
                "event": change.event,
                "at": change.at.isoformat(timespec="seconds").replace("+00:00", "Z"),
                "actor": payment.actor,
                "payment_id": payment.payment_id,
                "merchant_id": payment.merchant_id,
                "version": payment.version,
                "before": change.before.shown() if change.before else None,
                "after": change.after.shown() if change.after else None,
            }
        ),
    )


def _receipt(payment: Payment) -> Document:
    return Document(
        key=f"receipts/{payment.merchant_id}/{payment.payment_id}.json",
        content=_json({"receipt_for": payment.payment_id, "version": payment.version, **payment.shown()}),
        version=payment.version,
    )


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True).encode() + b"\n"
