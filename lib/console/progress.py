"""Progress of long steps: one updated line on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from typing import Protocol, TextIO

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.status import Status
from rich.text import Text

LOG_COLUMNS = 140
QUIET_SECONDS = 5.0  # between two progress lines, if standard output is no terminal


class Step(Protocol):
    """A running step."""

    def update(self, text: str) -> None:
        """Show the progress; may be called often."""

    def result(self, text: str) -> None:
        """Set the result, shown when the step is done."""


class Progress(Protocol):
    """A place that shows the steps of a command and their progress."""

    def step(self, title: str) -> contextlib.AbstractContextManager[Step]: ...

    def show(self, *what: RenderableType) -> None:
        """Show text or tables."""


def console_for(stream: TextIO) -> Console:
    """Return a console that writes to the stream. Without a terminal, the console is wide enough for tables."""
    return Console(file=stream, highlight=False, width=None if stream.isatty() else LOG_COLUMNS)


class ConsoleProgress:
    """Shows progress on standard output, with Rich."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or console_for(sys.stdout)

    def show(self, *what: RenderableType) -> None:
        for item in what:
            self.console.print(item, soft_wrap=isinstance(item, str))

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[Step]:
        begin = time.monotonic()
        live: Step = _LiveStep(self.console, title) if self.console.is_terminal else _LogStep(self.console, title)
        with live if isinstance(live, _LiveStep) else contextlib.nullcontext():
            try:
                yield live
            except BaseException:
                self._finish("[red]✗[/red]", title, "", begin)
                raise
        self._finish("[green]✓[/green]", title, getattr(live, "outcome", ""), begin)

    def _finish(self, mark: str, title: str, outcome: str, begin: float) -> None:
        text = f"{escape(title)}: {escape(outcome)}" if outcome else escape(title)
        self.console.print(f"{mark} {text} [dim]({time.monotonic() - begin:.1f} s)[/dim]")


class _LiveStep:
    """A step on a terminal: one line, which is updated in place."""

    def __init__(self, console: Console, title: str) -> None:
        self.title = title
        self.outcome = ""
        self.status: Status = console.status(escape(title))

    def __enter__(self) -> _LiveStep:
        self.status.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.status.stop()

    def update(self, text: str) -> None:
        # Cropped to one line: an updated line must not wrap.
        self.status.update(Text.assemble(f"{self.title}  ", (text, "dim"), no_wrap=True, overflow="ellipsis"))

    def result(self, text: str) -> None:
        self.outcome = text


class _LogStep:
    """A step in a log: a new line at most every QUIET_SECONDS."""

    def __init__(self, console: Console, title: str) -> None:
        self.console = console
        self.title = title
        self.outcome = ""
        self.last = time.monotonic()
        console.print(f"… {escape(title)}")

    def update(self, text: str) -> None:
        if text and time.monotonic() - self.last >= QUIET_SECONDS:
            self.last = time.monotonic()
            self.console.print(f"  [dim]{escape(text)}[/dim]")

    def result(self, text: str) -> None:
        self.outcome = text
