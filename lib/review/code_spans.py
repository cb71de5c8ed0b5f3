"""Quotes text of a pull request for GitHub's Markdown, so that the text cannot become markup, a mention or a link."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from lib.console.text import one_line

LONGEST = 200

Item = TypeVar("Item")


def code(text: str, longest: int = LONGEST) -> str:
    """Return a code span. It has ' and ¦ instead of ` and |, which could end the span or a table cell."""
    shown = one_line(text[: 4 * longest]).replace("`", "'").replace("|", "¦")
    if len(shown) > longest:
        shown = f"{shown[: longest - 1]}…"
    return f"`{shown}`" if shown.strip() else "–"


def table(head: Sequence[str], items: Sequence[Item], row: Callable[[Item], Sequence[str]], most: int) -> list[str]:
    """Return the lines of a table with at most `most` items. `row` returns the Markdown cells of an item."""
    if not items:
        return []
    rows = (f"| {' | '.join(row(item))} |" for item in items[:most])
    left = ["", f"… and {len(items) - most} more"] if len(items) > most else []
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *rows, *left, ""]
