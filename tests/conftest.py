"""Which tests share a worker of pytest-xdist. `make test` starts as many workers as the machine has cores."""

from __future__ import annotations

import importlib.util
from collections.abc import Generator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# `make test-browser` runs these in an environment of their own.
collect_ignore = [] if importlib.util.find_spec("selenium") else ["browser"]
# Each of these folders prepares something that takes minutes and that all its tests share: a deployed stack, and the
# gate's verdict on every mutation. They begin first, because they take longest.
SHARED = ("integration", "policy")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, None, None]:
    """One group for each folder that shares something, and one for each file of the others; only under pytest-xdist.

    As a wrapper: pytest-xdist reads the marks in the same hook, and the folders put their tests in order in it.
    """
    is_worker = hasattr(config, "workerinput")
    for item in items if is_worker else ():
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    yield
    if is_worker:
        items.sort(key=lambda item: SHARED.index(_group(item)) if _group(item) in SHARED else len(SHARED))


def _group(item: pytest.Item) -> str:
    parts = item.path.relative_to(HERE).parts
    return parts[0] if parts[0] in SHARED else "/".join(parts)
