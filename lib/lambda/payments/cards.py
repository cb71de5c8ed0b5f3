"""Finds what could be a card number (PCI DSS 4.0.1, 3.5.1: none is stored, so none may enter).

A card number is 13 to 19 digits that pass the Luhn test (ISO/IEC 7812-1), written in one or in groups parted by
spaces, dashes, dots or slashes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

SHORTEST, LONGEST = 13, 19
MASK = "[card number removed]"

# Groups of digits with at most three separating characters between them. Colons and commas part times and lists.
_SEPARATOR = r"[\s\-‐-―−_./]{1,3}"
_RUN = re.compile(rf"\d+(?:{_SEPARATOR}\d+)*")
_GROUP = re.compile(r"\d+")


def luhn(digits: str) -> bool:
    """The check digit is right."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit)
        if position % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Where in the text a card number stands: (start, end) of each, left to right, not overlapping."""
    for run in _RUN.finditer(text):
        groups = [(group.start() + run.start(), group.group()) for group in _GROUP.finditer(run.group())]
        first = 0
        while first < len(groups):
            last = _card_from(groups, first)
            if last is not None:
                yield groups[first][0], groups[last][0] + len(groups[last][1])
                first = last
            first += 1


def _card_from(groups: list[tuple[int, str]], first: int) -> int | None:
    """The index of the group that ends a card number beginning with group `first`."""
    digits = ""
    for index in range(first, len(groups)):
        digits += groups[index][1]
        if len(digits) > LONGEST:
            return None
        if len(digits) >= SHORTEST and luhn(digits):
            return index
    return None


def plain(text: str) -> str:
    """The text as a reader sees it: full-width and other compatible characters as usual ones, invisible ones gone."""
    if text.isascii():
        return text
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")


def contains(text: str) -> bool:
    """Something in the text could be a card number."""
    return any(True for _ in spans(plain(text)))


def redact(text: str) -> str:
    """The text with every card number in it replaced; one without is left to the letter."""
    readable, parts, begin = plain(text), [], 0
    for start, end in spans(readable):
        parts += [readable[begin:start], MASK]
        begin = end
    return "".join([*parts, readable[begin:]]) if parts else text


def redact_all(value: Any) -> Any:
    """Redact whatever text and numbers a JSON-like value holds, keys included."""
    if isinstance(value, dict):
        return {redact_all(key): redact_all(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redact_all(inner) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return MASK if contains(str(value)) else value
    return redact(str(value))  # what is no JSON is logged as text


def pointers(value: Any, pointer: str = "") -> Iterator[str]:
    """JSON pointers (RFC 6901) of what holds a card number; a key that does is named by the object around it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if contains(key):
                yield pointer
            else:
                yield from pointers(inner, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from pointers(inner, f"{pointer}/{index}")
    elif isinstance(value, str | int | float) and not isinstance(value, bool) and contains(str(value)):
        yield pointer
