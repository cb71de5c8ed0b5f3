"""Makes text from other sources safe to print."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Return the text without control characters, so that a name in a stack or file cannot imitate a verdict."""
    return "".join(character if character.isprintable() else "\ufffd" for character in " ".join(text.split()))
