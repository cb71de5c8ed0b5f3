"""Any sequence of creates, steps and replays, beside a model that only adds and subtracts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from payments.payment import Payment, Request
from payments.problems import Problem
from payments.service import Payments
from tests.unit.payments.conftest import NOW, MemoryLedger

KEYS = st.sampled_from("abcd")
AMOUNTS = st.integers(1, 6)


T = TypeVar("T")


def answered(do: Callable[[], T]) -> T | Problem:
    try:
        return do()
    except Problem as problem:
        return problem


@dataclass
class Model:
    """What a bookkeeper would write down."""

    authorized: int
    captured: int
    voided: bool = False
    refunded: int = 0
    answers: dict[str, tuple[Any, Any]] = field(default_factory=dict)


class Life(RuleBasedStateMachine):
    """Payments of one merchant; keys repeat often, so that replays and conflicts do."""

    payment_ids = Bundle("payment_ids")

    def __init__(self) -> None:
        super().__init__()
        self.ledger = MemoryLedger()
        self.seconds = 0
        self.payments = Payments(self.ledger, lambda: NOW + timedelta(seconds=self.seconds))
        self.model: dict[str, Model] = {}
        self.made: dict[str, tuple[Request, dict[str, Any]]] = {}

    @rule(seconds=st.integers(-2, 5))
    def time_passes(self, seconds: int) -> None:
        """Clocks of two functions differ, so it may also go back."""
        self.seconds += seconds

    @rule(target=payment_ids, key=KEYS, amount=AMOUNTS, capture=st.booleans())
    def create(self, key: str, amount: int, capture: bool) -> str:
        request = Request("m", amount, "EUR", "tok", capture=capture)
        payment_id = Payment.new(request, key, "shop", NOW).payment_id
        taken = answered(lambda: self.payments.take(request, key, "shop"))
        if isinstance(taken, Problem):
            assert (taken.name, self.made[key][0] == request) == ("idempotency-conflict", False)
            return payment_id
        assert taken.replayed == (key in self.made)
        if taken.replayed:
            assert self.made[key] == (request, taken.payment.shown())
        else:
            self.made[key] = request, taken.payment.shown()
            self.model[payment_id] = Model(amount, amount if capture else 0)
        return payment_id

    @rule(payment_id=payment_ids, key=KEYS, amount=st.none() | AMOUNTS)
    def capture(self, payment_id: str, key: str, amount: int | None) -> None:
        model = self.model[payment_id]
        taken = model.authorized if amount is None else amount
        allowed = not model.captured and not model.voided and taken <= model.authorized

        def book() -> None:
            model.captured = taken

        self.step(
            model, key, ("capture", amount), allowed, book, lambda: self.payments.capture(payment_id, amount, key, "s")
        )

    @rule(payment_id=payment_ids, key=KEYS)
    def void(self, payment_id: str, key: str) -> None:
        model = self.model[payment_id]

        def book() -> None:
            model.voided = True

        allowed = not model.captured and not model.voided
        self.step(model, key, ("void", None), allowed, book, lambda: self.payments.void(payment_id, key, "s"))

    @rule(payment_id=payment_ids, key=KEYS, amount=AMOUNTS)
    def refund(self, payment_id: str, key: str, amount: int) -> None:
        model = self.model[payment_id]

        def book() -> None:
            model.refunded += amount

        allowed = model.refunded + amount <= model.captured
        self.step(
            model, key, ("refund", amount), allowed, book, lambda: self.payments.refund(payment_id, amount, key, "s")
        )

    def step(self, model: Model, key: str, wish: Any, allowed: bool, book: Any, do: Any) -> None:
        """One effect for a key: then the same answer, or a conflict; a new key has its effect where it is allowed."""
        earlier = model.answers.get(key)
        done = answered(do)
        if isinstance(done, Problem):
            if earlier:
                assert (done.name, earlier[0] == wish) == ("idempotency-conflict", False)
            else:
                assert (done.name in {"state-forbids", "amount-exceeded"}, allowed) == (True, False)
            return
        answer = done.payment.shown(), done.step
        if earlier:
            assert (done.replayed, earlier) == (True, (wish, answer))
        else:
            assert (done.replayed, allowed) == (False, True)
            book()
            model.answers[key] = wish, answer

    @invariant()
    def the_ledger_agrees(self) -> None:
        for payment_id, model in self.model.items():
            payment = self.payments.read(payment_id)
            assert (payment.amount, payment.captured, payment.refunded) == (
                model.authorized,
                model.captured,
                model.refunded,
            )
            assert payment.refunded <= payment.captured <= payment.amount
            assert (payment.state == "voided") == model.voided
            assert payment.version == 1 + len(model.answers)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
