"""Text of a pull request in GitHub's Markdown: shown as it is, and never markup, a mention, a link or an issue."""

from __future__ import annotations

from collections.abc import Sequence

from lib.findings import one_line

LONGEST = 200


def code(text: str, longest: int = LONGEST) -> str:
    """A code span. Two characters could end it or a table's cell, so others take their place: ` is ', | is ¦."""
    shown = one_line(text).replace("`", "'").replace("|", "¦")
    if len(shown) > longest:
        shown = f"{shown[: longest - 1]}…"
    return f"`{shown}`" if shown.strip() else "–"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], most: int) -> list[str]:
    """The lines of a table with at most `most` rows. The cells are Markdown already."""
    if not rows:
        return []
    shown = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows[:most])]
    if len(rows) > most:
        shown += ["", f"… and {len(rows) - most} more"]
    return [*shown, ""]
