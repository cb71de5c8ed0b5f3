"""The table of states: the one that the documentation shows, and the only ways that payments go."""

from __future__ import annotations

import pytest

from lib.environments import ROOT
from payments.payment import Payment, Request, Step
from payments.service import refusal
from payments.states import AUTHORIZED, CAPTURE, CAPTURED, REFUND, STEPS, TRANSITIONS, VOID
from tests.unit.payments.conftest import NOW

MADE = {
    "authorized": ((False,), ()),
    "captured": ((True,), ()),
    "partially_refunded": ((True,), ((REFUND, 40),)),
    "refunded": ((True,), ((REFUND, 40), (REFUND, 60))),
    "voided": ((False,), ((VOID, None),)),
}


def in_state(state: str) -> Payment:
    (capture,), steps = MADE[state]
    payment = Payment.new(Request("m", 100, "EUR", "tok", capture=capture), "k", "shop", NOW)
    for number, (kind, amount) in enumerate(steps):
        payment = payment.after(Step.new(kind, payment.payment_id, str(number), amount, NOW))
    assert payment.state == state
    return payment


def test_the_documentation_shows_this_table() -> None:
    lines = (ROOT / "docs" / "payments.md").read_text().splitlines()
    start = lines.index("| state | capture | void | refund |")
    shown = {}
    for line in lines[start + 2 : start + 2 + len(TRANSITIONS)]:
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        shown[name.strip("`")] = {
            step: tuple(state.strip("` ") for state in cell.split(" or "))
            for step, cell in zip(STEPS, cells, strict=True)
            if cell
        }
    assert shown == TRANSITIONS


@pytest.mark.parametrize("state", MADE)
@pytest.mark.parametrize(("kind", "amount"), [(CAPTURE, None), (CAPTURE, 1), (VOID, None), (REFUND, 1), (REFUND, 60)])
def test_a_step_leads_where_the_table_says_or_is_forbidden(state: str, kind: str, amount: int | None) -> None:
    payment = in_state(state)
    step = Step.new(kind, payment.payment_id, "new", amount, NOW)
    problem = refusal(payment, step)
    if kind in TRANSITIONS[state]:
        assert problem is None
        assert payment.after(step).state in TRANSITIONS[state][kind]
    else:
        assert problem is not None
        assert (problem.status, problem.body()["state"]) == (409, state)


def test_every_state_is_reached_and_made_here() -> None:
    reached = {state for steps in TRANSITIONS.values() for states in steps.values() for state in states}
    assert reached | {AUTHORIZED, CAPTURED} == set(TRANSITIONS) == set(MADE)
