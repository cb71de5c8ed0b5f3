"""A gateway with a memory: it keeps Stripe's rules for idempotency keys, declines at random, and can be down.

It remembers the answer to a key for 24 hours; later the same key would have a second effect. What it did it knows for
ever, and says so when it is asked (`look_up`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from payments.gateway import Answer, Approved, Charge, Declined, Unknown
from payments.identifiers import timestamp
from tests.simulation.tasks import LostError, outside

KEYS_ARE_KEPT = timedelta(hours=24)
AUTHORIZATION_LIFETIME = timedelta(days=7)
DECLINES = 0.15


@dataclass
class Account:
    """What the gateway holds of one payment."""

    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    voided: bool = False


@dataclass
class MemoryGateway:
    random: Random
    clock: Callable[[], datetime]
    name: str = "memory"
    livemode: bool = False
    unsupported_currencies: frozenset[str] = frozenset()
    down: bool = False
    accounts: dict[str, Account] = field(default_factory=dict)
    effects: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _kept: dict[str, tuple[datetime, Any, Answer]] = field(default_factory=dict)
    _known: dict[str, Answer] = field(default_factory=dict)

    def authorize(self, charge: Charge, key: str, *, repeat: bool) -> Answer:  # noqa: ARG002
        expiry = timestamp(self.clock() + AUTHORIZATION_LIFETIME)
        return self._call(key, ("authorize", charge), lambda: self._opened(charge, 0, expiry))

    def sale(self, charge: Charge, key: str, *, repeat: bool) -> Answer:  # noqa: ARG002
        return self._call(key, ("sale", charge), lambda: self._opened(charge, charge.amount, None))

    def capture(self, reference: str, amount: int, key: str, *, repeat: bool) -> Answer:  # noqa: ARG002
        def effect(account: Account) -> bool:
            if account.captured or account.voided or amount > account.authorized:
                return False
            account.captured = amount
            return True

        return self._step(key, ("capture", reference, amount), effect)

    def void(self, reference: str, key: str, *, repeat: bool) -> Answer:  # noqa: ARG002
        def effect(account: Account) -> bool:
            account.voided = not account.captured
            return account.voided

        return self._step(key, ("void", reference), effect)

    def refund(self, reference: str, amount: int, key: str, *, repeat: bool) -> Answer:  # noqa: ARG002
        def effect(account: Account) -> bool:
            account.refunded += amount  # whoever asks for too much gets it, and is found out
            return True

        return self._step(key, ("refund", reference, amount), effect)

    def look_up(self, payment_id: str, key: str) -> Answer | None:
        if not key.startswith(payment_id):
            self.faults.append(f"{key} is no key of {payment_id}")
        try:
            return outside("gateway look_up", lambda: Unknown("down") if self.down else self._known.get(key))
        except LostError:
            return Unknown("no answer")

    def _step(self, key: str, asked: tuple[Any, ...], effect: Callable[[Account], bool]) -> Answer:
        reference = asked[1]
        account = self.accounts[reference]
        return self._call(key, asked, lambda: Approved(reference) if effect(account) else Declined("not_possible"))

    def _opened(self, charge: Charge, captured: int, expiry: str | None) -> Answer:
        if charge.payment_id in self.accounts:
            self.faults.append(f"{charge.payment_id} is charged a second time")
        self.accounts[charge.payment_id] = Account(charge.amount, captured)
        return Approved(charge.payment_id, expiry)

    def _call(self, key: str, asked: Any, effect: Callable[[], Answer]) -> Answer:
        try:
            return outside(f"gateway {asked[0]}", lambda: self._answer(key, asked, effect))
        except LostError:
            return Unknown("no answer")

    def _answer(self, key: str, asked: Any, effect: Callable[[], Answer]) -> Answer:
        if self.down:
            return Unknown("down")
        kept = self._kept.get(key)
        if kept and self.clock() - kept[0] < KEYS_ARE_KEPT:
            if kept[1] != asked:
                self.faults.append(f"{key} came for {kept[1]}, then for {asked}")
            return kept[2]
        answer = Declined("insufficient_funds") if self.random.random() < DECLINES else effect()
        if isinstance(answer, Approved):
            self.effects[key] += 1
        self._kept[key] = self.clock(), asked, answer
        self._known[key] = answer
        return answer
