"""Finds data that a body must not contain: card numbers anywhere, and metadata with a name of card data.

Only stored data is screened. This module screens the fields of a body; validation.py screens the merchant in the path.
Headers and query are not stored, and idempotency keys are hashed. observability.py redacts the logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from payments import cards
from payments.errors import FieldError, child

CARD_NUMBER = "looks like a card number; send a payment token instead"
CARD_DATA = "is a name for card data; send a payment token instead"

# Names of fields with card data. PCI DSS 4.0.1 forbids to store track data, security code and PIN after the
# authorization (3.3), and protects the number and the expiry date (3.5). The words of a name may be joined.
_EXPIRY = r"(?:exp|expiry|expiration) ?(?:date|month|year|mm|yy|yyyy)"
_CARD_DATA = re.compile(
    r"(?<![a-z0-9])(?:"
    r"(?:card|cc)? ?(?:cvv2?|cvc2?|cvn2?|ccv|csc|cav2)|(?:card )?security ?code|verification ?value"
    r"|pan|primary ?account ?number|(?:(?:credit|debit|bank|payment) ?)?(?:card|cc) ?(?:number|num|nr|no|pan)"
    rf"|(?:card|cc) ?(?:exp|expiry|expiration|{_EXPIRY})"
    r"|track ?(?:[123]|data)|mag(?:netic)? ?stripe|pin ?block|(?:card|cc) ?pin"
    r")(?![a-z0-9])"
)
# Words that mean card data only if they are the whole name. For example, an offer has an expiry too.
_WHOLE_NAME = re.compile(rf"pin|exp|expiry|expiration|{_EXPIRY}|valid ?(?:thru|until)")
_OTHER_CARDS = re.compile(r"(?<![a-z])(?:gift|loyalty|bonus|member|membership|club|id|identity|sim|library) ?card")
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def findings(document: dict[str, Any]) -> list[FieldError]:
    """Return an error for each part of a JSON object with card data, without repeating the data."""
    metadata = document.get("metadata")
    names = metadata if isinstance(metadata, dict) else ()
    return [
        *(FieldError(pointer, CARD_NUMBER) for pointer in dict.fromkeys(_card_numbers(document, ""))),
        *(
            FieldError(child("/metadata", name), CARD_DATA)
            for name in names
            if is_card_data(name) and not cards.contains(name)
        ),
    ]


def is_card_data(name: str) -> bool:
    """Return whether the name means card data, such as cvv, cardNumber, customer_cvc2 or track-2."""
    words = _OTHER_CARDS.sub("", " ".join(_SEPARATORS.split(cards.plain(name))).strip().lower())
    return bool(_CARD_DATA.search(words) or _WHOLE_NAME.fullmatch(words))


def _card_numbers(value: Any, pointer: str) -> Iterator[str]:
    """Yield the JSON pointer of each value with a card number. For a name with a card number, yield its object's."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if cards.contains(name):
                yield pointer
            else:
                yield from _card_numbers(inner, child(pointer, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _card_numbers(inner, f"{pointer}/{index}")
    elif isinstance(value, str | int | float) and not isinstance(value, bool) and cards.contains(str(value)):
        yield pointer
