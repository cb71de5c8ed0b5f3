"""A ledger, archive and gateway in memory, and a payment in them."""

from __future__ import annotations

import pytest

from tests.unit.operations.redriving import Setting
from tests.unit.operations.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def paid(world: World) -> str:
    """Make three payments, archive them, and return the id of the one that was captured in part and refunded twice."""
    payment_id = world.take("first", capture=False)
    world.take("second")
    world.capture(payment_id, 90)
    world.refund(payment_id, 10, "one")
    world.refund(payment_id, 80, "two")
    world.void(world.take("third", capture=False))
    world.archive()
    return payment_id


@pytest.fixture
def setting() -> Setting:
    return Setting()
