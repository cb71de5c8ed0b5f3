"""One process at a time, by a lock that the system lets go when its holder ends in whatever way."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from lib.errors import ToolError


@contextlib.contextmanager
def exclusively(file: Path, what: str) -> Iterator[None]:
    """Raises ToolError while another process holds it; `what` it then does: "another demo is running here"."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as lock:
        if not take(lock.fileno()):
            lock.seek(0)
            raise ToolError(f"{what} (process {lock.read().strip() or 'unknown'}); wait for its end")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def take(descriptor: int) -> bool:
    """Whether the lock on an open file could be had."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
