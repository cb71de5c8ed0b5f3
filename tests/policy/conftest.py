"""The real stack, synthesized once, and the second judge's verdict on the mutations that pytest has collected."""

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
    """The cdk.tf.json of TapStack by its defaults; for reading only."""
    return synthesized(tmp_path_factory.mktemp("synth"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The gate is at work from the first test of the aspects on; the tests that wait for it come last of these."""
    judged = [item for item in items if item.path == JUDGED_BY_THE_GATE]
    others = [item for item in items if item.path != JUDGED_BY_THE_GATE]
    last = max((number for number, item in enumerate(others) if item.path.parent == HERE), default=-1) + 1
    items[:] = [*others[:last], *judged, *others[last:]]


class Rates:
    """How many violations each judge finds by itself; printed when the tests are done."""

    def __init__(self) -> None:
        self._found: dict[str, list[bool]] = {}

    def note(self, judge: str, found: bool) -> None:
        """Note what a judge made of one violation."""
        self._found.setdefault(judge, []).append(found)

    def lines(self) -> Iterator[str]:
        """A line for each judge."""
        for judge, found in self._found.items():
            share = sum(found) / len(found)
            yield f"{judge}: {sum(found)} of {len(found)} violations found, {share:.0%}"


RATES = pytest.StashKey[Rates]()
REMARKS = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RATES] = Rates()
    config.stash[REMARKS] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under pytest-xdist, a worker leaves its lines to the process that prints them."""
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["violations"] = _lines(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker of pytest-xdist has ended, or crashed without an output."""
    node.config.stash[REMARKS] += getattr(node, "workeroutput", {}).get("violations", [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Both judges' rates, each with the other switched off; then what tests have remarked."""
    if lines := _lines(config):
        terminalreporter.section("violations of the real stack")
        for line in lines:
            terminalreporter.write_line(line)


def _lines(config: pytest.Config) -> list[str]:
    return [*config.stash[RATES].lines(), *config.stash[REMARKS]]


@pytest.fixture(scope="session")
def rates(pytestconfig: pytest.Config) -> Rates:
    """Where the tests of a judge leave its rate."""
    return pytestconfig.stash[RATES]


@pytest.fixture(scope="session")
def remarks(pytestconfig: pytest.Config) -> list[str]:
    """Lines for the end of the run: the seed of what was random in it."""
    return pytestconfig.stash[REMARKS]


@pytest.fixture(scope="session")
def collected(request: pytest.FixtureRequest) -> list[Mutation]:
    """The mutations whose verdict by the gate a test asks for: with `-k TAP-REC-1`, those of that rule."""
    found = {}
    for item in request.session.items:
        if item.path == JUDGED_BY_THE_GATE and isinstance(item, pytest.Function) and hasattr(item, "callspec"):
            mutation = item.callspec.params.get("mutation")
            if isinstance(mutation, Mutation):
                found[mutation.name] = mutation
    return list(found.values())


@pytest.fixture(scope="session")
def gate_at_work(document: dict[str, Any], collected: list[Mutation]) -> Iterator[Future[MutationVerdicts] | None]:
    """The second judge over every collected mutation; None where there is none."""
    if not collected:
        yield None
        return
    with Gate() as gate, ThreadPoolExecutor(1) as beside:
        yield beside.submit(judge_mutations, gate, document, collected)
