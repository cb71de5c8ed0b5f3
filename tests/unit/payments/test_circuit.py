"""The circuit breaker: while the gateway is down nobody waits for it, and its recovery is noticed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from payments import circuit
from payments.circuit import CLOSED, FAILURES, HALF_OPEN, OPEN, OPEN_SECONDS, Circuit
from payments.gateway import Declined, Unknown
from tests.unit.payments.conftest import BODY, PAYMENTS, Call, World

DOWN = Unknown("no connection")


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(world: World) -> Clock:
    made = Clock()
    world.completion.gateway_calls.circuits["simulated"] = Circuit(clock=made)
    return made


def states(world: World, call: Call, answers: list[Any], prefix: str) -> list[int]:
    found = []
    for number, answer in enumerate(answers):
        world.answers = [answer] if answer else []
        found.append(call("POST", PAYMENTS, BODY, f"{prefix}-{number}").status)
    return found


def test_it_opens_after_failures_in_a_row_and_closes_by_an_answer() -> None:
    clock = Clock()
    breaker = Circuit(clock=clock)
    for _ in range(FAILURES - 1):
        breaker.failed()
    assert (breaker.state, breaker.allows_a_call()) == (CLOSED, True)
    breaker.failed()
    assert (breaker.state, breaker.allows_a_call()) == (OPEN, False)
    clock.seconds += OPEN_SECONDS
    assert (breaker.state, breaker.allows_a_call()) == (HALF_OPEN, True)
    breaker.failed()
    assert breaker.state == OPEN
    clock.seconds += OPEN_SECONDS
    breaker.succeeded()
    assert breaker.state == CLOSED
    breaker.failed()
    assert breaker.state == CLOSED, "the count begins anew"


def test_while_it_is_open_requests_are_recorded_and_the_gateway_is_not_called(
    call: Call, world: World, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    assert states(world, call, [DOWN] * FAILURES, "down") == [202] * FAILURES
    assert states(world, call, [None] * 3, "open") == [202] * 3
    assert (len(world.gateway_calls), len(world.items)) == (FAILURES, FAILURES + 3)
    blobs = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert sum(blob.get("GatewayCircuitOpen", [0])[0] for blob in blobs) == 3
    assert sum(blob.get("GatewayErrors", [0])[0] for blob in blobs) == FAILURES
    clock.seconds += OPEN_SECONDS
    assert states(world, call, [None, None], "closed") == [201, 201]


def test_a_replay_of_what_is_pending_does_not_call_either(call: Call, world: World, clock: Clock) -> None:
    states(world, call, [DOWN] * FAILURES, "down")
    assert call("POST", PAYMENTS, BODY, "down-0").status == 202
    assert len(world.gateway_calls) == FAILURES
    clock.seconds += OPEN_SECONDS
    assert call("POST", PAYMENTS, BODY, "down-0").status == 200


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("answer", [Declined("no"), Unknown("processing", reachable=True), None])
def test_an_answer_of_any_kind_keeps_it_closed(call: Call, world: World, answer: Any) -> None:
    states(world, call, [DOWN] * (FAILURES - 1) + [answer] + [DOWN] * (FAILURES - 1), "mixed")
    assert world.completion.gateway_calls.circuits["simulated"].state == circuit.CLOSED


def test_slow_answers_open_it(call: Call, world: World, clock: Clock) -> None:
    slow = {**BODY, "payment_token": "tok_slow"}
    for number in range(FAILURES + 3):
        assert call("POST", PAYMENTS, slow, f"slow-{number}").status == 202
    assert len(world.gateway_calls) == FAILURES
    assert clock.seconds == 0


@pytest.mark.usefixtures("clock")
def test_the_tokens_of_unknown_answers_do_not(call: Call, world: World) -> None:
    """They are about one payment; tests of others beside them are not to feel it."""
    for number in range(FAILURES + 3):
        call("POST", PAYMENTS, {**BODY, "payment_token": "tok_unknown_then_approved"}, f"unknown-{number}")
    assert world.completion.gateway_calls.circuits["simulated"].state == CLOSED
