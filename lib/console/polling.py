"""Waits for a condition instead of a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from lib.errors import ToolError

Found = TypeVar("Found")


def wait_for(what: str, look: Callable[[], Found | None], timeout: float, interval: float = 0.1) -> Found:
    """Call `look` until it returns a true value, and return this value. Raises ToolError after `timeout` seconds.

    `what` names the awaited thing in the error. `interval`: seconds between two calls.
    """
    end = time.monotonic() + timeout
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise ToolError(f"{what} did not come within {timeout:g} s")
        time.sleep(interval)
