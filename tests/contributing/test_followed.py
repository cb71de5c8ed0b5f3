"""CONTRIBUTING.md, followed as written in a copy of the repository: what it shows is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.checkout import Checkout

from .page import Block, Command, blocks, commands, section


@pytest.mark.slow
@pytest.mark.parametrize("title", ["Add a resource", "Add a rule", "Add an alarm"])
def test_the_section_can_be_followed(title: str, tmp_path: Path) -> None:
    """Adds a bucket, a rule, an alarm: the stack is clean for both judges, and a violation of the rule is found."""
    checkout = Checkout(tmp_path / "checkout")
    followed = 0
    for block in blocks(section(title)):
        if block.language == "console":
            for command in commands(block):
                run(checkout, command)
                followed += 1
        elif block.file:
            write(checkout.folder / block.file, block)
    assert followed >= 2


def write(file: Path, block: Block) -> None:
    """A new file, or a diff without line numbers: its old lines are in the file exactly once."""
    if block.language != "diff":
        assert not file.exists(), f"{block.file} exists already"
        file.write_text(block.text)
        return
    lines = block.text.splitlines()
    assert {line[:1] for line in lines} <= {" ", "+", "-", ""}, block.text
    old = "\n".join(line[1:] for line in lines if not line.startswith("+"))
    new = "\n".join(line[1:] for line in lines if not line.startswith("-"))
    text = file.read_text()
    assert text.count(old) == 1, f"{block.file} has {text.count(old)} times:\n{old}"
    file.write_text(text.replace(old, new))


def run(checkout: Checkout, command: Command) -> None:
    """Each shown line is in the output, and the exit code is that of a command with, or without, findings."""
    without_ours = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MAKE", "MFLAGS"))
    }
    done = subprocess.run(
        shlex.split(command.line), cwd=checkout.folder, env=without_ours, capture_output=True, text=True, timeout=300
    )
    output = done.stdout + done.stderr
    assert bool(done.returncode) is command.has_findings, f"{command.line} ended with {done.returncode}:\n{output}"
    for line in command.output:
        assert re.search(".*".join(re.escape(part) for part in line.split("…")), output), f"not shown: {line}\n{output}"
