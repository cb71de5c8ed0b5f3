"""The deployed API and a model of it in memory, side by side: hypothesis looks for a sequence that tells them apart.

The model is written from docs/payments.md and docs/openapi.yaml; it shares no code with the service.
"""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from lib.deploy.deployment import Deployment
from lib.deploy.payments_client import Answer
from lib.deploy.polling import wait_for

pytestmark = pytest.mark.emulator_only("its refused requests raise the alarm on client errors")

SEQUENCES, STEPS = 20, 25
INDEX_SECONDS = 30.0
MERCHANTS = ("north", "south")
CURRENCIES = ("JPY", "USD", "KWD")
# State -> step -> allowed. docs/payments.md, The life of one.
ALLOWED = {
    "authorized": {"capture", "void"},
    "captured": {"refunds"},
    "partially_refunded": {"refunds"},
    "refunded": set(),
    "voided": set(),
}
# A name with many digits in it would be taken for a card number now and then, and refused.
LETTERS = str.maketrans("0123456789", "ghijklmnop")
AMOUNTS = st.integers(1, 12)  # small, so that sums often just fit, and often just do not


@dataclass
class Payment:
    """What the model knows of a payment, and what was answered to each key."""

    made: dict[str, Any]  # the first answer
    request: dict[str, Any]
    key: str
    captured: int
    refunded: int = 0
    voided: bool = False
    steps: dict[str, tuple[str, Any, Answer]] = field(default_factory=dict)  # key -> step, body, answer

    @property
    def payment_id(self) -> str:
        return str(self.made["payment_id"])

    @property
    def amount(self) -> int:
        return int(self.request["amount"])

    @property
    def status(self) -> str:
        if self.voided:
            return "voided"
        if not self.captured:
            return "authorized"
        if not self.refunded:
            return "captured"
        return "refunded" if self.refunded == self.captured else "partially_refunded"

    def is_shown_as(self, body: dict[str, Any]) -> bool:
        """The answer says of it what the model does; what never changes is as it was first answered."""
        changing = {"status": self.status, "captured": self.captured, "refunded": self.refunded}
        expected = {**self.made, **changing, "updated_at": body["updated_at"]}
        return body == expected and self.refunded <= self.captured <= self.amount


def refused(answer: Answer, status: int, what: str) -> bool:
    return answer.status == status and answer.body["type"] == f"urn:payments:problem:{what}"


class Life(RuleBasedStateMachine):
    """Merchants who take, capture, void, refund, repeat, mix up and look up payments."""

    deployment: Deployment
    payments = Bundle("payments")

    @initialize()
    def begin(self) -> None:
        self.run = f"model-{uuid.uuid4().hex.translate(LETTERS)}"
        self.numbers = itertools.count()
        self.known: list[Payment] = []
        self.api = self.deployment.payments

    def new_key(self) -> str:
        return f"{self.run}-{next(self.numbers)}"

    @rule(
        target=payments,
        merchant=st.sampled_from(MERCHANTS),
        currency=st.sampled_from(CURRENCIES),
        amount=AMOUNTS,
        capture=st.booleans(),
    )
    def create(self, merchant: str, currency: str, amount: int, capture: bool) -> Payment:
        request = {
            "merchant_id": f"{merchant}-{self.run}",
            "amount": amount,
            "currency": currency,
            "payment_token": "tok_model",
            "capture": capture,
        }
        key = self.new_key()
        answer = self.api.create(request, key)
        assert answer.status == 201, answer.body
        payment = Payment(answer.body, request, key, captured=amount if capture else 0)
        assert payment.is_shown_as(answer.body)
        assert (answer.body["amount"], answer.body["currency"]) == (amount, currency)
        assert answer.body["merchant_id"] == request["merchant_id"]
        self.known.append(payment)
        return payment

    @rule(payment=payments)
    def create_again(self, payment: Payment) -> None:
        """Whatever has happened to it since: as it was made."""
        answer = self.api.create(payment.request, payment.key)
        assert (answer.status, answer.headers["Idempotency-Replayed"]) == (200, "true")
        assert answer.body == payment.made

    @rule(payment=payments, change=st.sampled_from(({"amount": 13}, {"currency": "EUR"}, {"metadata": {"order": "1"}})))
    def create_another_with_its_key(self, payment: Payment, change: dict[str, Any]) -> None:
        answer = self.api.create({**payment.request, **change}, payment.key)
        assert refused(answer, 409, "idempotency-conflict"), answer.body

    def step(self, payment: Payment, name: str, body: dict[str, int] | None) -> Answer | None:
        """The step with a key of its own; None where it was refused as the model expects."""
        state, key = payment.status, self.new_key()
        answer = self.api.step(payment.payment_id, name, body, key)
        wanted = (body or {}).get("amount", 0)
        limit = payment.captured - payment.refunded if name == "refunds" else payment.amount
        if name not in ALLOWED[state]:
            assert refused(answer, 409, "state-forbids"), answer.body
            assert answer.body["state"] == state
            self.read(payment)  # a refusal changes nothing
            return None
        if wanted > limit:
            assert refused(answer, 409, "amount-exceeded"), answer.body
            assert (answer.body["state"], answer.body["limit"]) == (state, limit)
            self.read(payment)
            return None
        payment.steps[key] = name, body, answer
        return answer

    @rule(payment=payments, amount=st.none() | AMOUNTS)
    def capture(self, payment: Payment, amount: int | None) -> None:
        answer = self.step(payment, "capture", None if amount is None else {"amount": amount})
        if answer:
            payment.captured = payment.amount if amount is None else amount
            assert answer.status == 200, answer.body
            assert payment.is_shown_as(answer.body)

    @rule(payment=payments)
    def void(self, payment: Payment) -> None:
        answer = self.step(payment, "void", None)
        if answer:
            payment.voided = True
            assert answer.status == 200, answer.body
            assert payment.is_shown_as(answer.body)

    @rule(payment=payments, amount=AMOUNTS)
    def refund(self, payment: Payment, amount: int) -> None:
        answer = self.step(payment, "refunds", {"amount": amount})
        if answer:
            payment.refunded += amount
            assert answer.status == 201, answer.body
            assert answer.body["amount"] == amount
            assert payment.is_shown_as(answer.body["payment"])

    @rule(payment=payments, data=st.data())
    def repeat_a_step(self, payment: Payment, data: st.DataObject) -> None:
        """However late: to the letter what was answered then."""
        if not payment.steps:
            return
        key = data.draw(st.sampled_from(list(payment.steps)))
        name, body, first = payment.steps[key]
        answer = self.api.step(payment.payment_id, name, body, key)
        assert (answer.status, answer.headers["Idempotency-Replayed"]) == (200, "true")
        assert answer.body == first.body

    @rule(payment=payments, data=st.data())
    def take_another_step_with_its_key(self, payment: Payment, data: st.DataObject) -> None:
        if not payment.steps:
            return
        key = data.draw(st.sampled_from(list(payment.steps)))
        answer = self.api.step(payment.payment_id, "refunds", {"amount": 13}, key)
        assert refused(answer, 409, "idempotency-conflict"), answer.body

    @rule(payment=payments)
    def read(self, payment: Payment) -> None:
        answer = self.api.read(payment.payment_id)
        assert answer.status == 200
        assert payment.is_shown_as(answer.body)

    @rule(merchant=st.sampled_from(MERCHANTS), limit=st.integers(1, 4), data=st.data())
    def list_a_window_of_time(self, merchant: str, limit: int, data: st.DataObject) -> None:
        """From the moment of one payment to that of another, page by page, newest first."""
        theirs = [payment for payment in self.known if payment.request["merchant_id"].startswith(merchant)]
        times = sorted(payment.made["created_at"] for payment in theirs)
        window = data.draw(
            st.lists(st.sampled_from(times), max_size=2, unique=True).map(sorted) if times else st.just([])
        )
        query = dict(zip(("from", "to"), window, strict=False))
        begin, end = query.get("from", ""), query.get("to", "9")
        expected = [payment for payment in reversed(theirs) if begin <= payment.made["created_at"] < end]

        def listed() -> bool:
            found = self.pages({"merchant_id": f"{merchant}-{self.run}", "limit": str(limit), **query})
            return len(found) == len(expected) and all(
                payment.is_shown_as(body) for payment, body in zip(expected, found, strict=True)
            )

        wait_for("what the model lists", listed, INDEX_SECONDS)  # the index follows the table

    def pages(self, query: dict[str, str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            answer = self.api.call("GET", "/payments", query={**query, **cursor})
            assert answer.status == 200, answer.body
            assert len(answer.body["payments"]) <= int(query["limit"])
            found += answer.body["payments"]
            if "next_cursor" not in answer.body:
                return found
            cursor = {"cursor": answer.body["next_cursor"]}


def test_the_api_and_its_model_agree(deployment: Deployment) -> None:
    class Deployed(Life):
        pass

    Deployed.deployment = deployment
    run_state_machine_as_test(
        Deployed,
        settings=settings(
            max_examples=SEQUENCES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
