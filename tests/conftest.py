"""Distributes the tests to the workers of pytest-xdist. `make test` starts one worker more than there are cores."""

from __future__ import annotations

import importlib.util
import os
from typing import Any

import pytest

# `make test-browser` runs these in an environment of their own.
collect_ignore = [] if importlib.util.find_spec("selenium") else ["browser"]
# The tests of each of these folders share a fixture that takes minutes: a deployed stack, and the gate's verdict on
# every mutation. They begin first, because they take longest.
SHARED = ("integration", "policy")
# Integration tests with a deployment of their own.
OF_THEIR_OWN = tuple(f"tests/integration/test_{name}.py" for name in ("deploy_role", "stripe", "recovery", "buckets"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Under pytest-xdist, move the tests that share a fixture to the beginning."""
    if hasattr(config, "workerinput"):
        first = (*SHARED, *OF_THEIR_OWN)
        items.sort(key=lambda item: first.index(group) if (group := _group(item.nodeid)) in first else len(first))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one more than the number of cores: the worker with the deployed stack mostly waits for Terraform."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Send each group of tests to one worker. `--dist loadgroup` of pytest-xdist 3.8 does nothing under pytest 9.2."""
    from xdist.scheduler import LoadScopeScheduling

    class GroupScheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _group(nodeid)

    return GroupScheduling(config, log)


def _group(nodeid: str) -> str:
    """Return a test's group: its folder if the folder's tests share a fixture, else its file."""
    file = nodeid.partition("::")[0]
    folder = file.split("/")[1]
    return folder if folder in SHARED and file not in OF_THEIR_OWN else file
