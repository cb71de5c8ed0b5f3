"""The deployed API and a model of it in memory, side by side: hypothesis looks for a sequence that tells them apart.

The model is written from docs/payments.md and docs/openapi.yaml; it shares no code with the service.
"""

from __future__ import annotations

import itertools
import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from lib.console.polling import wait_for
from lib.targets.deployment import Deployment
from lib.targets.payments_client import Answer
from tests.integration.payment_model import ALLOWED, CODES, DECLINED, NO_REFUNDS, OPEN, OPEN_DECLINED, TOKENS, Payment

pytestmark = pytest.mark.emulator_only("its refused requests raise the alarm on client errors")

SEQUENCES, STEPS = 20, 25
INDEX_SECONDS = 30.0
MERCHANTS = ("north", "south")
CURRENCIES = ("JPY", "USD", "KWD")
# A name with many digits in it would be taken for a card number now and then, and refused.
LETTERS = str.maketrans("0123456789", "ghijklmnop")
AMOUNTS = st.integers(1, 12)  # small, so that sums often just fit, and often just do not


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
        self.api = {name: self.deployment.payments.of(f"{name}-{self.run}") for name in MERCHANTS}

    def new_key(self) -> str:
        return f"{self.run}-{next(self.numbers)}"

    @rule(
        target=payments,
        merchant=st.sampled_from(MERCHANTS),
        currency=st.sampled_from(CURRENCIES),
        amount=AMOUNTS,
        capture=st.booleans(),
        token=st.sampled_from(TOKENS),
    )
    def create(self, merchant: str, currency: str, amount: int, capture: bool, token: str) -> Payment:
        request = {"amount": amount, "currency": currency, "payment_token": token, "capture": capture}
        key = self.new_key()
        answer = self.api[merchant].create(request, key)
        made = answer.body
        if token == DECLINED:
            assert refused(answer, 402, "declined"), answer.body
            assert answer.body["decline_code"] == CODES[token]
            made = self.api[merchant].read(answer.body["payment_id"]).body
        else:
            assert answer.status == (202 if token in (OPEN, OPEN_DECLINED) else 201), answer.body
        outcome = "declined" if token in CODES else "captured" if capture else "authorized"
        payment = Payment(merchant, request, key, made, outcome, is_pending=answer.status == 202)
        if answer.status != 202:
            payment.settle()
        assert payment.is_shown_as(made), made
        assert (made["amount"], made["currency"], made["merchant_id"]) == (
            amount,
            currency,
            self.api[merchant].merchant_id,
        )
        self.known.append(payment)
        return payment

    @rule(payment=payments)
    def create_again(self, payment: Payment) -> None:
        """Whatever has happened to it since: as it was made. What was pending is known by now."""
        answer = self.api[payment.merchant].create(payment.request, payment.key)
        assert answer.headers["Idempotency-Replayed"] == "true"
        if payment.outcome == "declined":
            assert refused(answer, 402, "declined"), answer.body
            payment.settle()
            return
        assert answer.status == 200, answer.body
        if payment.is_pending:
            payment.settle()
            payment.made = answer.body
            assert payment.is_shown_as(answer.body), answer.body
        assert {**answer.body, "updated_at": ""} == {**payment.made, "updated_at": ""}

    @rule(payment=payments, change=st.sampled_from(({"amount": 13}, {"currency": "EUR"}, {"metadata": {"order": "1"}})))
    def create_another_with_its_key(self, payment: Payment, change: dict[str, Any]) -> None:
        answer = self.api[payment.merchant].create({**payment.request, **change}, payment.key)
        assert refused(answer, 409, "idempotency-conflict"), answer.body

    def look(self, payment: Payment) -> dict[str, Any]:
        """As it stands. The settler may have settled it: with the outcome that the model expects."""
        answer = self.api[payment.merchant].read(payment.payment_id)
        assert answer.status == 200
        if payment.is_pending and answer.body["status"] != "pending":
            payment.settle()
            payment.made = answer.body
        body: dict[str, Any] = answer.body
        return body

    def step(self, payment: Payment, name: str, body: dict[str, int] | None) -> Answer | None:
        """The step with a key of its own; None where it was refused as the model expects."""
        self.look(payment)
        state, key = payment.status, self.new_key()
        answer = self.api[payment.merchant].step(payment.payment_id, name, body, key)
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
        if answer and payment.request["payment_token"] == NO_REFUNDS:
            assert refused(answer, 402, "declined"), answer.body
            payment.refunds.append((amount, "declined"))
            self.read(payment)
        elif answer:
            payment.refunded += amount
            payment.refunds.append((amount, "succeeded"))
            assert answer.status == 201, answer.body
            assert (answer.body["amount"], answer.body["status"]) == (amount, "succeeded")
            assert payment.is_shown_as(answer.body["payment"])

    @rule(payment=payments, data=st.data())
    def repeat_a_step(self, payment: Payment, data: st.DataObject) -> None:
        """However late: to the letter what was answered then."""
        if not payment.steps:
            return
        key = data.draw(st.sampled_from(list(payment.steps)))
        name, body, first = payment.steps[key]
        answer = self.api[payment.merchant].step(payment.payment_id, name, body, key)
        status = 402 if first.status == 402 else 200
        assert (answer.status, answer.headers["Idempotency-Replayed"]) == (status, "true")
        assert answer.body == first.body

    @rule(payment=payments, data=st.data())
    def take_another_step_with_its_key(self, payment: Payment, data: st.DataObject) -> None:
        if not payment.steps:
            return
        key = data.draw(st.sampled_from(list(payment.steps)))
        answer = self.api[payment.merchant].step(payment.payment_id, "refunds", {"amount": 13}, key)
        assert refused(answer, 409, "idempotency-conflict"), answer.body

    @rule(payment=payments)
    def read(self, payment: Payment) -> None:
        body = self.look(payment)
        assert payment.is_shown_as(body), body

    @rule(payment=payments)
    def read_as_another_merchant(self, payment: Payment) -> None:
        other = next(name for name in MERCHANTS if name != payment.merchant)
        assert refused(self.api[other].read(payment.payment_id), 404, "payment-not-found")
        assert refused(self.api[other].step(payment.payment_id, "void", None, "v"), 404, "payment-not-found")

    @rule(merchant=st.sampled_from(MERCHANTS), limit=st.integers(1, 4), data=st.data())
    def list_a_window_of_time(self, merchant: str, limit: int, data: st.DataObject) -> None:
        """From the moment of one payment to that of another, page by page, newest first."""
        theirs = [payment for payment in self.known if payment.merchant == merchant]
        times = sorted(payment.made["created_at"] for payment in theirs)
        window = data.draw(
            st.lists(st.sampled_from(times), max_size=2, unique=True).map(sorted) if times else st.just([])
        )
        query = dict(zip(("from", "to"), window, strict=False))
        begin, end = query.get("from", ""), query.get("to", "9")
        expected = [payment for payment in reversed(theirs) if begin <= payment.made["created_at"] < end]

        def listed() -> bool:
            for payment in expected:
                if payment.is_pending:
                    self.look(payment)
            found = self.pages(merchant, {"limit": str(limit), **query})
            return len(found) == len(expected) and all(
                payment.is_shown_as({**body, "livemode": False}, in_a_list=True)
                for payment, body in zip(expected, found, strict=True)
            )

        wait_for("what the model lists", listed, INDEX_SECONDS)  # the index follows the table

    def pages(self, merchant: str, query: dict[str, str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            answer = self.api[merchant].list(**query, **cursor)
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
