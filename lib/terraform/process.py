"""A Terraform process: its output as it comes, and the ways in which it ends."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lib.errors import ToolError

TICK_SECONDS = 1.0
STOP_SECONDS = 20.0


@dataclass
class Guard:
    """How a process is kept from outliving its use.

    `watch` and `forget` name a process group that must end if this process is killed. `broken` says why there is no
    point in going on (the emulator died), or None. `patience`: how many seconds an interrupted Terraform has to finish
    what is under way and to save its state; None for as long as it takes.
    """

    watch: Callable[[int], None] = lambda _pid: None
    forget: Callable[[int], None] = lambda _pid: None
    broken: Callable[[], str | None] = lambda: None
    patience: float | None = STOP_SECONDS


def run(
    command: Sequence[str],
    arguments: Sequence[str],
    directory: Path,
    environment: Mapping[str, str],
    guard: Guard,
    *,
    feed: Callable[[str], None],
    tick: Callable[[], None],
    stopping: Callable[[], None],
) -> int:
    """Run Terraform with these arguments to its end and return its exit code.

    `feed` gets each line of output; `tick` is called after each line and each second without one; `stopping` when an
    interrupted process has been asked to stop. Ctrl-C asks once and waits (`Guard.patience`); a second one kills.
    Raises KeyboardInterrupt once it has ended, and ToolError where it cannot go on.
    """

    def check() -> None:
        if reason := guard.broken():
            raise ToolError(f"terraform {arguments[0]} cannot go on: {reason}")

    with _started([*command, *arguments], directory, environment, guard) as process:
        output = _Output(process)
        try:
            output.read(feed, tick, check)
        except KeyboardInterrupt:
            process.send_signal(signal.SIGINT)
            stopping()
            output.read(feed, tick, check, guard.patience)
            raise
        return process.wait()


@contextmanager
def _started(
    command: Sequence[str], directory: Path, environment: Mapping[str, str], guard: Guard
) -> Iterator[subprocess.Popen[str]]:
    """In a process group of its own, so that Ctrl-C reaches us and Terraform is asked to stop by us."""
    process = subprocess.Popen(
        list(command),
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    guard.watch(process.pid)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # its plugins too
        process.wait()
        guard.forget(process.pid)
        if process.stdout is not None:
            process.stdout.close()


class _Output:
    """A process's lines, read by a thread of its own, so that waiting for one can end."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._collect, name="terraform-output", daemon=True).start()

    def _collect(self) -> None:
        if self._process.stdout is not None:
            with suppress(ValueError):  # closed under us: the process was stopped
                for line in self._process.stdout:
                    self._lines.put(line)
        self._lines.put(None)

    def read(
        self,
        feed: Callable[[str], None],
        tick: Callable[[], None],
        silent: Callable[[], None],
        patience: float | None = None,
    ) -> None:
        """To its end, or until `patience` seconds went by without a line. `silent` is called in each of them."""
        waited = 0.0
        while patience is None or waited < patience:
            try:
                line = self._lines.get(timeout=TICK_SECONDS)
            except queue.Empty:
                waited += TICK_SECONDS
                silent()
            else:
                if line is None:
                    return
                feed(line)
            tick()
