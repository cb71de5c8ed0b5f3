"""The emulator as a process: its surroundings, its start, its end whatever happens."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lib import environments
from lib.console.polling import wait_for
from lib.environments import ROOT
from lib.errors import ToolError
from lib.targets import emulator
from lib.targets.emulator import Address, Emulator, clean_environment

pytestmark = pytest.mark.slow

REGION = "eu-west-1"


def test_nothing_of_the_callers_aws_or_python_settings_reaches_it(tmp_path: Path) -> None:
    caller = {
        "PATH": "/bin",
        "AWS_PROFILE": "production",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_CA_BUNDLE": "/ca.pem",
        "PYTHONPATH": "/elsewhere",
        "HTTPS_PROXY": "http://proxy",
        "BIND_HOST": "0.0.0.0",  # noqa: S104 - what must not get through
    }
    made = clean_environment(caller, Address(4566, REGION), tmp_path)
    assert made["PATH"] == "/bin"
    assert made["BIND_HOST"] == "127.0.0.1"
    assert made["TMPDIR"] == str(tmp_path)
    assert "secret" not in made.values()
    assert not made.keys() & {"AWS_PROFILE", "AWS_CA_BUNDLE", "PYTHONPATH", "HTTPS_PROXY"}


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ToolError, match=rf"^port {port} is taken .*EMULATOR_PORT"):
            Emulator.start(tmp_path, REGION, port)
    assert list(tmp_path.iterdir()) == []


def test_one_that_dies_on_its_start_is_quoted(
    tmp_path: Path, program: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = program("python", "import sys\nprint('first')\nprint('no such module: luck\\n')\nsys.exit(7)") / "python"
    monkeypatch.setattr(environments, "ensure", lambda *_: False)
    monkeypatch.setattr(environments, "python_of", lambda _: broken)
    with pytest.raises(ToolError, match=r"ended with exit code 7; its last output: no such module: luck$"):
        Emulator.start(tmp_path / "home", REGION)
    assert not (tmp_path / "home" / "emulator").exists()


def test_one_that_never_answers_is_stopped(
    tmp_path: Path, program: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = program("python", "import time\ntime.sleep(60)") / "python"
    monkeypatch.setattr(environments, "ensure", lambda *_: False)
    monkeypatch.setattr(environments, "python_of", lambda _: silent)
    monkeypatch.setattr(emulator, "START_SECONDS", 0.3)
    started: list[int] = []
    popen = subprocess.Popen

    def remember(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
        process: subprocess.Popen[bytes] = popen(*arguments, **options)  # type: ignore[call-overload]
        started.append(process.pid)
        return process

    monkeypatch.setattr(subprocess, "Popen", remember)
    with pytest.raises(ToolError, match=r"the emulator did not come within 0\.3 s"):
        Emulator.start(tmp_path / "home", REGION)
    assert len(started) == 1
    with pytest.raises(ProcessLookupError):
        os.kill(started[0], 0)


def test_it_answers_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What breaks a client that listens to its environment.
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    monkeypatch.setenv("AWS_CA_BUNDLE", "/no/such/file.pem")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with Emulator.start(tmp_path / "home", REGION) as running:
        sqs = running.address.client("sqs")
        sqs.create_queue(QueueName="sqs-x-dev")
        assert running.broken() is None
        pid = running._process.pid
    assert running.broken() is not None
    assert not running.address.healthy()
    assert list((tmp_path / "home").iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)


STARTER = """
import subprocess, sys, time
from pathlib import Path
from lib.targets.emulator import Emulator
home = Path(sys.argv[1])
running = Emulator.start(home, "eu-west-1")
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"], start_new_session=True)
running.watch(worker.pid)
if sys.argv[2] == "keep":
    pid = running.keep()
print(running._process.pid, worker.pid, running.address.port, flush=True)
time.sleep(120)
"""


def start_elsewhere(home: Path, how: str) -> tuple[subprocess.Popen[str], int, int, Address]:
    """A process that has started an emulator and a worker: itself, their pids, the address."""
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(home), how], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    with starter.stdout as words:
        emulator_pid, worker_pid, port = (int(word) for word in words.readline().split())
    return starter, emulator_pid, worker_pid, Address(port, REGION)


def test_it_ends_with_whoever_started_it_even_if_that_is_killed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    starter, _, worker, address = start_elsewhere(home, "watch")
    assert address.healthy()
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    wait_for("the emulator's end", lambda: not address.healthy(), 20)
    wait_for("its folder's end", lambda: not home.exists(), 20)
    wait_for("the end of what it watched", lambda: _is_gone(worker), 20)


def test_a_kept_one_lives_on(tmp_path: Path) -> None:
    home = tmp_path / "home"
    starter, pid, worker, address = start_elsewhere(home, "keep")
    starter.send_signal(signal.SIGKILL)
    starter.wait()
    try:
        assert address.healthy()
    finally:
        emulator.end_group(pid)
        emulator.end_group(worker)
    wait_for("the emulator's end", lambda: not address.healthy(), 20)


def _is_gone(pid: int) -> bool:
    """No such process, or one that only waits to be collected by whoever inherited it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True
