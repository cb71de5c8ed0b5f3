"""Tasks that run one at a time and stop before each call to the world outside, so that a schedule can interleave them.

The functions' code is synchronous, so each task is a thread; all but one of them wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

T = TypeVar("T")


class Fate(Enum):
    """What becomes of a call."""

    ANSWERED = "answered"
    LOST_BEFORE = "lost before its effect"
    LOST_AFTER = "lost after its effect"
    KILLED_BEFORE = "killed before its effect"
    KILLED_AFTER = "killed after its effect"


class KilledError(BaseException):
    """The container is gone; no code that handles errors may notice."""


class LostError(Exception):
    """No answer to a call."""


class Task:
    """`do` runs until its next call, whenever it is resumed; `result` is what it returned, or the exception."""

    current: Task | None = None

    def __init__(self, name: str, do: Callable[[], Any], deadline: float) -> None:
        self.name = name
        self.deadline = deadline
        self.result: Any = None
        self.done = False
        self.at = "start"
        self._do = do
        self._fate = Fate.ANSWERED
        self._resumed, self._paused = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def resume(self, fate: Fate) -> None:
        """Let the pending call have that fate, and go on to the next one."""
        self._fate = fate
        Task.current = self
        self._resumed.release()
        self._paused.acquire()
        Task.current = None
        if self.done:
            self._thread.join()

    def kill(self) -> None:
        self.resume(Fate.KILLED_BEFORE)

    def call(self, name: str, effect: Callable[[], T]) -> T:
        """Wait to be resumed, then have the effect or not. Raises LostError or KilledError."""
        self.at = name
        self._paused.release()
        self._resumed.acquire()
        fate = self._fate
        if fate is Fate.KILLED_BEFORE:
            raise KilledError
        if fate is Fate.LOST_BEFORE:
            raise LostError
        answer = effect()
        if fate is Fate.KILLED_AFTER:
            raise KilledError
        if fate is Fate.LOST_AFTER:
            raise LostError
        return answer

    def _run(self) -> None:
        self._resumed.acquire()
        try:
            if self._fate not in (Fate.KILLED_BEFORE, Fate.KILLED_AFTER):
                self.result = self._do()
        except KilledError as error:
            self.result = error
        except Exception as error:
            self.result = error
        finally:
            self.done = True
            self._paused.release()


def outside(name: str, effect: Callable[[], T]) -> T:
    """A call to the world outside of the task that runs; at once where none does."""
    return Task.current.call(name, effect) if Task.current else effect()
