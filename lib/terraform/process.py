"""Runs a Terraform process: reads its output, and ends it in every case."""

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
    """Functions that make sure that a process ends.

    `watch` registers a process group that must end if this process is killed; `forget` cancels that. `broken` returns
    the reason why the run cannot continue, for example because the emulator has ended, or None. `patience`: the seconds
    that an interrupted Terraform has to finish and to save its state; None sets no limit.
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
    """Run Terraform with these arguments and return its exit code.

    `feed` gets each line of output. `tick` is called after each line and after each second without a line. `stopping`
    is called when Terraform is interrupted. Ctrl-C interrupts Terraform and waits (`Guard.patience`); a second Ctrl-C
    kills it. Raises KeyboardInterrupt after an interrupted Terraform has ended, and ToolError if `Guard.broken` returns
    a reason.
    """

    def check() -> None:
        if reason := guard.broken():
            raise ToolError(f"terraform {arguments[0]} cannot continue: {reason}")

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
    """Start the process in its own process group. So Ctrl-C reaches only this process, which interrupts Terraform."""
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
            os.killpg(process.pid, signal.SIGKILL)  # also its plugins
        process.wait()
        guard.forget(process.pid)
        if process.stdout is not None:
            process.stdout.close()


class _Output:
    """The lines of a process, read by a thread, so that waiting for a line can time out."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._collect, name="terraform-output", daemon=True).start()

    def _collect(self) -> None:
        if self._process.stdout is not None:
            with suppress(ValueError):  # closed because the process was stopped
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
        """Read to the end, or until `patience` seconds pass without a line. Call `silent` after each such second."""
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
