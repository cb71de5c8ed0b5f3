"""Recognizes identifiers whose digits may look like a card number.

These are UUIDs (RFC 9562), hexadecimal ids and digests with 24 digits or more, and bank accounts (IBAN, ISO 13616).
"""

from __future__ import annotations

import re

_UUID = r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}"
# With at least four letters, which all but 0.7 % of random ids of 24 digits have. X-Cloud-Trace-Context has a decimal
# number after its id.
_HEXADECIMAL = r"(?=(?:[0-9]*[a-fA-F]){4})(?:[0-9a-f]{24,}|[0-9A-F]{24,})(?:/[0-9]{1,20})?"
_IBAN = r"(?P<iban>[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30})"
_FORMS = re.compile(rf"(?<![0-9A-Za-z])(?:{_UUID}|{_HEXADECIMAL}|{_IBAN})(?![0-9A-Za-z])")

# Country -> length. www.swift.com/standards/data-standards/iban-international-bank-account-number
IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FO FK GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}


def blank(text: str) -> str:
    """Return the text with each such identifier replaced by the same number of letters."""
    return _FORMS.sub(_letters, text)


def _letters(form: re.Match[str]) -> str:
    length = _iban_length(form["iban"]) if form["iban"] else len(form[0])
    return "x" * length + form[0][length:]


def _iban_length(text: str) -> int:
    """Return the length of the IBAN at the text's beginning, in groups of four or as one sequence; 0 without one.

    An IBAN in one sequence must have the right check digits (ISO/IEC 7064, MOD 97-10).
    """
    length = IBAN_LENGTHS.get(text[:2], 0)
    in_one = text[:length]
    if " " not in in_one:
        right = int("".join(str(int(sign, 36)) for sign in in_one[4:] + in_one[:4]) or "0") % 97 == 1
        return length if right and text[length : length + 1] in ("", " ") else 0
    compact = text.replace(" ", "")[:length]
    printed = " ".join(compact[begin : begin + 4] for begin in range(0, length, 4))
    return len(printed) if text == printed or text.startswith(printed + " ") else 0
