"""localstripe once a run, a proxy of its own for each test."""

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
    """Every adapter: a further one joins here."""
    if request.param == "simulated":
        return SimulatedHarness()
    made: StripeHarness = request.getfixturevalue("stripe")
    return made


@pytest.fixture
def payment(stripe: StripeHarness) -> Payment:
    return Payment(stripe)


@pytest.fixture
def made(payment: Payment) -> Callable[[str], Callable[..., Answer]]:
    """The call of a step, with what comes before it done."""

    def step(name: str) -> Callable[..., Answer]:
        if name in ("capture", "void"):
            payment.authorize()
        if name == "refund":
            payment.sale()
        call: Callable[..., Answer] = getattr(payment, name)
        return call

    return step
