"""Finds card numbers in text (PCI DSS 4.0.1, 3.5.1: none is stored, so none may enter).

A card number has the first digits and the length of a card network's and passes the Luhn test (ISO/IEC 7812-1). It is
written in one, or in groups parted by up to four characters that are neither letters nor digits; in any script's
digits; or in base64. In one, an expiry date and a security code may follow directly. What identifiers it would be found
in by chance, and how often it is missed: docs/decisions/0026-a-card-number-is-known-by-its-issuer.md.
"""

from __future__ import annotations

import binascii
import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Any

from payments import issuers, lookalikes
from payments.issuers import LONGEST, SHORTEST

MASK = "[card number removed]"

# A character that is neither a letter nor a digit, as it is or quoted for URLs (%20, %2520, %C2%A0), HTML or JSON.
_QUOTED = r"%(?:25)*(?:2[0-9A-Fa-f]|5[Ff]|0[9AaDd]|[89A-Fa-f][0-9A-Fa-f])|&(?:nbsp|#160);|\\(?:[nrt]|u[0-9A-Fa-f]{4})"
_SEPARATOR = rf"(?:{_QUOTED}|[\W_])"
_RUN = re.compile(rf"[0-9](?:{_SEPARATOR}{{0,4}}[0-9]){{{SHORTEST - 1},}}+")
_RUN_OF_BYTES = re.compile(rb"[0-9](?:[^0-9A-Za-z]{0,4}[0-9]){12,}+")
_GROUP = re.compile(rf"{_SEPARATOR}*([0-9]+)")
_FRACTION = re.compile(r"[0-9]\.\Z")
# 13 digits in base64 are 18 characters.
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{18,}")
_FROM_URL_SAFE = str.maketrans("-_", "+/")

_EXPIRY = r"(?:(?:0[1-9]|1[0-2])(?:20)?[2-4][0-9]|(?:20)?[2-4][0-9](?:0[1-9]|1[0-2]))"
_FOLLOWING = {  # length of the security code -> what may follow a number directly: expiry date, security code, both
    size: re.compile(rf"{_EXPIRY}(?:[0-9]{{{size}}})?|[0-9]{{{size}}}(?:{_EXPIRY})?") for size in (3, 4)
}
_PARTED_EXPIRY = re.compile(
    r"(?:(?:0[1-9]|1[0-2])[/.-](?:20)?[2-4][0-9]|(?:20)?[2-4][0-9][/.-](?:0[1-9]|1[0-2]))(?:[0-9]{3,4})?(?![0-9])"
)
# Order numbers that begin with a day: DDMMYYYY, or YYMMDD, in which Mastercard's 2-series would be found.
_DAY = re.compile(
    r"(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])20[2-4][0-9]|2[3-7](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
)
_LAST_SNOWFLAKE = "2537"  # how snowflakes of Twitter's epoch begin at the end of 2029


def luhn(digits: str) -> bool:
    """The check digit is right."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit)
        if position % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def plain(text: str) -> str:
    """The text with any script's digits and compatible characters as ASCII has them, and without invisible ones."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(sign, sign))
        for sign in unicodedata.normalize("NFKC", text)
        if unicodedata.category(sign) not in ("Cf", "Mn", "Me")
    )


def spans(text: str) -> list[tuple[int, int]]:
    """Where in a plain text card numbers stand: (start, end) of each, left to right, not overlapping."""
    found: list[tuple[int, int]] = []
    if len(text) < SHORTEST:
        return found
    for start, end in sorted([*_numbers(text), *_encoded(text)]):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def contains(text: str) -> bool:
    """A card number is in the text."""
    return bool(spans(plain(text)))


def redact(text: str) -> str:
    """The text with every card number in it replaced; one without is left to the letter."""
    readable, redacted = plain(text), False
    while found := spans(readable):  # again: what was glued to a number stands alone now
        redacted = True
        for start, end in reversed(found):
            readable = f"{readable[:start]}{MASK}{readable[end:]}"
    return readable if redacted else text


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


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """Those that are written in digits."""
    if not _RUN.search(text):
        return
    text = lookalikes.blank(text)
    for run in _RUN.finditer(text):
        groups = [(run.start() + group.start(1), group[1]) for group in _GROUP.finditer(run[0])]
        for first, (start, _) in enumerate(groups):
            if (last := _last_group(text, groups, first)) is not None:
                yield start, groups[last][0] + len(groups[last][1])


def _encoded(text: str) -> Iterator[tuple[int, int]]:
    """Those in base64, usual or URL-safe, wherever in a longer token they begin."""
    for token in _BASE64.finditer(text):
        signs = token[0].translate(_FROM_URL_SAFE).encode()
        for offset in range(4):
            part = signs[offset:]
            decoded = binascii.a2b_base64(part[: len(part) - (len(part) % 4 == 1)] + b"==")
            if _RUN_OF_BYTES.search(decoded) and any(True for _ in _numbers(plain(decoded.decode(errors="replace")))):
                yield token.span()
                break


def _last_group(text: str, groups: list[tuple[int, str]], first: int) -> int | None:
    """The index of the group that ends a card number beginning with group `first`."""
    digits = ""
    sizes: list[int] = []
    lengths: tuple[int, ...] = ()
    possible: Collection[int] = range(1, LONGEST + 1)  # how many digits of the number may stand in the next group
    for index in range(first, len(groups)):
        start, group = groups[index]
        before, digits = len(digits), digits + group
        if not lengths and len(digits) >= issuers.PREFIX:
            lengths = issuers.lengths(digits)
            if not lengths:
                return None
        for length in lengths:
            if length <= len(digits) and length - before in possible:
                number, following = digits[:length], digits[length:]
                if (
                    _may_follow(number, following, text, start + len(group))
                    and luhn(number)
                    and not _is_other(number, sizes, text, groups[first][0])
                ):
                    return index
        sizes.append(len(group))
        possible = _next_sizes(sizes)
        if len(digits) >= LONGEST or not possible:
            return None
    return None


def _next_sizes(sizes: list[int]) -> Collection[int]:
    """How many digits of a number may stand in the group after groups of these sizes; none where none is written so.

    Numbers are written in equal groups, of which the last may be shorter (4-4-4-4-3); with two groups of four in one
    (4-8-4); as they stand on some cards (4-6-5); or with thousands separators (1-3-3-3-3-3).
    """
    if sizes == [4, 6]:
        return (4, 5)
    if set(sizes) <= {4, 8}:
        return (1, 2, 3, 4, 8)
    if sizes[0] < 3 and set(sizes[1:]) == {3}:
        return (3,)
    return range(1, sizes[0] + 1) if len(set(sizes)) == 1 and sizes[0] <= 6 else ()


def _may_follow(number: str, following: str, text: str, end: int) -> bool:
    """Nothing, or what is printed beside the number on a card: its expiry date, its security code, or both.

    `end` is where in the text the digits end.
    """
    if not following:
        return True
    if (len(number) == SHORTEST and number[0] == "4") or number[:4] in ("1800", "2131"):
        return False  # no longer issued, and found in phone numbers and times in nanoseconds
    if len(following) == 3 and number[0] == "2" and number < _LAST_SNOWFLAKE:
        return False
    code = 4 if len(number) == 15 else 3
    return bool(_FOLLOWING[code].fullmatch(following) or _PARTED_EXPIRY.match(text, end - len(following)))


def _is_other(number: str, sizes: list[int], text: str, begin: int) -> bool:
    """An identifier of a common kind, which is a card number only by chance. Such card numbers are missed."""
    if sizes[:1] != [4] and _DAY.match(number):
        return True
    if sizes:
        return False
    if _FRACTION.search(text, max(0, begin - 2), begin):
        return True
    if len(number) > SHORTEST:
        return False
    # The last Visa cards with 13 digits are from the last century: phone numbers are more frequent.
    before, after = text[max(0, begin - 1) : begin], text[begin + len(number) : begin + len(number) + 1]
    glued = before == "+" or before.isalnum() or after.isalnum()
    return _is_ean(number) or (number[0] == "4" and glued)


def _is_ean(digits: str) -> bool:
    """The check digit of an EAN-13 is right (GS1 General Specifications, 7.9.1)."""
    return (sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10 == 0
