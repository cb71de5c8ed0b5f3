"""Makes text from other sources safe to print."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Return the text as one line without control characters.

    Otherwise a name in a stack or file could contain line breaks and print a line that looks like a verdict.
    """
    return "".join(character if character.isprintable() else "\ufffd" for character in " ".join(text.split()))
