"""Any sequence of creates, steps, replays and runs of the settler, beside a model that only adds and subtracts.

The gateway answers at once, not at all, or declines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from payments.errors import PaymentError
from payments.gateway import Answer, Declined, Unknown
from payments.payment import Payment, Request
from payments.service import StepRequest, StepResult
from payments.states import PENDING, SUCCEEDED
from tests.unit.payments.conftest import CALLER, World

KEYS = st.sampled_from("abcd")
AMOUNTS = st.integers(1, 6)
# None: the simulated gateway approves.
ANSWERS: st.SearchStrategy[Answer | None] = st.sampled_from([None, None, None, Unknown("no answer"), Declined("no")])
REFUSALS = {"state-forbids", "amount-exceeded", "step-pending"}

T = TypeVar("T")


def answered(do: Callable[[], T]) -> T | PaymentError:
    try:
        return do()
    except PaymentError as error:
        return error


@dataclass
class Model:
    """What a bookkeeper would write down. `made` is the state of the making, `reserved` what pending refunds hold."""

    amount: int
    sale: bool
    made: str = PENDING
    captured: int = 0
    voided: bool = False
    refunded: int = 0
    reserved: int = 0
    busy: bool = False
    steps: dict[str, tuple[Any, str]] = field(default_factory=dict)  # key -> what was asked, its state
    answers: dict[str, Any] = field(default_factory=dict)

    def make(self, state: str) -> None:
        self.made = state
        if state == SUCCEEDED and self.sale:
            self.captured = self.amount

    def allows(self, kind: str, amount: int | None) -> bool:
        if kind == "refund":
            return 0 < (amount or 0) <= self.captured - self.refunded - self.reserved
        open_ = self.made == SUCCEEDED and not self.captured and not self.voided and not self.busy
        return open_ and (kind == "void" or (amount or self.amount) <= self.amount)

    def begin(self, kind: str, amount: int | None) -> None:
        if kind == "refund":
            self.reserved += amount or 0
        else:
            self.busy = True

    def end(self, kind: str, amount: int | None, state: str) -> None:
        if kind == "refund":
            self.reserved -= amount or 0
            self.refunded += (amount or 0) if state == SUCCEEDED else 0
            return
        self.busy = False
        if state == SUCCEEDED:
            self.voided = kind == "void"
            self.captured = 0 if self.voided else amount or self.amount


class Life(RuleBasedStateMachine):
    """Payments of one merchant; keys repeat often, so that replays and conflicts do."""

    payment_ids = Bundle("payment_ids")

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.model: dict[str, Model] = {}
        self.requests: dict[str, tuple[Request, str]] = {}

    def ask(self, payment_id: str, key: str) -> StepRequest:
        return StepRequest("m", payment_id, key, CALLER, lambda: 10.0)

    @rule(seconds=st.integers(-2, 5))
    def time_passes(self, seconds: int) -> None:
        """Clocks of two functions differ, so it may also go back."""
        self.world.now += timedelta(seconds=seconds)

    @rule(target=payment_ids, key=KEYS, amount=AMOUNTS, capture=st.booleans(), answer=ANSWERS)
    def create(self, key: str, amount: int, capture: bool, answer: Answer | None) -> str:
        request = Request("m", amount, "EUR", "tok", capture=capture)
        self.world.answers = [answer] if answer else []
        done = answered(lambda: self.world.payments.take(request, self.ask("", key)))
        if isinstance(done, PaymentError):
            assert (done.name, self.requests[key][0] == request) == ("idempotency-conflict", False)
            return self.requests[key][1]
        payment_id = done.payment.payment_id
        assert done.replayed == (key in self.requests)
        if not done.replayed:
            self.requests[key] = request, payment_id
            self.model[payment_id] = Model(amount, capture)
        assert self.requests[key][0] == request
        model = self.model[payment_id]
        if model.made == PENDING and done.step.state != PENDING:
            model.make(done.step.state)
        assert model.made == done.step.state
        if done.step.state == SUCCEEDED:
            assert model.answers.setdefault("made", done.payment.shown()) == done.payment.shown()
        return payment_id

    @rule(payment_id=payment_ids, key=KEYS, amount=st.none() | AMOUNTS, answer=ANSWERS)
    def capture(self, payment_id: str, key: str, amount: int | None, answer: Answer | None) -> None:
        self.step(payment_id, key, "capture", amount, answer, self.world.payments.capture)

    @rule(payment_id=payment_ids, key=KEYS, answer=ANSWERS)
    def void(self, payment_id: str, key: str, answer: Answer | None) -> None:
        self.step(payment_id, key, "void", None, answer, lambda ask, _: self.world.payments.void(ask))

    @rule(payment_id=payment_ids, key=KEYS, amount=AMOUNTS, answer=ANSWERS)
    def refund(self, payment_id: str, key: str, amount: int, answer: Answer | None) -> None:
        self.step(payment_id, key, "refund", amount, answer, self.world.payments.refund)

    def step(
        self,
        payment_id: str,
        key: str,
        kind: str,
        amount: int | None,
        answer: Answer | None,
        do: Callable[..., StepResult],
    ) -> None:
        """One effect for a key: then the same answer, or a conflict; a new key has its effect where it is allowed."""
        model = self.model[payment_id]
        earlier = model.steps.get(key)
        self.world.answers = [answer] if answer else []
        done = answered(lambda: do(self.ask(payment_id, key), amount))
        if isinstance(done, PaymentError):
            if earlier:
                assert (done.name, earlier[0] == (kind, amount)) == ("idempotency-conflict", False)
            else:
                assert (done.name in REFUSALS, model.allows(kind, amount)) == (True, False)
            return
        assert done.replayed == bool(earlier)
        if not earlier:
            assert model.allows(kind, amount)
            model.begin(kind, amount)
            earlier = (kind, amount), PENDING
        assert earlier[0] == (kind, amount)
        if earlier[1] == PENDING and done.step.state != PENDING:
            model.end(kind, amount, done.step.state)
            earlier = earlier[0], done.step.state
        model.steps[key] = earlier
        assert done.step.state == earlier[1]
        if done.step.state == SUCCEEDED:
            answer_now = done.payment.shown(), done.step
            assert model.answers.setdefault(key, answer_now) == answer_now

    @rule()
    def settle(self) -> None:
        """Some minutes later, with a gateway that answers: nothing is pending any more."""
        self.world.answers = []
        self.world.now += timedelta(minutes=10)
        self.world.completion.gateway_calls.circuits.clear()
        self.world.settler.run("run-1", lambda: 100.0)
        for payment_id, model in self.model.items():
            payment = self.stored(payment_id)
            assert not payment.pending_steps
            if model.made == PENDING:
                model.make(payment.making.state)
            for key, (asked, state) in model.steps.items():
                if state == PENDING:
                    model.end(*asked, SUCCEEDED)
                    model.steps[key] = asked, SUCCEEDED

    def stored(self, payment_id: str) -> Payment:
        return self.world.payments.read("m", payment_id)

    @invariant()
    def the_ledger_agrees(self) -> None:
        for payment_id, model in self.model.items():
            payment = self.stored(payment_id)
            reserved = payment.captured - payment.refunded - payment.refundable
            assert (payment.captured, payment.refunded, reserved) == (model.captured, model.refunded, model.reserved)
            assert payment.refunded + reserved <= payment.captured <= payment.amount
            assert (payment.state == "voided") == model.voided
            assert payment.making.state == model.made
            assert bool(payment.pending_steps) == (payment.awaiting == "gateway")


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
