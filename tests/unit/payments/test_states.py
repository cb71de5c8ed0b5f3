"""The table of states: the one that the documentation shows, and the only ways that payments go."""

from __future__ import annotations

import pytest

from lib.environments import ROOT
from payments.errors import PaymentError
from payments.gateway import Answer, Declined, Unknown
from payments.payment import Payment, Request
from payments.problems import problem_of
from payments.service import StepRequest, StepResult
from payments.states import CAPTURE, PENDING, REFUND, STEPS, TRANSITIONS, VOID
from tests.unit.payments.conftest import CALLER, World

DECLINE = Declined("insufficient_funds")
# State -> how a payment gets there: whether it is a sale, the gateway's answers to it and to the steps after it.
WAYS: dict[str, tuple[bool, list[tuple[str, int | None]], list[Answer]]] = {
    "pending": (True, [], [Unknown("no answer")]),
    "declined": (True, [], [DECLINE]),
    "authorized": (False, [], []),
    "captured": (True, [], []),
    "partially_refunded": (True, [(REFUND, 40)], []),
    "refunded": (True, [(REFUND, 40), (REFUND, 60)], []),
    "voided": (False, [(VOID, None)], []),
}
STEPS_AFTER = [(CAPTURE, None), (CAPTURE, 1), (VOID, None), (REFUND, 1), (REFUND, 60)]


def ask(world: World, payment_id: str, key: str) -> StepRequest:
    return StepRequest("m-1", payment_id, key, CALLER, lambda: world.seconds_left)


def do(world: World, payment_id: str, kind: str, amount: int | None, key: str) -> StepResult:
    payments, asked = world.payments, ask(world, payment_id, key)
    if kind == REFUND:
        return payments.refund(asked, amount or 0)
    return payments.capture(asked, amount) if kind == CAPTURE else payments.void(asked)


def in_state(world: World, state: str) -> Payment:
    capture, steps, answers = WAYS[state]
    world.answers += answers
    payment = world.payments.take(Request("m-1", 100, "EUR", "tok", capture=capture), ask(world, "", "k")).payment
    for number, (kind, amount) in enumerate(steps):
        payment = do(world, payment.payment_id, kind, amount, str(number)).payment
    assert payment.state == state
    return payment


def test_the_documentation_shows_this_table() -> None:
    lines = (ROOT / "docs" / "payments.md").read_text().splitlines()
    start = lines.index("| state | authorize | sale | capture | void | refund |")
    shown = {}
    for line in lines[start + 2 : start + 2 + len(TRANSITIONS)]:
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        shown[name.strip("`")] = {
            step: tuple(state.strip("` ") for state in cell.split(" or "))
            for step, cell in zip(STEPS, cells, strict=True)
            if cell
        }
    assert shown == TRANSITIONS


@pytest.mark.parametrize("state", WAYS)
@pytest.mark.parametrize(("kind", "amount"), STEPS_AFTER)
def test_a_step_leads_where_the_table_says_or_is_forbidden(state: str, kind: str, amount: int | None) -> None:
    world = World()
    payment = in_state(world, state)
    if kind in TRANSITIONS[state]:
        assert do(world, payment.payment_id, kind, amount, "new").payment.state in TRANSITIONS[state][kind]
    else:
        with pytest.raises(PaymentError) as caught:
            do(world, payment.payment_id, kind, amount, "new")
        problem = problem_of(caught.value)
        assert (problem.status, problem.body()["state"]) == (409, state)


@pytest.mark.parametrize("state", WAYS)
@pytest.mark.parametrize(("kind", "amount"), STEPS_AFTER)
@pytest.mark.parametrize("answer", [DECLINE, Unknown("no answer")])
def test_a_step_that_is_declined_or_pending_leaves_the_state(
    state: str, kind: str, amount: int | None, answer: Answer
) -> None:
    world = World()
    payment = in_state(world, state)
    if kind in TRANSITIONS[state]:
        world.answers.append(answer)
        done = do(world, payment.payment_id, kind, amount, "new")
        assert (done.step.state, done.payment.state) == ("declined" if answer is DECLINE else "pending", state)


def test_every_state_is_reached_and_made_here() -> None:
    reached = {state for steps in TRANSITIONS.values() for states in steps.values() for state in states}
    assert reached | {PENDING} == set(TRANSITIONS) == set(WAYS)
