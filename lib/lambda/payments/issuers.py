"""The first digits (IIN, ISO/IEC 7812-1) and lengths of the card numbers that card networks issue.

Source: en.wikipedia.org/wiki/Payment_card_number, read 2026-11, and the test numbers that the networks publish. Ranges
that would refuse common identifiers are left out: UATP (begins with 1, like every time in microseconds), Maestro's
reserved ranges (all other numbers that begin with 50 or 6), and Maestro's numbers with 12 digits.
"""

from __future__ import annotations

SHORTEST, LONGEST = 13, 19
PREFIX = 4  # number of first digits that identify the issuer

VISA = (13, 16, 19)
AMERICAN_EXPRESS = (15,)
SIXTEEN = (16,)
TO_NINETEEN = (16, 17, 18, 19)
DINERS = (14, 16, 17, 18, 19)
MAESTRO = (13, 14, 15, *TO_NINETEEN)

# First and last of the first four digits, lengths.
RANGES: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (1800, 1800, (15,)),  # JCB, older
    (2131, 2131, (15,)),  # JCB, older
    (2200, 2204, SIXTEEN),  # Mir
    (2221, 2720, SIXTEEN),  # Mastercard, 2-series
    (3000, 3059, DINERS),
    (3095, 3095, DINERS),
    (3400, 3499, AMERICAN_EXPRESS),
    (3528, 3589, TO_NINETEEN),  # JCB
    (3600, 3699, DINERS),
    (3700, 3799, AMERICAN_EXPRESS),
    (3800, 3999, DINERS),
    (4000, 4999, VISA),
    (5018, 5018, MAESTRO),
    (5019, 5019, SIXTEEN),  # Dankort
    (5020, 5020, MAESTRO),
    (5038, 5038, MAESTRO),
    (5060, 5061, (16, 18, 19)),  # Verve
    (5067, 5067, SIXTEEN),  # Elo
    (5085, 5090, SIXTEEN),  # RuPay, Elo
    (5100, 5599, SIXTEEN),  # Mastercard
    (5600, 5892, (16, 19)),  # Maestro
    (5893, 5893, MAESTRO),
    (5894, 5899, (16, 19)),  # Maestro
    (6011, 6011, TO_NINETEEN),  # Discover
    (6062, 6062, SIXTEEN),  # Hipercard
    (6069, 6085, SIXTEEN),  # RuPay
    (6200, 6299, TO_NINETEEN),  # UnionPay
    (6304, 6304, MAESTRO),
    (6360, 6399, SIXTEEN),  # InterPayment, Elo, InstaPayment, Hipercard, Maestro
    (6440, 6599, TO_NINETEEN),  # Discover, RuPay, Elo, Troy
    (6759, 6769, MAESTRO),
    (8100, 8171, (16, 19)),  # UnionPay
    (8172, 8201, SIXTEEN),  # RuPay
    (8600, 8600, SIXTEEN),  # Uzcard
    (9792, 9792, SIXTEEN),  # Troy
    (9860, 9860, SIXTEEN),  # Humo
)


def lengths(digits: str) -> tuple[int, ...]:
    """Return the possible lengths of card numbers that begin with these (four or more) digits; empty if none do."""
    prefix = int(digits[:PREFIX])
    for first, last, possible in RANGES:
        if first <= prefix <= last:
            return possible
    return ()
