"""CONTRIBUTING.md as data: its sections, and in each the blocks that say what to write and what to run."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lib.environments import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text()
BLOCK = re.compile(r"^( *)```(\w*)(?: (\S+))?\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file that it is about (empty for a command), and its text."""

    language: str
    file: str
    text: str


@dataclass(frozen=True)
class Command:
    """A line after `$`, and the lines of its output that the page shows; `…` stands for anything."""

    line: str
    output: tuple[str, ...]

    @property
    def has_findings(self) -> bool:
        """Whether the page shows a finding; then the command fails."""
        return any(line.startswith(("TAP-", "CKV")) for line in self.output)


def section(title: str) -> str:
    """The text below a heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found is not None, f"CONTRIBUTING.md has no section {title}"
    return found[1]


def blocks(text: str) -> list[Block]:
    """In the order of the page, without the indent of the list that they stand in."""
    return [
        Block(language, file, re.sub(rf"^{indent}", "", content, flags=re.MULTILINE))
        for indent, language, file, content in BLOCK.findall(text)
    ]


def commands(block: Block) -> list[Command]:
    """The commands of a `console` block."""
    parts = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    lines = [part.strip().splitlines() for part in parts]
    return [Command(line, tuple(output)) for line, *output in lines]
