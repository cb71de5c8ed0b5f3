"""Compares one payment in all records: ledger, audit trail, receipt and gateway. No AWS calls.

A payment that changed a moment ago may not be archived yet, so it is only counted. A payment with a pending step is not
compared with its gateway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from lib.operations import sorting
from lib.operations.differences import Difference
from lib.operations.gateways.record import DECLINED, Charge, Found, Gateway, Refund
from lib.operations.gateways.step_comparison import compare_gateway, is_effect, only_at_gateway
from lib.operations.ledger import Item, Payment, payment_of
from lib.operations.receipts import compare_receipt, receipt_key
from lib.operations.sorting import Group
from lib.operations.trail import Entry, at, compare_trail, doubles
from lib.operations.window import Window


@dataclass
class Compared:
    """The number of compared payments, and for each reason the number of payments that were not compared."""

    payments: int = 0
    with_gateway: Counter[str] = field(default_factory=Counter)
    not_settled: int = 0
    pending: int = 0  # payments with a pending step: compared with the archive, but not with the gateway
    changed_meanwhile: int = 0  # payments that changed after the ledger was read: not compared with the gateway
    without_gateway: Counter[str] = field(default_factory=Counter)  # gateway without a key here -> number of payments


@dataclass
class Comparison:
    """The comparison of all payments. `gateways`: name -> gateway. `find(payment_id)` reads a ledger item again."""

    window: Window
    gateways: Mapping[str, Gateway]
    find: Callable[[str], Item | None]
    compared: Compared = field(default_factory=Compared)

    def compare(self, group: Group) -> Iterator[Difference]:
        """Yield the differences of one payment, including duplicate records."""
        items = group.of(sorting.LEDGER)
        payment = payment_of(items[0][1]) if items else None
        if items and payment is None:
            yield Difference("no payment", group.payment_id, "an item of the ledger that no API call created")
            return
        entries: list[Entry] = group.of(sorting.AUDIT)
        found = _found(group)
        if payment is None and self._has_activity(None, entries, found):
            # The scan did not return the payment: by the ledger's clock it has no change in the window, it was created
            # after the scan, or it is missing.
            payment = payment_of(self.find(group.payment_id) or {})
        receipts = group.of(sorting.RECEIPT)
        receipt = receipts[0][1] if receipts else None
        if self._is_unsettled(payment, entries, receipt, found):
            self.compared.not_settled += 1
            return
        yield from self._unknown_receipts(group, payment, entries)
        if not self._has_activity(payment, entries, found):
            return
        self.compared.payments += 1
        yield from compare_trail(group.payment_id, payment, entries, self.window)
        yield from doubles(entries)
        if payment is None:
            yield from _without_payment(found)
            return
        if unlike := payment.inconsistencies():
            values = {
                "stored": {name: stored for name, (stored, _) in unlike.items()},
                "by its steps": {name: derived for name, (_, derived) in unlike.items()},
            }
            yield Difference("ledger inconsistent", group.payment_id, "the item contradicts its own steps", values)
        if any(map(self.window.may_have, payment.times())) and not group.of(sorting.UNREADABLE):
            yield from compare_receipt(payment, receipt)
        yield from self._gateway(payment, found)

    def _is_unsettled(self, payment: Payment | None, entries: list[Entry], receipt: Any, found: Found) -> bool:
        times = [payment.updated_at] if payment else []
        times += [at(record) for _, record in entries]
        times += [datetime.fromisoformat(effect.created) for effect in _effects(found)]
        times += _updated_at(receipt)
        return any(time >= self.window.settled_before for time in times)

    def _has_activity(self, payment: Payment | None, entries: list[Entry], found: Found) -> bool:
        times = payment.times() if payment else []
        times += [at(record) for _, record in entries]
        times += [datetime.fromisoformat(effect.created) for effect in _effects(found)]
        return any(self.window.has(time) for time in times)

    def _unknown_receipts(self, group: Group, payment: Payment | None, entries: list[Entry]) -> Iterator[Difference]:
        known = {receipt_key(payment)} if payment else set()
        if payment is None and entries:
            return  # the receipt of a removed payment is kept
        for place, _ in group.of(sorting.RECEIPT_KEY):
            if place not in known:
                yield Difference(
                    "receipt unknown", place, "its payment is neither in the ledger nor in an audit record"
                )

    def _gateway(self, payment: Payment, found: Found) -> Iterator[Difference]:
        gateway = self.gateways.get(payment.gateway)
        if gateway is None:
            self.compared.without_gateway[payment.gateway] += 1
            return
        if any(step.is_pending for step in payment.steps.values()):
            self.compared.pending += 1
        else:
            self.compared.with_gateway[payment.gateway] += 1
        if not gateway.keeps_record:
            yield from compare_gateway(payment, gateway.look_up(payment))
            return
        if not any(True for _ in compare_gateway(payment, found)):
            return
        # Check the difference again: the listing lacks events outside of the window, and the ledger may have changed.
        again = payment_of(self.find(payment.payment_id) or {})
        if again is None or again.version != payment.version:
            self.compared.changed_meanwhile += 1
            return
        asked = gateway.look_up(payment)
        references = {charge.reference for charge in asked.charges}
        others = tuple(charge for charge in found.charges if charge.reference not in references)
        yield from compare_gateway(payment, Found(asked.charges + others, asked.refunds or found.refunds))


def _found(group: Group) -> Found:
    return Found(
        tuple(Charge(**body) for _, body in group.of(sorting.CHARGE)),
        tuple(Refund(**body) for _, body in group.of(sorting.REFUND)),
    )


def _effects(found: Found) -> list[Charge | Refund]:
    return [*found.charges, *found.refunds]


def _without_payment(found: Found) -> Iterator[Difference]:
    effects: list[Charge | Refund] = [charge for charge in found.charges if is_effect(charge)]
    effects += [refund for refund in found.refunds if refund.state != DECLINED]
    yield from map(only_at_gateway, effects)


def _updated_at(receipt: Any) -> list[datetime]:
    try:
        at = datetime.fromisoformat(receipt["updated_at"])
    except (KeyError, TypeError, ValueError):
        return []
    return [at] if at.tzinfo else []
