"""Progress that shows nothing, for tests."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rich.console import RenderableType

from lib.console.progress import Step


class SilentProgress:
    """`lines` has what would have been shown as text."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def show(self, *what: RenderableType) -> None:
        self.lines += [item for item in what if isinstance(item, str)]

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[Step]:
        self.lines.append(title)
        yield self

    def update(self, text: str) -> None:
        pass

    def result(self, text: str) -> None:
        self.lines.append(text)
