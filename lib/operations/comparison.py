"""Ledger and archive compared: each difference named. No AWS here.

A payment that changed a moment ago may still be on its way through the stream: it is not compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lib.operations.ledger import Payment

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """`what` is one of a few kinds, which docs/runbooks/archive-failures.md explains; `where` a payment or a key."""

    what: str
    where: str
    detail: str


@dataclass
class Archived:
    """What the archive holds: (key of the object, record) of each audit record, receipts by their keys."""

    trail: list[tuple[str, Record]] = field(default_factory=list)
    receipts: dict[str, Record] = field(default_factory=dict)
    set_aside: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)


@dataclass
class Comparison:
    """`unsettled` payments changed too late to be compared.

    `doubles` stand twice and say the same, which is no difference: readers tell a record by payment and sequence number
    (docs/decisions/0008-audit-objects-are-named-by-their-first-record.md).
    """

    differences: list[Difference]
    doubles: list[Difference]
    unsettled: list[str]


def compare(
    payments: Mapping[str, Payment], others: list[str], archived: Archived, settled_before: datetime
) -> Comparison:
    """`others` are the ledger's items that are no payments. The archive must have been read before the ledger."""
    trails: dict[str, list[tuple[str, Record]]] = defaultdict(list)
    for key, record in archived.trail:
        trails[record["payment_id"]].append((key, record))
    found: list[Difference] = []
    doubles: list[Difference] = []
    unsettled = {
        payment_id
        for payment_id in payments.keys() | trails.keys()
        if _last_change(payments.get(payment_id), trails.get(payment_id, [])) >= settled_before
    }
    for payment_id in sorted((payments.keys() | trails.keys()) - unsettled):
        found += _trail(payment_id, payments.get(payment_id), trails.get(payment_id, []))
        doubles += _doubles(payment_id, trails.get(payment_id, []))
    expected = {receipt_key(payment): payment for payment in payments.values()}
    for key, payment in sorted(expected.items()):
        if payment.payment_id not in unsettled and key not in archived.unreadable:
            found += _receipt(payment, archived.receipts.get(key))
    for key in sorted(archived.receipts.keys() - expected.keys()):
        payment_id = str(archived.receipts[key].get("receipt_for"))
        if payment_id not in trails and payment_id not in unsettled:
            found.append(Difference("receipt unknown", key, "neither the ledger nor an audit record knows its payment"))
    found += [Difference("unreadable", key, reason) for key, reason in sorted(archived.unreadable.items())]
    found += [Difference("set aside", key, "waits to be replayed: make redrive") for key in archived.set_aside]
    found += [Difference("no payment", repr(item), "an item of the ledger that no API call made") for item in others]
    return Comparison(found, doubles, sorted(unsettled))


def receipt_key(payment: Payment) -> str:
    return f"receipts/{payment.merchant_id}/{payment.payment_id}.json"


def receipt_of(payment: Payment) -> dict[str, Any]:
    """What the receipt should say."""
    return {"receipt_for": payment.payment_id, "version": payment.version, **payment.shown}


def is_stale(receipt: Record, payment: Payment) -> bool:
    """It shows an older version."""
    version = receipt.get("version")
    return isinstance(version, int) and version < payment.version


def _last_change(payment: Payment | None, trail: list[tuple[str, Record]]) -> datetime:
    times = [datetime.fromisoformat(record["at"]) for _, record in trail]
    return max([*times, *([payment.updated_at] if payment else [])])


def _trail(payment_id: str, payment: Payment | None, trail: list[tuple[str, Record]]) -> Iterator[Difference]:
    """Versions follow each other without a gap, each once, and lead to what stands in the ledger."""
    if not trail:
        yield Difference("not audited", payment_id, "the ledger has it, and no audit record")
        return
    last: Record | None = None
    for record in _without_doubles(trail):
        number = f"sequence number {record['sequence_number']}"
        standing = last["after"] if last else None
        due = int(last["version"]) + 1 if last and standing else 1
        if record["event"] == "removed":
            due -= 1  # a removal is of the version that stood
        if int(record["version"]) != due:
            yield from _gap(payment_id, due, int(record["version"]), number)
        elif record["before"] != standing:
            yield Difference("audit differs", payment_id, f"what {number} says was before is not what was there")
        last = record
    yield from _unlike_copies(payment_id, trail)
    if last is None:
        return
    if payment is None:
        if last["after"] is not None:
            yield Difference("not in the ledger", payment_id, f"audited up to version {last['version']}, never removed")
    elif last["after"] is None:
        yield Difference("not audited", payment_id, "the ledger has it, and the audit trail ends with its removal")
    elif int(last["version"]) != payment.version:
        yield from _gap(payment_id, int(last["version"]) + 1, payment.version + 1, "the ledger's end")
    elif last["after"] != payment.shown:
        names = ", ".join(_differing(last["after"], payment.shown))
        yield Difference("audit differs", payment_id, f"version {payment.version} is another in the ledger: {names}")


def _without_doubles(trail: list[tuple[str, Record]]) -> list[Record]:
    return [copies[0][1] for copies in _copies(trail).values()]


def _doubles(payment_id: str, trail: list[tuple[str, Record]]) -> Iterator[Difference]:
    for number, copies in _copies(trail).items():
        if len(copies) > 1:
            others = ", ".join(key for key, _ in copies[1:])
            detail = f"sequence number {number} of {payment_id} is in {others}, too"
            yield Difference("audited twice", copies[0][0], detail)


def _unlike_copies(payment_id: str, trail: list[tuple[str, Record]]) -> Iterator[Difference]:
    for number, copies in _copies(trail).items():
        if any(record != copies[0][1] for _, record in copies):
            places = ", ".join(key for key, _ in copies)
            yield Difference("audit differs", payment_id, f"sequence number {number} is not the same in {places}")


def _copies(trail: list[tuple[str, Record]]) -> dict[int, list[tuple[str, Record]]]:
    """The records of each sequence number, with their objects."""
    found: dict[int, list[tuple[str, Record]]] = defaultdict(list)
    for key, record in trail:
        found[int(record["sequence_number"])].append((key, record))
    return dict(sorted(found.items()))


def _gap(payment_id: str, due: int, found: int, where: str) -> Iterator[Difference]:
    if found > due:
        missing = f"version {due}" if found == due + 1 else f"versions {due} to {found - 1}"
        yield Difference("version missing", payment_id, f"no audit record of {missing}, before {where}")
    else:
        yield Difference("audit differs", payment_id, f"version {found} comes after {due - 1} by {where}")


def _receipt(payment: Payment, receipt: Record | None) -> Iterator[Difference]:
    key = receipt_key(payment)
    if receipt is None:
        yield Difference("receipt missing", key, f"the payment is at version {payment.version}")
        return
    wanted = receipt_of(payment)
    if is_stale(receipt, payment):
        yield Difference("receipt stale", key, f"it shows version {receipt['version']} of {payment.version}")
    elif receipt != wanted:
        yield Difference("receipt differs", key, f"from the ledger, in {', '.join(_differing(receipt, wanted))}")


def _differing(one: Record, other: Record) -> list[str]:
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))
