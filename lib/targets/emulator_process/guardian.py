"""Ends the emulator, and what runs against it, when whoever started it ends in whatever way, a kill included.

The starter holds the other end of a pipe. As long as it lives it may write lines: `watch PID` (a process group to end
with it), `forget PID`, `keep` (stay up after it). The pipe's end without `keep` means that it is gone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import threading


def watch(pipe: int, folder: str) -> None:
    """Follow the pipe in a thread of its own; `folder` is removed with the emulator."""
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
    os.killpg(os.getpgrp(), signal.SIGKILL)  # the Lambda workers, and this process
