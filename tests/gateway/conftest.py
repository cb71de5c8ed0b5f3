"""Starts localstripe once a run, and a proxy for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from payments.gateway import Answer

from .harness import Harness, SimulatedHarness, StripeHarness
from .localstripe import LocalStripe, started
from .payment import Payment
from .proxy import Proxy


@pytest.fixture(scope="session")
def localstripe() -> Iterator[LocalStripe]:
    with started() as running:
        yield running


@pytest.fixture
def proxy(localstripe: LocalStripe) -> Iterator[Proxy]:
    with Proxy(localstripe) as listening:
        yield listening


@pytest.fixture
def stripe(proxy: Proxy) -> StripeHarness:
    return StripeHarness(proxy)


@pytest.fixture(params=["simulated", "stripe"])
def harness(request: pytest.FixtureRequest) -> Harness:
    """Return the harness of each adapter in turn. Add a new adapter here."""
    if request.param == "simulated":
        return SimulatedHarness()
    made: StripeHarness = request.getfixturevalue("stripe")
    return made


@pytest.fixture
def payment(stripe: StripeHarness) -> Payment:
    return Payment(stripe)


@pytest.fixture
def made(payment: Payment) -> Callable[[str], Callable[..., Answer]]:
    """Return `made(step)`, which does the steps before this one and returns the function that calls it."""

    def step(name: str) -> Callable[..., Answer]:
        if name in ("capture", "void"):
            payment.authorize()
        if name == "refund":
            payment.sale()
        call: Callable[..., Answer] = getattr(payment, name)
        return call

    return step
