"""Synthesizes the real stack once, and runs the second judge on all mutations that pytest has collected."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from lib.gate import Gate

from .mutations import Mutation
from .shipped import synthesized
from .verdicts import MutationVerdicts, judge_mutations

HERE = Path(__file__).parent
JUDGED_BY_THE_GATE = HERE / "test_gate.py"


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the cdk.tf.json of TapStack with the gateway stripe, which has a secret. Tests must not change it."""
    return synthesized(tmp_path_factory.mktemp("synth"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Move the tests that wait for the gate behind the tests of the aspects, during which the gate runs."""
    judged = [item for item in items if item.path == JUDGED_BY_THE_GATE]
    others = [item for item in items if item.path != JUDGED_BY_THE_GATE]
    last = max((number for number, item in enumerate(others) if item.path.parent == HERE), default=-1) + 1
    items[:] = [*others[:last], *judged, *others[last:]]


class Rates:
    """Counts the violations that each judge finds without the other. The rates are printed at the end of the run."""

    def __init__(self) -> None:
        self._found: dict[str, list[bool]] = {}

    def note(self, judge: str, found: bool) -> None:
        """Note whether a judge found a violation."""
        self._found.setdefault(judge, []).append(found)

    def lines(self) -> Iterator[str]:
        """Yield a line for each judge."""
        for judge, found in self._found.items():
            share = sum(found) / len(found)
            yield f"{judge}: {sum(found)} of {len(found)} violations found, {share:.0%}"


RATES = pytest.StashKey[Rates]()
REMARKS = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RATES] = Rates()
    config.stash[REMARKS] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under pytest-xdist, pass a worker's lines to the process that prints them."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["violations"] = _lines(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the lines of a pytest-xdist worker that has ended. A crashed worker has none."""
    node.config.stash[REMARKS] += getattr(node, "workeroutput", {}).get("violations", [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the rate of each judge without the other, then the remarks of the tests."""
    if lines := _lines(config):
        terminalreporter.section("violations of the real stack")
        for line in lines:
            terminalreporter.write_line(line)


def _lines(config: pytest.Config) -> list[str]:
    return [*config.stash[RATES].lines(), *config.stash[REMARKS]]


@pytest.fixture(scope="session")
def rates(pytestconfig: pytest.Config) -> Rates:
    """Return the rates, to which the tests of each judge add their results."""
    return pytestconfig.stash[RATES]


@pytest.fixture(scope="session")
def remarks(pytestconfig: pytest.Config) -> list[str]:
    """Return a list of lines to print at the end of the run, such as the seed of random tests."""
    return pytestconfig.stash[REMARKS]


@pytest.fixture(scope="session")
def collected(request: pytest.FixtureRequest) -> list[Mutation]:
    """Return the mutations on which the collected tests need the gate: with `-k TAP-REC-1`, those of this rule."""
    found = {}
    for item in request.session.items:
        if item.path == JUDGED_BY_THE_GATE and isinstance(item, pytest.Function) and hasattr(item, "callspec"):
            mutation = item.callspec.params.get("mutation")
            if isinstance(mutation, Mutation):
                found[mutation.name] = mutation
    return list(found.values())


@pytest.fixture(scope="session")
def gate_at_work(document: dict[str, Any], collected: list[Mutation]) -> Iterator[Future[MutationVerdicts] | None]:
    """Run the second judge on every collected mutation in a thread. Yields the future, or None without mutations."""
    if not collected:
        yield None
        return
    with Gate() as gate, ThreadPoolExecutor(1) as beside:
        yield beside.submit(judge_mutations, gate, document, collected)
