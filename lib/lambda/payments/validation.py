"""From the bytes of a request to a valid Request, or a Problem that names every field that is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from iso4217 import Currency

from payments import cards
from payments.payment import Request
from payments.problems import FieldError, Problem, invalid

MAX_BODY_BYTES = 16 * 1024
MAX_AMOUNT = 999_999_999_999  # minor units; one digit short of what could be a card number
MAX_METADATA_ENTRIES = 20
MAX_DEPTH = 8  # a payment has two levels; what is deeper would only exhaust the stack of whoever looks into it

IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
TOKEN = re.compile(r"[!-~]{1,255}")
KEY = re.compile(r"[!-~]{1,255}")
METADATA_KEY = re.compile(r"[A-Za-z0-9_.-]{1,40}")
# XXX, XTS and the like stand for no money; a currency has minor units in the standard's table.
CURRENCIES = frozenset(currency.code for currency in Currency if currency.exponent is not None)

CARD = "looks like a card number; send a payment token instead"


def idempotency_key(value: str | None) -> str:
    """The header's value: 1 to 255 visible ASCII characters."""
    if value is None:
        raise invalid(
            FieldError("Idempotency-Key", "is required: a header of 1 to 255 characters, new for each request")
        )
    if cards.contains(value):
        raise invalid(FieldError("Idempotency-Key", CARD))
    if not KEY.fullmatch(value):
        raise invalid(FieldError("Idempotency-Key", "has 1 to 255 visible ASCII characters"))
    return value


def payment_request(body: str | None) -> Request:
    """Parse and check a body; raises Problem (400, 413) with an error for each field that is wrong."""
    return Request(**_checked(_parse(body or ""), FIELDS, REQUIRED))


def capture_amount(body: str | None) -> int | None:
    """The amount to capture; None, for all, where there is no body or none in it. Raises Problem (400, 413)."""
    amount: int | None = _checked(_parse(body or "{}"), {"amount": _amount}, ()).get("amount")
    return amount


def refund_amount(body: str | None) -> int:
    """The amount to refund. Raises Problem (400, 413)."""
    amount: int = _checked(_parse(body or ""), {"amount": _amount}, ("amount",))["amount"]
    return amount


def nothing(body: str | None) -> None:
    """No body, or an empty object. Raises Problem (400, 413)."""
    _checked(_parse(body or "{}"), {}, ())


def _checked(
    document: dict[str, Any], fields: Mapping[str, Callable[[Any], str | None]], required: tuple[str, ...]
) -> dict[str, Any]:
    found = list(cards.pointers(document))
    if found:
        raise invalid(*(FieldError(pointer, CARD) for pointer in dict.fromkeys(found)))
    errors = [
        *(FieldError(_pointer(name), "is not a field of this request") for name in document if name not in fields),
        *(FieldError(f"/{name}", "is required") for name in required if name not in document),
    ]
    for name, check in fields.items():
        if name in document and (rule := check(document[name])):
            errors.append(FieldError(f"/{name}", rule))
    if errors:
        raise invalid(*errors)
    return document


def _parse(body: str) -> dict[str, Any]:
    if len(body.encode(errors="surrogatepass")) > MAX_BODY_BYTES:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", f"A body has at most {MAX_BODY_BYTES} bytes."
        )
    try:
        document = json.loads(body, object_pairs_hook=_object, parse_constant=_refuse_constant)
        json.dumps(document, ensure_ascii=False).encode()  # a lone surrogate can be written in JSON, and stored nowhere
    except (ValueError, RecursionError):
        raise invalid(FieldError("", "is not JSON, or has a key twice")) from None
    if not isinstance(document, dict):
        raise invalid(FieldError("", "is an object"))
    if _deeper_than(document, MAX_DEPTH):
        raise invalid(FieldError("", f"has at most {MAX_DEPTH} levels"))
    return document


def _deeper_than(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    return levels == 0 or any(
        _deeper_than(inner, levels - 1) for inner in (value.values() if isinstance(value, dict) else value)
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("a key stands twice")
    return document


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _pointer(name: str) -> str:
    # What the client made up is not repeated at length.
    return "/" + name.replace("~", "~0").replace("/", "~1")[:64]


def _matches(pattern: re.Pattern[str], rule: str) -> Callable[[Any], str | None]:
    return lambda value: None if isinstance(value, str) and pattern.fullmatch(value) else rule


def _amount(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return "is a whole number of the currency's minor units"
    return None if 0 < value <= MAX_AMOUNT else f"is from 1 to {MAX_AMOUNT}"


def _currency(value: Any) -> str | None:
    return None if isinstance(value, str) and value in CURRENCIES else "is an ISO 4217 code, like EUR"


def _capture(value: Any) -> str | None:
    return None if isinstance(value, bool) else "is true or false"


def _metadata(value: Any) -> str | None:
    rule = f"is an object of at most {MAX_METADATA_ENTRIES} short keys with strings of at most 500 characters"
    if not isinstance(value, Mapping) or len(value) > MAX_METADATA_ENTRIES:
        return rule
    fine = all(
        METADATA_KEY.fullmatch(key) and isinstance(text, str) and len(text) <= 500 for key, text in value.items()
    )
    return None if fine else rule


_IDENTIFIER = _matches(IDENTIFIER, "has 1 to 64 letters, digits, hyphens and underscores")
FIELDS: dict[str, Callable[[Any], str | None]] = {
    "merchant_id": _IDENTIFIER,
    "amount": _amount,
    "currency": _currency,
    "payment_token": _matches(TOKEN, "has 1 to 255 visible ASCII characters"),
    "customer_id": _IDENTIFIER,
    "capture": _capture,
    "metadata": _metadata,
}
REQUIRED = ("merchant_id", "amount", "currency", "payment_token")
