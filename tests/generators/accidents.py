"""Card numbers as they get into requests by accident, for the rate of misses of the card screening."""

from __future__ import annotations

import base64
import string
from collections.abc import Callable
from random import Random
from urllib.parse import quote

Writer = Callable[[Random, str], str]

# Network -> first digits, lengths. Each network and each form below is as frequent as any other.
NETWORKS: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
    "Visa": (("4",), (16, 16, 16, 16, 16, 16, 16, 16, 13, 19)),
    "Mastercard": (("51", "52", "53", "54", "55"), (16,)),
    "Mastercard, 2-series": (tuple(map(str, range(2221, 2721))), (16,)),
    "American Express": (("34", "37"), (15,)),
    "Discover": (("6011", "644", "65"), (16, 16, 16, 17, 18, 19)),
    "Diners Club": (("300", "305", "36", "38", "39"), (14, 14, 14, 16, 19)),
    "JCB": (tuple(map(str, range(3528, 3590))), (16, 16, 16, 17, 18, 19)),
    "UnionPay": (("62",), (16, 17, 18, 19, 19)),
    "Maestro": (("5018", "5020", "5038", "5893", "6304", "6759", "6761", "6762", "6763"), (13, 15, 16, 18, 19)),
}


def with_check_digit(body: str) -> str:
    """With the check digit of ISO/IEC 7812-1 behind it."""
    doubled = [int(digit) * (2 - position % 2) for position, digit in enumerate(reversed(body))]
    return body + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def card_number(chance: Random, network: str) -> str:
    prefixes, lengths = NETWORKS[network]
    prefix, length = chance.choice(prefixes), chance.choice(lengths)
    return with_check_digit(prefix + "".join(chance.choices(string.digits, k=length - 1 - len(prefix))))


def month_year(chance: Random, form: str) -> str:
    """MM and YY, of a card that has not expired for long."""
    return form.format(MM=f"{chance.randint(1, 12):02}", YY=f"{chance.randint(24, 35)}")


def security_code(chance: Random, number: str) -> str:
    return "".join(chance.choices(string.digits, k=4 if len(number) == 15 else 3))


def groups(number: str, separator: str) -> str:
    """As it is printed on the card."""
    if len(number) in (14, 15):
        return separator.join((number[:4], number[4:10], number[10:]))
    return separator.join(number[begin : begin + 4] for begin in range(0, len(number), 4))


def parted_by(separator: str) -> Writer:
    return lambda _, number: groups(number, separator)


def then_expiry(form: str) -> Writer:
    return lambda chance, number: number + month_year(chance, form)


FORMS: dict[str, Writer] = {
    "plain": lambda _, number: number,
    "in a sentence": lambda _, number: f"please charge {number}, thanks",
    "after an order number": lambda chance, number: f"order {chance.randint(1, 99999)} {groups(number, ' ')}",
    "between letters": lambda _, number: f"card{number}visa" if len(number) > 13 else number,
    "spaces": parted_by(" "),
    "hyphens": parted_by("-"),
    "dots": parted_by("."),
    "underscores": parted_by("_"),
    "slashes": parted_by("/"),
    "commas": parted_by(","),
    "two spaces": parted_by("  "),
    "hyphens between spaces": parted_by(" - "),
    "no-break spaces": parted_by("\N{NO-BREAK SPACE}"),
    "narrow no-break spaces": parted_by("\N{NARROW NO-BREAK SPACE}"),
    "en dashes": parted_by("\N{EN DASH}"),
    "line breaks": parted_by("\n"),
    "zero-width spaces": parted_by("\N{ZERO WIDTH SPACE}"),
    "%20": parted_by("%20"),
    "%2520": parted_by("%2520"),
    "%C2%A0": parted_by("%C2%A0"),
    "+": parted_by("+"),
    "digit by digit": lambda _, number: " ".join(number),
    "in fives": lambda _, number: " ".join(number[begin : begin + 5] for begin in range(0, len(number), 5)),
    "full-width digits": lambda _, number: number.translate({ord("0") + value: 0xFF10 + value for value in range(10)}),
    "Arabic digits": lambda _, number: number.translate({ord("0") + value: 0x0660 + value for value in range(10)}),
    "run together with MMYY": then_expiry("{MM}{YY}"),
    "run together with YYMM": then_expiry("{YY}{MM}"),
    "run together with MMYYYY": then_expiry("{MM}20{YY}"),
    "run together with the security code": lambda chance, number: number + security_code(chance, number),
    "run together with MMYY and security code": lambda chance, number: (
        number + month_year(chance, "{MM}{YY}") + security_code(chance, number)
    ),
    "grouped, then MM/YY": lambda chance, number: f"{groups(number, ' ')} {month_year(chance, '{MM}/{YY}')}",
    "grouped, then run together with MMYY": lambda chance, number: groups(number, " ") + month_year(chance, "{MM}{YY}"),
    "run together with MM/YY": then_expiry("{MM}/{YY}"),
    "run together with YYYY-MM": then_expiry("20{YY}-{MM}"),
    "with bars": lambda chance, number: f"{number}|{month_year(chance, '{MM}|{YY}')}|{security_code(chance, number)}",
    "track 2": lambda chance, number: f";{number}={month_year(chance, '{YY}{MM}')}10100000{chance.randrange(1000)}?",
    "track 1": lambda chance, number: f"%B{number}^DOE/JANE^{month_year(chance, '{YY}{MM}')}1010000000?",
    "base64": lambda _, number: base64.b64encode(number.encode()).decode(),
    "base64, grouped": lambda _, number: base64.b64encode(groups(number, " ").encode()).decode(),
    "base64, URL-safe, unpadded": lambda _, number: (
        "card_" + base64.urlsafe_b64encode(f'{{"pan":"{number}"}}'.encode()).decode().rstrip("=")
    ),
    "JSON": lambda _, number: f'{{"number": "{number}", "type": "card"}}',
    "a URL": lambda _, number: f"https://shop.example/pay?card={quote(groups(number, ' '))}&amount=1",
}


def accident(chance: Random) -> tuple[str, str, str]:
    """A network, a form, and the text that has such a card number."""
    network, form = chance.choice(list(NETWORKS)), chance.choice(list(FORMS))
    return network, form, FORMS[form](chance, card_number(chance, network))
