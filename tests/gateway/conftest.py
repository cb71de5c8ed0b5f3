"""localstripe once a run, a proxy of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .harness import Harness, SimulatedHarness, StripeHarness
from .localstripe import LocalStripe, started
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
