"""Payments that wait for the settler, and a run of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from payments.gateway import Unknown
from payments.settling import Run
from tests.unit.payments.conftest import BODY, PAYMENTS, Call, World

SILENCE = Unknown("no answer")
MINUTE = timedelta(minutes=1)


def run(world: World, seconds: float = 50.0) -> Run:
    return world.settler.run("run-1", lambda: seconds)


def make(call: Call, world: World, key: str = "k", **body: Any) -> str:
    """One whose gateway has not answered."""
    world.answers.append(SILENCE)
    payment_id: str = call("POST", PAYMENTS, {**BODY, **body}, key).body["payment_id"]
    world.answers.clear()
    return payment_id


def state(call: Call, payment_id: str) -> str:
    status: str = call("GET", f"{PAYMENTS}/{payment_id}", key=None).body["status"]
    return status
