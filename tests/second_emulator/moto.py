"""moto's server as a process on 127.0.0.1, from an environment of its own."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from lib import environments
from lib.console.polling import wait_for
from lib.errors import ToolError
from lib.targets.emulator import Address, end_group, free_port, last_line

START_SECONDS = 60.0


@contextmanager
def running(folder: Path, region: str) -> Iterator[Address]:
    """Its address; at the end it is gone. Raises ToolError where it does not start."""
    environments.ensure("second-emulator")
    address, log = Address(free_port(), region), folder / "moto.log"
    server = environments.VENV_SECOND_EMULATOR / "bin" / "moto_server"
    passed = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(server), "--host", "127.0.0.1", "--port", str(address.port)],
            cwd=folder,
            env={**passed, "HOME": str(folder), "TMPDIR": str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def up() -> bool:
        if process.poll() is not None:
            raise ToolError(f"moto ended with exit code {process.returncode}; its last output: {last_line(log)}")
        try:
            with build_opener(ProxyHandler({})).open(f"{address.url}/moto-api/", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    try:
        wait_for("moto", up, START_SECONDS)
        yield address
    finally:
        end_group(process.pid)
        process.wait()
