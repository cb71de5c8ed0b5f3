"""Which tests share a worker of pytest-xdist. `make test` starts as many workers as the machine has cores."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

# `make test-browser` runs these in an environment of their own.
collect_ignore = [] if importlib.util.find_spec("selenium") else ["browser"]
# Each of these folders prepares something that takes minutes and that all its tests share: a deployed stack, and the
# gate's verdict on every mutation. They begin first, because they take longest.
SHARED = ("integration", "policy")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What shares something comes first, under pytest-xdist only."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: SHARED.index(group) if (group := _group(item.nodeid)) in SHARED else len(SHARED))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each group of tests to one worker. `--dist loadgroup` of pytest-xdist 3.8 does nothing under pytest 9.2."""
    from xdist.scheduler import LoadScopeScheduling

    class GroupScheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _group(nodeid)

    return GroupScheduling(config, log)


def _group(nodeid: str) -> str:
    """The folder of tests that share something, else the file."""
    file = nodeid.partition("::")[0]
    folder = file.split("/")[1]
    return folder if folder in SHARED else file
