"""The settler: what requests left behind is completed, in bounded runs, and nothing else is touched."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest

from payments import settler
from payments.errors import UnavailableError
from payments.gateway import Approved, Declined
from payments.settling import LONGEST_DELAY, SECONDS_FOR_ONE, Run
from payments.simulated import Simulated
from tests.unit.payments.conftest import BODY, NOW, PAYMENTS, Call, Context, World
from tests.unit.payments.pending import MINUTE, SILENCE, make, run, state


@pytest.mark.parametrize("capture", [True, False])
def test_a_pending_payment_is_settled(call: Call, world: World, capture: bool) -> None:
    payment_id = make(call, world, capture=capture)
    world.now += MINUTE
    assert vars(run(world)) == {"settled": 1, "failed": 0, "pending": 0, "oldest_seconds": 0.0}
    assert state(call, payment_id) == ("captured" if capture else "authorized")
    first, again = world.gateway_calls
    assert (first[:2], again[2]) == (again[:2], True)
    step = world.items[payment_id]["steps"]["M"]["sale" if capture else "authorize"]["M"]
    assert (step["actor"]["S"], step["request_id"]["S"]) == ("arn:aws:iam::123456789012:user/shop", "request-1")
    assert step["settled_by"]["S"] == "run-1"


@pytest.mark.parametrize("step", ["capture", "void", "refunds"])
def test_a_pending_step_is_settled(call: Call, world: World, step: str) -> None:
    sale = step == "refunds"
    payment_id = call("POST", PAYMENTS, {**BODY, "capture": sale}, "k").body["payment_id"]
    world.answers.append(SILENCE)
    call("POST", f"{PAYMENTS}/{payment_id}/{step}", {"amount": 50} if sale else None, "s")
    world.now += MINUTE
    assert run(world).settled == 1
    assert state(call, payment_id) == {"capture": "captured", "void": "voided", "refunds": "partially_refunded"}[step]
    assert run(world) == Run()


def test_what_began_a_moment_ago_is_left_to_its_request(call: Call, world: World) -> None:
    make(call, world)
    world.now += timedelta(seconds=10)
    found = run(world)
    assert (found.settled, found.pending, found.oldest_seconds) == (0, 1, 10.0)
    assert len(world.gateway_calls) == 1


def test_what_stays_pending_is_asked_again_after_as_long_as_it_has_waited(call: Call, world: World) -> None:
    payment_id = make(call, world)
    world.answers += [SILENCE] * 40
    asked = []
    for minute in range(1, 181):
        world.now = NOW + minute * MINUTE
        before = len(world.gateway_calls)
        world.completion.gateway_calls.circuits.clear()
        found = run(world)
        assert (found.pending, found.oldest_seconds) == (1, 60.0 * minute)
        if len(world.gateway_calls) > before:
            asked.append(minute)
    assert asked == [1, 2, 4, 8, 16, 32, 64, 124]
    world.now += LONGEST_DELAY
    world.answers.clear()
    assert run(world).settled == 1
    assert state(call, payment_id) == "captured"


@pytest.mark.parametrize(
    ("found", "after", "calls"),
    [
        (Approved("sim_found"), "captured", []),
        (Declined("stolen_card"), "declined", []),
        (SILENCE, "pending", []),
        (None, "captured", ["sale"]),
    ],
)
def test_after_a_day_it_is_looked_up_before_it_is_asked_again(
    call: Call, world: World, monkeypatch: pytest.MonkeyPatch, found: Any, after: str, calls: list[str]
) -> None:
    """The gateway may have forgotten the key: only what it never saw is asked again."""
    looked_up = []

    def look_up(_: Simulated, payment_id: str, key: str) -> Any:
        looked_up.append((payment_id, key))
        return found

    payment_id = make(call, world)
    monkeypatch.setattr(Simulated, "look_up", look_up)
    world.now += timedelta(hours=24)
    world.gateway_calls.clear()
    run(world)
    assert state(call, payment_id) == after
    assert looked_up == [(payment_id, f"{payment_id}_sale")]
    assert [name for name, _, _ in world.gateway_calls if name != "look_up"] == calls


def test_a_client_that_repeats_after_a_day_does_not_charge_twice_either(
    call: Call, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(call, world)
    monkeypatch.setattr(Simulated, "look_up", lambda *_: Approved("sim_found"))
    world.now += timedelta(hours=24)
    world.gateway_calls.clear()
    assert call("POST", PAYMENTS, BODY, "k").status == 200
    assert [name for name, _, _ in world.gateway_calls] == ["look_up"]


def test_a_look_up_that_took_long_leaves_the_call_to_the_next_run(
    call: Call, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment_id = make(call, world)
    left = [50.0]

    def look_up(*_: Any) -> None:
        left[0] = 5.0

    monkeypatch.setattr(Simulated, "look_up", look_up)
    world.now += timedelta(hours=24)
    world.gateway_calls.clear()
    world.settler.run("run-1", lambda: left[0])
    assert (state(call, payment_id), [name for name, _, _ in world.gateway_calls]) == ("pending", ["look_up"])


def test_a_run_ends_in_time(call: Call, world: World) -> None:
    for number in range(3):
        make(call, world, f"k-{number}")
    world.now += MINUTE
    left = iter([50.0, 50.0, SECONDS_FOR_ONE - 1])
    found = world.settler.run("run-1", lambda: next(left))
    assert (found.settled, found.pending, found.oldest_seconds) == (1, 2, 60.0)


def test_one_that_fails_holds_up_no_other_and_is_put_off(
    call: Call, world: World, monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    bad, good = make(call, world, "bad"), make(call, world, "good")
    settle = world.ledger.settle

    def explode(payment: Any, *others: Any) -> Any:
        if payment.payment_id == bad:
            raise KeyError("4111111111111111")
        return settle(payment, *others)

    monkeypatch.setattr(world.ledger, "settle", explode)
    world.now += MINUTE
    found = run(world)
    assert (found.settled, found.failed, found.pending) == (1, 1, 1)
    assert (state(call, bad), state(call, good)) == ("pending", "captured")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (line,) = [line for line in lines if line["level"] == "ERROR"]
    assert (line["payment_id"], line["exception_name"]) == (bad, "KeyError")
    assert "4111" not in log.getvalue()
    assert run(world).failed == 0, "not due just now"


def test_while_the_gateway_is_down_few_calls_are_made_and_nothing_is_put_off(call: Call, world: World) -> None:
    for number in range(12):
        make(call, world, f"k-{number}")
    world.completion.gateway_calls.circuits.clear()
    world.now += MINUTE
    world.gateway_calls.clear()
    world.answers += [SILENCE] * 100
    assert run(world).pending == 12
    assert len(world.gateway_calls) == 5
    world.answers.clear()
    world.completion.gateway_calls.circuits.clear()  # as it closes after a while
    assert run(world).settled == 7


def test_a_ledger_that_does_not_answer_fails_the_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> None:
        raise UnavailableError

    monkeypatch.setattr(world.ledger, "pending", silent)
    with pytest.raises(UnavailableError):
        settler.handler({}, Context())  # type: ignore[arg-type]  # a Context has all that is used


def test_the_function_counts_what_waits(call: Call, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    make(call, world)
    capsys.readouterr()
    world.now += timedelta(seconds=20)
    settler.handler({}, Context(seconds_left=50.0))  # type: ignore[arg-type]  # a Context has all that is used
    (blob,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert (blob["PendingPayments"], blob["OldestPendingSeconds"], blob["SettlerFailures"]) == ([1.0], [20.0], [0.0])
