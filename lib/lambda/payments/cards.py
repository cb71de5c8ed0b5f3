"""Finds card numbers in text, so that none is stored (PCI DSS 4.0.1, 3.5.1).

A card number has first digits and a length that a card network uses, and passes the Luhn test (ISO/IEC 7812-1). Its
digits may be of any script, and may be encoded in base64. They may be one sequence, or groups that are separated by up
to four characters other than letters and digits. Expiry date and security code may directly follow a sequence. Rates of
false positives and negatives: docs/decisions/0026-a-card-number-is-known-by-its-issuer.md.
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

# A character that is neither a letter nor a digit, plain or escaped for URLs (%20, %2520, %C2%A0), HTML or JSON.
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
_FOLLOWING = {  # length of the security code -> what may directly follow a number: expiry date, security code, or both
    size: re.compile(rf"{_EXPIRY}(?:[0-9]{{{size}}})?|[0-9]{{{size}}}(?:{_EXPIRY})?") for size in (3, 4)
}
_PARTED_EXPIRY = re.compile(
    r"(?:(?:0[1-9]|1[0-2])[/.-](?:20)?[2-4][0-9]|(?:20)?[2-4][0-9][/.-](?:0[1-9]|1[0-2]))(?:[0-9]{3,4})?(?![0-9])"
)
# Order numbers that begin with a date (DDMMYYYY or YYMMDD) and look like Mastercard's 2-series.
_DAY = re.compile(
    r"(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])20[2-4][0-9]|2[3-7](?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
)
_LAST_SNOWFLAKE = "2537"  # first digits of snowflakes with Twitter's epoch at the end of 2029


def luhn(digits: str) -> bool:
    """Return whether the last digit is the right check digit by the Luhn algorithm."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit)
        if position % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0


def plain(text: str) -> str:
    """Return the text with all digits and compatible characters as ASCII, and without invisible characters."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.decimal(sign, sign))
        for sign in unicodedata.normalize("NFKC", text)
        if unicodedata.category(sign) not in ("Cf", "Mn", "Me")
    )


def spans(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each card number in a plain text, from left to right, without overlaps."""
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
    """Return whether the text contains a card number."""
    return bool(spans(plain(text)))


def redact(text: str) -> str:
    """Return the text with every card number replaced; a text without one is returned unchanged."""
    readable, redacted = plain(text), False
    while found := spans(readable):  # repeated: without one number, another one may become visible
        redacted = True
        for start, end in reversed(found):
            readable = f"{readable[:start]}{MASK}{readable[end:]}"
    return readable if redacted else text


def redact_all(value: Any) -> Any:
    """Return a JSON-like value with all card numbers replaced in its strings, numbers and keys."""
    if isinstance(value, dict):
        return {redact_all(key): redact_all(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [redact_all(inner) for inner in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return MASK if contains(str(value)) else value
    return redact(str(value))  # other types are logged as text


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each card number in the text."""
    if not _RUN.search(text):
        return
    text = lookalikes.blank(text)
    for run in _RUN.finditer(text):
        groups = [(run.start() + group.start(1), group[1]) for group in _GROUP.finditer(run[0])]
        for first, (start, _) in enumerate(groups):
            if (last := _last_group(text, groups, first)) is not None:
                yield start, groups[last][0] + len(groups[last][1])


def _encoded(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each base64 text that contains a card number, at any offset in a longer token."""
    for token in _BASE64.finditer(text):
        signs = token[0].translate(_FROM_URL_SAFE).encode()
        for offset in range(4):
            part = signs[offset:]
            decoded = binascii.a2b_base64(part[: len(part) - (len(part) % 4 == 1)] + b"==")
            if _RUN_OF_BYTES.search(decoded) and any(True for _ in _numbers(plain(decoded.decode(errors="replace")))):
                yield token.span()
                break


def _last_group(text: str, groups: list[tuple[int, str]], first: int) -> int | None:
    """Return the index of the group that ends a card number beginning with group `first`; None if there is none."""
    digits = ""
    sizes: list[int] = []
    lengths: tuple[int, ...] = ()
    possible: Collection[int] = range(1, LONGEST + 1)  # how many digits the next group may have
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
    """Return the possible sizes of the next group of digits, after groups of `sizes`; none if no number continues so.

    People write card numbers in equal groups, the last of which may be shorter (4-4-4-4-3); with two groups joined
    (4-8-4); as printed on some cards (4-6-5); or with thousands separators (1-3-3-3-3-3).
    """
    if sizes == [4, 6]:
        return (4, 5)
    if set(sizes) <= {4, 8}:
        return (1, 2, 3, 4, 8)
    if sizes[0] < 3 and set(sizes[1:]) == {3}:
        return (3,)
    return range(1, sizes[0] + 1) if len(set(sizes)) == 1 and sizes[0] <= 6 else ()


def _may_follow(number: str, following: str, text: str, end: int) -> bool:
    """Return whether `following` is empty, or the card's expiry date, security code, or both.

    `end` is the position in the text at which the digits end.
    """
    if not following:
        return True
    if (len(number) == SHORTEST and number[0] == "4") or number[:4] in ("1800", "2131"):
        return False  # no longer issued, and frequent in phone numbers and times in nanoseconds
    if len(following) == 3 and number[0] == "2" and number < _LAST_SNOWFLAKE:
        return False
    code = 4 if len(number) == 15 else 3
    return bool(_FOLLOWING[code].fullmatch(following) or _PARTED_EXPIRY.match(text, end - len(following)))


def _is_other(number: str, sizes: list[int], text: str, begin: int) -> bool:
    """Return whether the number is more likely a common identifier, such as an EAN or a phone number.

    Real card numbers of the same form are not found.
    """
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
    """Return whether the check digit of an EAN-13 is right (GS1 General Specifications, 7.9.1)."""
    return (sum(map(int, digits[::2])) + 3 * sum(map(int, digits[1::2]))) % 10 == 0
