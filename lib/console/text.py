"""Text from outside, made safe to print."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Text without control characters: what a stack or a file calls itself must not look like a verdict."""
    return "".join(character if character.isprintable() else "\ufffd" for character in " ".join(text.split()))
