"""A process that is interrupted, silent, or left behind. A small Python program stands in for Terraform."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lib.console.polling import wait_for
from lib.errors import ToolError
from lib.terraform import process as terraform_process
from lib.terraform.process import Guard

Run = Callable[..., int]

# Says that it is there; when it is asked to stop, takes its time, and says that it is done.
# The signal can arrive inside print(): a second print() would be a reentrant call, so the handler writes itself.
ORDERLY = """
import os, signal, sys, time
def stop(*_):
    time.sleep(0.3)
    os.write(1, b"state saved\\n")
    sys.exit(1)
signal.signal(signal.SIGINT, stop)
print("started", flush=True)
time.sleep(60)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print("started", flush=True)
time.sleep(60)
"""


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def run(tmp_path: Path, lines: list[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a stand-in; `at` is called with each line after it was noted."""
    monkeypatch.setattr(terraform_process, "TICK_SECONDS", 0.05)

    def make(body: str, guard: Guard | None = None, at: Callable[[str], None] = lambda _line: None) -> int:
        (tmp_path / "program.py").write_text(body)

        def feed(line: str) -> None:
            lines.append(line.strip())
            at(line.strip())

        return terraform_process.run(
            [sys.executable],
            ["program.py"],
            tmp_path,
            dict(os.environ),
            guard or Guard(),
            feed=feed,
            tick=lambda: None,
            stopping=lambda: lines.append("stopping"),
        )

    return make


def interrupt_at(*wanted: str) -> Callable[[str], None]:
    """As Ctrl-C does it: in the middle of whatever goes on."""

    def at(line: str) -> None:
        if line in wanted:
            raise KeyboardInterrupt

    return at


def test_its_lines_and_its_exit_code_are_handed_on(run: Run, lines: list[str]) -> None:
    assert run("import sys\nprint('one')\nprint('two', file=sys.stderr, flush=True)\nsys.exit(3)") == 3
    assert sorted(lines) == ["one", "two"]


def test_interrupted_it_saves_its_state_before_we_end(run: Run, lines: list[str]) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(ORDERLY, Guard(patience=None), interrupt_at("started"))
    assert lines == ["started", "stopping", "state saved"]


def test_a_second_interrupt_ends_it_at_once(run: Run, lines: list[str]) -> None:
    body = ORDERLY.replace("time.sleep(0.3)", "os.write(1, b'wait\\n'); time.sleep(60)")
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(body, Guard(patience=None), interrupt_at("started", "wait"))
    assert lines == ["started", "stopping", "wait"]
    assert time.monotonic() - begin < 20


def test_one_that_does_not_stop_is_ended_when_patience_is_over(run: Run, lines: list[str]) -> None:
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(DEAF, Guard(patience=0.2), interrupt_at("started"))
    assert lines == ["started", "stopping"]
    assert time.monotonic() - begin < 20


def test_what_cannot_go_on_is_stopped_with_all_that_it_started(run: Run, lines: list[str], tmp_path: Path) -> None:
    # Started by the stand-in, as Terraform starts its provider: it must go too.
    hangs = (
        "import subprocess, sys, time, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "pathlib.Path('child').write_text(str(child.pid))\n"
        "time.sleep(60)"
    )
    watched: list[int] = []
    forgotten: list[int] = []
    child = tmp_path / "child"
    broken = lambda: "the emulator ended" if child.exists() and child.read_text() else None  # noqa: E731
    with pytest.raises(ToolError, match=r"^terraform program\.py cannot continue: the emulator ended$"):
        run(hangs, Guard(watched.append, forgotten.append, broken))
    assert watched == forgotten
    assert len(watched) == 1
    assert lines == []
    pid = int(child.read_text())
    wait_for("the end of what the stand-in started", lambda: is_gone(pid), 10)  # killed, but not yet gone


def is_gone(pid: int) -> bool:
    """No such process, or one that only waits to be collected by whoever inherited it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state in "ZX"
