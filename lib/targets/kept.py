"""The demo of a checkout: its folder, its two locks, and the description of a kept demo.

A command that changes the demo holds the lock `command`. The emulator holds the lock `emulator`. The operating system
releases a lock when its holder ends, so neither lock can be stale.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from lib.console.polling import wait_for
from lib.environments import ROOT
from lib.errors import ToolError
from lib.targets.emulator import Address, end_group
from lib.targets.exclusive import exclusively, take
from lib.targets.local import STACK_FOLDER

FOLDER = ROOT / ".local" / "demo"
STOP_SECONDS = 20.0


@dataclass(frozen=True)
class KeptDemo:
    """A kept demo: its emulator's process and port, and its stack with Terraform's outputs."""

    pid: int
    port: int
    region: str
    stack_name: str
    outputs: dict[str, str]

    @property
    def address(self) -> Address:
        return Address(self.port, self.region)


class DemoFolder:
    """The folder of the demo: `.local/demo` in the checkout, or another one in tests."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.folder = folder
        self.stack = folder / STACK_FOLDER
        self._state = folder / "kept.json"
        # The locks are beside the folder, because each demo creates and removes the folder.
        self._command_lock = folder.with_name(f"{folder.name}.lock")
        self._emulator_lock = folder.with_name(f"{folder.name}-emulator.lock")

    @contextlib.contextmanager
    def exclusively(self) -> Iterator[None]:
        """Hold the command lock. Raises ToolError while another process runs or ends a demo here."""
        with exclusively(self._command_lock, "another demo is running here"):
            yield

    @contextlib.contextmanager
    def opened(self) -> Iterator[int]:
        """Create the empty folder and yield the descriptor of the emulator's lock. Raises ToolError for a kept demo.

        At the end, remove the folder unless a demo was saved.
        """
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with self._emulator_lock.open("a+") as lock:
            if not take(lock.fileno()):
                raise ToolError("a kept demo is up here; end it with make demo-down, or see make outputs")
            shutil.rmtree(self.folder, ignore_errors=True)  # files of a demo that was killed
            self.folder.mkdir()
            try:
                yield lock.fileno()
            finally:
                if not self._state.exists():
                    shutil.rmtree(self.folder, ignore_errors=True)

    def save(self, kept: KeptDemo) -> None:
        self._state.write_text(json.dumps(asdict(kept)))

    def load(self) -> KeptDemo | None:
        """Return the kept demo, or None."""
        try:
            kept = KeptDemo(**json.loads(self._state.read_text()))
        except (OSError, ValueError, TypeError):
            return None
        return None if self._emulator_is_gone() else kept

    def require(self) -> KeptDemo:
        """Return the kept demo. Raises ToolError if there is none."""
        kept = self.load()
        if kept is None:
            raise ToolError("no demo is running here; start one with make demo KEEP=1")
        return kept

    def end(self, kept: KeptDemo) -> None:
        """Stop the emulator of a kept demo and remove its files."""
        # As long as the lock is held, the process id belongs to the emulator and to no newer process.
        if not self._emulator_is_gone():
            end_group(kept.pid)
            wait_for("the end of the kept emulator", self._emulator_is_gone, STOP_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _emulator_is_gone(self) -> bool:
        with self._emulator_lock.open("a+") as lock:
            return take(lock.fileno())
