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
# Half of the integration tests share a second deployed stack, so that both halves run at the same time.
SECOND_STACK = tuple(
    f"tests/integration/test_{name}.py"
    for name in ("drift", "environments", "operations", "plan", "refused_plans", "saved_plans")
)
# Integration tests with a deployment of their own.
OF_THEIR_OWN = tuple(f"tests/integration/test_{name}.py" for name in ("deploy_role", "stripe", "recovery", "buckets"))
FIRST = ("integration", "integration on the second stack", "policy", *OF_THEIR_OWN)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Under pytest-xdist, move the tests that share a fixture to the beginning."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: FIRST.index(group) if (group := _group(item.nodeid)) in FIRST else len(FIRST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Return one more than the number of cores: the workers with a deployed stack mostly wait for Terraform."""
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
    if file in SECOND_STACK:
        return "integration on the second stack"
    folder = file.split("/")[1]
    return folder if folder in SHARED and file not in OF_THEIR_OWN else file
