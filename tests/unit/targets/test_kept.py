"""One demo at a time, and the one that was kept: found, described, ended; no lock is ever stale."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lib.console.polling import wait_for
from lib.demo import demo
from lib.environments import ROOT
from lib.errors import ToolError
from lib.targets import chosen
from lib.targets.emulator import Emulator
from lib.targets.kept import DemoFolder, KeptDemo
from tests.silent_progress import SilentProgress


@pytest.fixture
def home(tmp_path: Path) -> Iterator[DemoFolder]:
    """A folder for a demo; an emulator that a failed test leaves in it is ended."""
    made = DemoFolder(tmp_path / "local" / "demo")
    yield made
    if kept := made.load():
        made.end(kept)


HOLDER = """
import sys, time
from pathlib import Path
from lib.targets.kept import DemoFolder
with DemoFolder(Path(sys.argv[1])).exclusively():
    print("held", flush=True)
    time.sleep(120)
"""


def test_a_second_demo_is_refused_while_the_first_lives_and_no_longer(home: DemoFolder) -> None:
    first = subprocess.Popen([sys.executable, "-c", HOLDER, str(home.folder)], cwd=ROOT, stdout=subprocess.PIPE)
    assert first.stdout is not None
    with first.stdout as words:
        assert words.readline() == b"held\n"
    with pytest.raises(ToolError, match=rf"^another demo is running here \(process {first.pid}\)"), home.exclusively():
        pytest.fail("two at once")
    first.send_signal(signal.SIGKILL)
    first.wait()
    with home.exclusively():
        pass


def test_what_a_dead_demo_left_is_cleared(home: DemoFolder) -> None:
    home.folder.mkdir(parents=True)
    (home.folder / "kept.json").write_text('{"pid": 1, "port": 1, "region": "x", "stack_name": "x", "outputs": {}}')
    (home.folder / "stack").mkdir()
    assert home.load() is None, "its emulator holds no lock"
    with home.opened():
        assert list(home.folder.iterdir()) == []
    assert not home.folder.exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"pid": 1}'])
def test_a_damaged_note_is_no_demo(home: DemoFolder, content: str) -> None:
    home.folder.mkdir(parents=True)
    (home.folder / "kept.json").write_text(content)
    assert home.load() is None


def test_without_a_demo_the_way_out_is_named(home: DemoFolder) -> None:
    home.folder.parent.mkdir(parents=True)
    for ask in (home.require, lambda: demo.kept_environment(home)):
        with pytest.raises(ToolError, match="make demo KEEP=1"):
            ask()


def test_a_kept_demo_is_found_described_and_ended(home: DemoFolder) -> None:
    with home.exclusively(), home.opened() as lock:
        with Emulator.start(home.folder, "eu-west-1", lock=lock) as emulator:
            kept = KeptDemo(
                emulator.keep(), emulator.address.port, "eu-west-1", "TapStackdev", {"api_endpoint": "http://x"}
            )
            home.save(kept)
        assert emulator.broken() is None, "kept beyond its context"
    assert home.load() == kept
    assert chosen.outputs({}, SilentProgress(), home) == {"api_endpoint": "http://x"}
    assert chosen.demo_to_change({}, home) == chosen.demo_to_change({"TAP_TARGET": "emulator"}, home) == kept
    for aws in ({"TERRAFORM_STATE_BUCKET": "b"}, {"TAP_TARGET": "aws"}):
        assert chosen.demo_to_change(aws, home) is None, "a deploy with a state bucket is about AWS"
    with (
        pytest.raises(ToolError, match="a kept demo is up here; end it with make demo-down"),
        home.exclusively(),
        home.opened(),
    ):
        pytest.fail("two at once")
    assert (home.folder / "kept.json").exists(), "the refused one touched nothing"

    script = "\n".join([*demo.kept_environment(home), "env"])
    caller = {"PATH": os.environ["PATH"], "AWS_PROFILE": "production", "AWS_CA_BUNDLE": "/x.pem"}
    shown = subprocess.run(["sh", "-c", script], env=caller, capture_output=True, text=True, check=True).stdout
    seen = dict(line.split("=", 1) for line in shown.splitlines())
    assert seen["AWS_ENDPOINT_URL"] == kept.address.url
    assert seen["AWS_REGION"] == seen["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert not seen.keys() & {"AWS_PROFILE", "AWS_CA_BUNDLE"}

    home.end(kept)
    assert home.load() is None
    assert not home.folder.exists()
    wait_for("its end", lambda: not kept.address.healthy(), 10)
    emulator._process.wait()
