"""The settler voids an authorization before the gateway lets it expire, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from payments.gateway import Approved, Declined
from payments.identifiers import timestamp
from payments.settling import Run
from tests.unit.payments.conftest import BODY, NOW, PAYMENTS, Call, World
from tests.unit.payments.pending import MINUTE, make, run, state


def test_an_authorization_is_voided_before_it_expires(call: Call, world: World) -> None:
    payment_id = call("POST", PAYMENTS, {**BODY, "capture": False}, "k").body["payment_id"]
    world.now = NOW + timedelta(days=6, hours=22)
    assert run(world) == Run()
    world.now += timedelta(hours=1)
    assert run(world).settled == 1
    item = world.items[payment_id]
    assert (state(call, payment_id), "awaiting" in item) == ("voided", False)
    (void,) = [step["M"] for step in item["steps"]["M"].values() if step["M"]["kind"]["S"] == "void"]
    assert (void["actor"]["S"], void["request_id"]["S"]) == ("settler", "run-1")


@pytest.mark.parametrize("step", ["capture", "void"])
def test_what_was_captured_or_voided_in_time_is_left_alone(call: Call, world: World, step: str) -> None:
    payment_id = call("POST", PAYMENTS, {**BODY, "capture": False}, "k").body["payment_id"]
    call("POST", f"{PAYMENTS}/{payment_id}/{step}", None, "s")
    world.now += timedelta(days=8)
    assert run(world) == Run()


def test_the_gateway_says_until_when_it_can_be_captured(call: Call, world: World) -> None:
    world.answers.append(Approved("ref", capture_before=timestamp(NOW + timedelta(days=2))))
    made = call("POST", PAYMENTS, {**BODY, "capture": False}, "k")
    assert made.body["capture_before"] == timestamp(NOW + timedelta(days=2))
    world.now += timedelta(days=2)
    assert run(world).settled == 1
    assert state(call, made.body["payment_id"]) == "voided"


@pytest.mark.parametrize("step", ["capture", "void"])
def test_what_its_merchant_does_meanwhile_is_no_failure(
    call: Call, world: World, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Between the settler's read and its intent; no alarm rings for it."""
    payment_id = call("POST", PAYMENTS, {**BODY, "capture": False}, "k").body["payment_id"]
    world.now += timedelta(days=7)
    read = world.ledger.read

    def overtaken(payment_id: str) -> Any:
        found = read(payment_id)
        call("POST", f"{PAYMENTS}/{payment_id}/{step}", None, "s")
        return found

    monkeypatch.setattr(world.ledger, "read", overtaken)
    assert vars(run(world)) == {"settled": 1, "failed": 0, "pending": 0, "oldest_seconds": 0.0}
    assert state(call, payment_id) == {"capture": "captured", "void": "voided"}[step]


@pytest.mark.parametrize("what", ["a pending sale", "an expired authorization"])
def test_two_runs_at_once_do_no_harm(call: Call, world: World, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Without reserved concurrency: the other run does all of its work after this one has read the payment."""
    if what == "a pending sale":
        payment_id = make(call, world)
        world.now += MINUTE
    else:
        payment_id = call("POST", PAYMENTS, {**BODY, "capture": False}, "k").body["payment_id"]
        world.now += timedelta(days=7)
    read, others = world.ledger.read, []

    def overtaken(payment_id: str) -> Any:
        found = read(payment_id)
        if not others:
            others.append(None)
            others[0] = world.settler.run("run-2", lambda: 50.0)
        return found

    monkeypatch.setattr(world.ledger, "read", overtaken)
    assert [(one.settled, one.failed, one.pending) for one in (run(world), *others)] == [(1, 0, 0)] * 2
    assert state(call, payment_id) == ("captured" if what == "a pending sale" else "voided")
    steps = world.items[payment_id]["steps"]["M"].values()
    assert {step["M"]["state"]["S"] for step in steps} == {"succeeded"}
    settled = [step["M"] for step in steps if "settled_at" in step["M"]][-1]
    assert "run-2" in (settled.get("settled_by", {}).get("S"), settled["request_id"]["S"])
    effects = [(name, key) for name, key, _ in world.gateway_calls if name != "authorize"]
    assert len(set(effects)) == 1, "one key at the gateway, so one effect"


def test_a_void_that_the_gateway_declines_is_tried_again_later_with_another_key(call: Call, world: World) -> None:
    payment_id = call("POST", PAYMENTS, {**BODY, "capture": False}, "k").body["payment_id"]
    world.now += timedelta(days=7)
    world.answers.append(Declined("cannot_be_voided"))
    run(world)
    assert (state(call, payment_id), run(world)) == ("authorized", Run())
    world.now += timedelta(hours=6)
    assert run(world).settled == 1
    assert state(call, payment_id) == "voided"
    assert len({key for name, key, _ in world.gateway_calls if name == "void"}) == 2


def test_an_authorization_is_voided_though_its_payment_has_had_many_steps(call: Call, world: World) -> None:
    payment_id = call("POST", PAYMENTS, {**BODY, "capture": False}, "k").body["payment_id"]
    world.answers += [Declined("no")] * 101
    for number in range(101):
        call("POST", f"{PAYMENTS}/{payment_id}/capture", None, f"c-{number}")
    world.answers.clear()
    world.now += timedelta(days=8)
    assert run(world).settled == 1
    assert state(call, payment_id) == "voided"
