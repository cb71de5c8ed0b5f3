"""Identifiers as real systems make them, for the rate of false positives of the card screening.

Each generator takes a source of chance and returns one identifier. `IDENTIFIERS` are those that the target holds for;
`CONFLICTS` are numbers without any structure or with a card's, which nothing tells from card numbers.
"""

from __future__ import annotations

import string
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

Generator = Callable[[Random], str]
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
TWITTER, DISCORD, INSTAGRAM = 1288834974657, 1420070400000, 1314220021721  # their epochs, in milliseconds since 1970
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# IBAN registry (SWIFT): country, and its account number in digits (0), capital letters (A) and both (X).
ACCOUNTS = {
    "DE": "0" * 18,
    "AT": "0" * 16,
    "BE": "0" * 12,
    "CH": "0" * 5 + "X" * 12,
    "CZ": "0" * 20,
    "DK": "0" * 14,
    "ES": "0" * 20,
    "FI": "0" * 14,
    "FR": "0" * 10 + "X" * 11 + "00",
    "GB": "AAAA" + "0" * 14,
    "HU": "0" * 24,
    "IE": "AAAA" + "0" * 14,
    "IT": "A" + "0" * 10 + "X" * 12,
    "NL": "AAAA" + "0" * 10,
    "NO": "0" * 11,
    "PL": "0" * 24,
    "PT": "0" * 21,
    "SE": "0" * 20,
    "TR": "00000" + "0" + "0" * 16,
}


def moment(chance: Random) -> datetime:
    return FIRST + timedelta(microseconds=chance.randrange((LAST - FIRST) // timedelta(microseconds=1)))


def ticks(chance: Random, per_second: int) -> int:
    """Since 1970."""
    return int(FIRST.timestamp()) * per_second + chance.randrange(int((LAST - FIRST).total_seconds()) * per_second)


def digits(chance: Random, count: int) -> str:
    return "".join(chance.choices(string.digits, k=count))


def number(count: int) -> Generator:
    """Random, without a zero in front."""
    return lambda chance: str(chance.randrange(10 ** (count - 1), 10**count))


def hexadecimal(chance: Random, count: int) -> str:
    return f"{chance.getrandbits(4 * count):0{count}x}"


def snowflake(epoch: int, bits: int = 22) -> Generator:
    """Milliseconds since the epoch, then worker and sequence."""
    return lambda chance: str((ticks(chance, 1000) - epoch) << bits | chance.getrandbits(bits))


def with_ean_check(body: str) -> str:
    """With the check digit of GS1 behind it."""
    total = sum(int(digit) * (3 if position % 2 == 0 else 1) for position, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


def ean(count: int) -> Generator:
    return lambda chance: with_ean_check(digits(chance, count - 1))


def german_ean(chance: Random) -> str:
    return with_ean_check(str(chance.randrange(400, 441)) + digits(chance, 9))


def iban(country: str) -> Generator:
    signs = {"0": string.digits, "A": string.ascii_uppercase, "X": string.digits + string.ascii_uppercase}

    def make(chance: Random) -> str:
        account = "".join(chance.choice(signs[kind]) for kind in ACCOUNTS[country])
        rest = int("".join(str(int(sign, 36)) for sign in account + country + "00")) % 97
        return f"{country}{98 - rest:02}{account}"

    return make


def any_iban(chance: Random) -> str:
    return iban(chance.choice(list(ACCOUNTS)))(chance)


def spaced(make: Generator) -> Generator:
    def parted(chance: Random) -> str:
        text = make(chance)
        return " ".join(text[begin : begin + 4] for begin in range(0, len(text), 4))

    return parted


def uuid_v4(chance: Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def uuid_v7(chance: Random) -> str:
    head = ticks(chance, 1000) << 80 | chance.getrandbits(80)
    return str(uuid.UUID(int=head & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62))


def uuid_v1(chance: Random) -> str:
    fields = chance.getrandbits(32), chance.getrandbits(16), 0x1000 | 0x1F0, 0x80 | chance.getrandbits(6)
    return str(uuid.UUID(fields=(*fields, chance.getrandbits(8), chance.getrandbits(48))))


def ulid(chance: Random) -> str:
    value = ticks(chance, 1000) << 80 | chance.getrandbits(80)
    return "".join(CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


def one_of(*makers: Generator) -> Generator:
    return lambda chance: chance.choice(makers)(chance)


ORDER_NUMBERS = one_of(
    lambda chance: str(chance.randrange(1000, 10**7)),
    number(10),
    number(12),
    lambda chance: f"ORD-{moment(chance):%Y}-{chance.randrange(10**6):06}",
    lambda chance: f"{moment(chance):%Y%m%d}-{chance.randrange(10**6):06}",
    lambda chance: f"{moment(chance):%Y%m%d%H%M%S}{chance.randrange(10**4):04}",
    lambda chance: f"{moment(chance):%Y%m%d%H%M%S%f}",
    lambda chance: f"{moment(chance):%y%m%d%H%M%S}{chance.randrange(10**4):04}",
    lambda chance: f"{moment(chance):%y%m%d}{chance.randrange(10**6):010}",
    lambda chance: f"{moment(chance):%d%m%Y%H%M%S}{chance.randrange(100):02}",
    lambda chance: f"{moment(chance):%y%m%d-%H%M%S}-{chance.randrange(10**4):04}",
    lambda chance: (
        f"{chance.choice((111, 112, 113, 114, 302, 303, 304, 305, 402, 701))}-{digits(chance, 7)}-{digits(chance, 7)}"
    ),
    lambda chance: f"GPA.33{digits(chance, 2)}-{digits(chance, 4)}-{digits(chance, 4)}-{digits(chance, 5)}",
    lambda chance: f"{digits(chance, 2)}-{digits(chance, 5)}-{digits(chance, 5)}",
    lambda chance: f"4200{digits(chance, 6)}{moment(chance):%Y%m%d}{digits(chance, 10)}",  # WeChat Pay
    lambda chance: f"{moment(chance):%Y%m%d}{digits(chance, 20)}",  # Alipay
    lambda chance: f"order-{ticks(chance, 1000)}-{chance.randrange(1000)}",
    lambda chance: f"INV{chance.randrange(10**8):08}/{moment(chance):%Y}",
)
TRACE_HEADERS = one_of(
    lambda chance: f"00-{hexadecimal(chance, 32)}-{hexadecimal(chance, 16)}-01",  # W3C
    lambda chance: (
        f"Root=1-{ticks(chance, 1):08x}-{hexadecimal(chance, 24)};Parent={hexadecimal(chance, 16)};Sampled=1"
    ),
    lambda chance: f"{hexadecimal(chance, 32)}-{hexadecimal(chance, 16)}-1",  # B3, Sentry
    lambda chance: f"{hexadecimal(chance, 16)}-{hexadecimal(chance, 16)}-1-{hexadecimal(chance, 16)}",  # B3, 64 bits
    lambda chance: hexadecimal(chance, 16),
    lambda chance: hexadecimal(chance, 32),
    lambda chance: f"{hexadecimal(chance, 32)}:{hexadecimal(chance, 16)}:{hexadecimal(chance, 16)}:1",  # Jaeger
    lambda chance: f"{hexadecimal(chance, 32)}/{chance.getrandbits(64)};o=1",  # Google Cloud
    lambda chance: f"dd=s:1;o:rum;p:{hexadecimal(chance, 16)};t.tid:{ticks(chance, 1):08x}00000000",  # Datadog
    lambda chance: f"|{hexadecimal(chance, 32)}.{hexadecimal(chance, 16)}.",  # Application Insights
)
IDENTIFIERS: dict[str, Generator] = {
    "times in milliseconds": lambda chance: str(ticks(chance, 10**3)),
    "times in microseconds": lambda chance: str(ticks(chance, 10**6)),
    "times in nanoseconds": lambda chance: str(ticks(chance, 10**9)),
    "times in ISO 8601": lambda chance: moment(chance).isoformat(chance.choice(" T")),
    "snowflakes, epoch of Twitter": snowflake(TWITTER),
    "snowflakes, epoch of Discord": snowflake(DISCORD),
    "EAN-13": ean(13),
    "EAN-13 of Germany": german_ean,
    "EAN-8 and UPC-A": one_of(ean(8), ean(12)),
    "IBANs of Germany": iban("DE"),
    "IBANs of Germany, spaced": spaced(iban("DE")),
    "IBANs of 19 countries": any_iban,
    "IBANs of 19 countries, spaced": spaced(any_iban),
    "UUIDs, versions 1, 4 and 7": one_of(uuid_v1, uuid_v4, uuid_v7),
    "UUIDs without hyphens": lambda chance: uuid_v4(chance).replace("-", ""),
    "idempotency keys with a time": lambda chance: f"{uuid_v4(chance)}-{ticks(chance, 1000)}",
    "order numbers": ORDER_NUMBERS,
    "values of trace headers": TRACE_HEADERS,
    "ULIDs and ObjectIds": one_of(ulid, lambda chance: f"{ticks(chance, 1):08x}{hexadecimal(chance, 16)}"),
    "SHA-256 digests": lambda chance: hexadecimal(chance, 64),
    "phone numbers, E.164": lambda chance: f"+49{chance.choice(('151', '160', '171'))}{digits(chance, 8)}",
    "decimal fractions": lambda chance: str(chance.random()),
}
CONFLICTS: dict[str, Generator] = {
    **{f"random numbers of {count} digits": number(count) for count in range(13, 20)},
    "decimal trace ids of 64 bits (Datadog)": lambda chance: str(chance.getrandbits(63)),
    "ids of Instagram's kind": snowflake(INSTAGRAM, 23),
    "sonyflakes": lambda chance: str((ticks(chance, 100) - 140952960000) << 24 | chance.getrandbits(24)),
    "GTIN-14": lambda chance: with_ean_check(str(chance.randrange(1, 9)) + digits(chance, 12)),
}
