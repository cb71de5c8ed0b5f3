"""Requests are sent again at moments of their own, and when the API asks for it."""

from __future__ import annotations

import pytest

from lib.targets.backoff import LONGEST_WAIT_SECONDS, pauses, wait_seconds


def test_pauses_grow_to_a_bound_and_differ() -> None:
    first = [pause for pause, _ in zip(pauses(), range(8), strict=False)]
    assert first[-1] > first[0]
    assert max(first) <= LONGEST_WAIT_SECONDS
    assert first != [pause for pause, _ in zip(pauses(), range(8), strict=False)]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "1"}, 2),
        ({"Retry-After": "soon"}, 2),
        ({}, 2),
        ({"Retry-After": "3600"}, 10),
    ],
)
def test_the_api_may_ask_for_more(headers: dict[str, str], seconds: float) -> None:
    assert wait_seconds(2.0, headers) == seconds
