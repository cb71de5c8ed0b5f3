"""The real stack, synthesized once, and its violations judged in one go."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lib.environments import use_project_node
from lib.gate import Gate, GateReport

from .all_mutations import HARMLESS, VIOLATIONS
from .mutations import Mutation, mutated

HERE = Path(__file__).parent
ADDITIONS_TO_A_STACK = 16

use_project_node()  # before any test module imports cdktf


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The cdk.tf.json of TapStack by its defaults; for reading only."""
    from lib.aws import AwsProvider  # noqa: F401, I001  # first: it decides how the bindings are loaded
    from cdktf import App
    from lib.tap_stack import TapStack

    outdir = tmp_path_factory.mktemp("synth")
    app = App(outdir=str(outdir))
    TapStack(
        app,
        "TapStackdev",
        environment_suffix="dev",
        state_bucket="example-state",
        state_bucket_region="us-east-1",
        aws_region="us-east-1",
        default_tags={"Owner": "somebody"},
    )
    app.synth()
    written: dict[str, Any] = json.loads((outdir / "stacks" / "TapStackdev" / "cdk.tf.json").read_text())
    return written


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The gate is at work from the first test of the aspects on; the tests that wait for it come last of these."""
    judged = [item for item in items if item.path == HERE / "test_gate.py"]
    others = [item for item in items if item.path != HERE / "test_gate.py"]
    last = max((number for number, item in enumerate(others) if item.path.parent == HERE), default=-1) + 1
    items[:] = [*others[:last], *judged, *others[last:]]


class Rates:
    """How many violations each judge finds by itself; printed when the tests are done."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def tell(self, judge: str, caught: list[bool]) -> None:
        """Note what one judge made of each violation."""
        self.lines.append(f"{judge}: {sum(caught)} of {len(caught)} violations found, {sum(caught) / len(caught):.0%}")


RATES = pytest.StashKey[Rates]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[RATES] = Rates()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Both judges' rates, each with the other switched off."""
    if lines := config.stash[RATES].lines:
        terminalreporter.section("violations of the real stack")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def rates(pytestconfig: pytest.Config) -> Rates:
    """Where the tests of a judge leave its rate."""
    return pytestconfig.stash[RATES]


class Stacks:
    """A directory of stacks, each a changed copy of the real one, as CDKTF would have written them."""

    def __init__(self, directory: Path, document: dict[str, Any]) -> None:
        self.directory = directory
        self._document = document
        self._listed: dict[str, dict[str, str]] = {}

    def add(self, name: str) -> dict[str, Any]:
        """A copy to change; `write` puts it down."""
        self._listed[name] = {"name": name, "synthesizedStackPath": f"stacks/{name}/cdk.tf.json"}
        return copy.deepcopy(self._document)

    def write(self, name: str, document: dict[str, Any]) -> None:
        """Write the stack, and the manifest anew."""
        file = self.directory / "stacks" / name / "cdk.tf.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(document, indent=2))
        (self.directory / "manifest.json").write_text(json.dumps({"version": "0.21.0", "stacks": self._listed}))


@dataclass(frozen=True)
class Place:
    """Where a mutation is: in a stack of its own, or the resource that it adds to one that it shares."""

    stack: str
    resource: str = ""


def stacks_of(mutations: Sequence[Mutation]) -> Iterator[tuple[str, tuple[Mutation, ...]]]:
    """Stacks to judge, each with the mutations in it: one, or some that add resources, which are judged one by one."""
    for mutation in mutations:
        if not mutation.adds:
            yield mutation.name, (mutation,)
    adding = [mutation for mutation in mutations if mutation.adds]
    for begin in range(0, len(adding), ADDITIONS_TO_A_STACK):
        yield adding[begin].name, tuple(adding[begin : begin + ADDITIONS_TO_A_STACK])


def places() -> dict[str, Place]:
    """Mutation -> its place."""
    found: dict[str, Place] = {}
    for stack, mutations in (*stacks_of(VIOLATIONS), *stacks_of(HARMLESS)):
        for number, mutation in enumerate(mutations):
            resource = f"{mutation.adds}.added_{number}" if len(mutations) > 1 else ""
            found[mutation.name] = Place(stack, resource)
    return found


@pytest.fixture(scope="session")
def gate_at_work(tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]) -> Iterator[Future[GateReport]]:
    """The second judge over every mutation at once."""
    stacks = Stacks(tmp_path_factory.mktemp("mutations"), document)
    for name, mutations in (*stacks_of(VIOLATIONS), *stacks_of(HARMLESS)):
        stacks.write(name, mutated(stacks.add(name), *mutations))
    with Gate() as gate, ThreadPoolExecutor(1) as beside:
        yield beside.submit(gate.judge, stacks.directory)
