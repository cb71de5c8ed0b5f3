"""Starts Checkov's process, sends requests to it, receives answers, and always ends it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import IO, Any, cast

from lib.environments import VENV_CHECKOV, python_of
from lib.errors import ToolError
from lib.gate.checkov_worker.messages import Answer, PoliciesRequest, StacksRequest

WORKER = Path(__file__).resolve().parent / "checkov_worker" / "__main__.py"
SECONDS_TO_ANSWER = 120  # plus the same time for each 100 stacks; one stack takes about a second


class CheckovProcess:
    """A process of lib/gate/checkov_worker, to which it sends the messages of messages.py."""

    def __init__(self) -> None:
        python = python_of(VENV_CHECKOV)
        if not python.is_file():
            raise ToolError(f"{VENV_CHECKOV.name}, Checkov's environment, is missing; run make setup")
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        # The gate removes this folder, because a killed worker cannot remove its files.
        self._temporary = tempfile.TemporaryDirectory(prefix="checkov-", ignore_cleanup_errors=True)
        # Isolated, with a minimal environment and from the root directory, so that the caller's variables
        # (CKV_…, CHECKOV_…, BC_…, LOG_LEVEL, PYTHON…) and working directory change no verdict.
        self._process = subprocess.Popen(
            [python, "-I", "-X", "utf8", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env={"TMPDIR": self._temporary.name},
            cwd="/",
            start_new_session=True,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise ToolError("Checkov's process has no standard input or output; run it again")
        self._requests, self._answers = self._process.stdin, self._process.stdout

    def send(self, request: PoliciesRequest | StacksRequest) -> None:
        """Send one request. If the worker has ended, the next call of `answer` raises ToolError."""
        with contextlib.suppress(BrokenPipeError):
            self._requests.write(json.dumps(request).encode() + b"\n")
            self._requests.flush()

    def answer(self, stacks: int = 1) -> Answer:
        """Return the next answer. Raises ToolError for an ErrorAnswer, or after a time that depends on `stacks`."""
        seconds = SECONDS_TO_ANSWER * (1 + stacks // 100)
        too_late = threading.Event()

        def end() -> None:
            too_late.set()
            self._kill()

        alarm = threading.Timer(seconds, end)
        alarm.start()
        try:
            line = self._answers.readline()
        finally:
            alarm.cancel()
        if not line and too_late.is_set():
            raise ToolError(f"Checkov gave no verdict within {seconds} s; check fewer stacks at once, or run it again")
        try:
            answer: dict[str, Any] = json.loads(line)
        except ValueError as error:
            raise ToolError(
                f"Checkov gave no verdict ({self._last_line()}); remove .venv-checkov, run make setup"
            ) from error
        if "error" in answer:
            raise ToolError(str(answer["error"]))
        return cast(Answer, answer)

    def close(self) -> None:
        """End the process and its children."""
        self._kill()
        for stream in (self._requests, self._answers):
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        self._process.wait()
        self._complaints.close()
        self._temporary.cleanup()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _last_line(self) -> str:
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else "it printed nothing"
