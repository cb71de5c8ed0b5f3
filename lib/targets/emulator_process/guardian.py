"""Ends the emulator and its processes when the process that started it ends, even by a kill.

The starter holds the other end of a pipe and may write lines to it. `watch PID` names a process group to end too, and
`forget PID` cancels that. `keep` lets the emulator run without the starter. If the pipe closes without `keep`, the
starter has ended.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import threading


def watch(pipe: int, folder: str) -> None:
    """Read the pipe in a thread. If the starter ends, the thread removes `folder` and kills the emulator."""
    threading.Thread(target=_follow, args=(pipe, folder), name="guardian", daemon=True).start()


def _follow(pipe: int, folder: str) -> None:
    watched: set[int] = set()
    with os.fdopen(pipe) as lines:
        for line in lines:
            command, _, number = line.strip().partition(" ")
            if command == "keep":
                return
            if command == "watch":
                watched.add(int(number))
            elif command == "forget":
                watched.discard(int(number))
    for group in watched:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)  # the Lambda workers and this process
