"""File locks for one process at a time. The operating system releases a lock when its holder ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from lib.errors import ToolError


@contextlib.contextmanager
def exclusively(file: Path, what: str) -> Iterator[None]:
    """Hold the lock on `file`. Raises ToolError if another process holds it; `what` begins the message."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+") as lock:
        if not take(lock.fileno()):
            lock.seek(0)
            raise ToolError(f"{what} (process {lock.read().strip() or 'unknown'}); wait until it ends")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def take(descriptor: int) -> bool:
    """Try to lock an open file; return whether it succeeded."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
