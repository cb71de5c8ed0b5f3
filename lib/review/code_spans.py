"""Text of a pull request in GitHub's Markdown: shown as it is, and never markup, a mention, a link or an issue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from lib.console.text import one_line

LONGEST = 200

Item = TypeVar("Item")


def code(text: str, longest: int = LONGEST) -> str:
    """A code span. Two characters could end it or a table's cell, so others take their place: ` is ', | is ¦."""
    shown = one_line(text[: 4 * longest]).replace("`", "'").replace("|", "¦")
    if len(shown) > longest:
        shown = f"{shown[: longest - 1]}…"
    return f"`{shown}`" if shown.strip() else "–"


def table(head: Sequence[str], items: Sequence[Item], row: Callable[[Item], Sequence[str]], most: int) -> list[str]:
    """The lines of a table with a row for each of the first `most` items. The cells are Markdown already."""
    if not items:
        return []
    rows = (f"| {' | '.join(row(item))} |" for item in items[:most])
    left = ["", f"… and {len(items) - most} more"] if len(items) > most else []
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *rows, *left, ""]
