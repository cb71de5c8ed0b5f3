"""Parses and checks requests. An InvalidRequestError names every wrong field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from payments import cards, screening
from payments.currencies import CURRENCIES
from payments.errors import FieldError, InvalidRequestError, child
from payments.identifiers import timestamp
from payments.payment import Request
from payments.problems import Problem
from payments.service import Query

MAX_BODY_BYTES = 16 * 1024
MAX_AMOUNT = 999_999_999_999  # in minor units; one digit shorter than a card number
MAX_METADATA_ENTRIES = 20
MAX_METADATA_LENGTH = 500
MAX_DEPTH = 8  # a payment has two levels; deeper JSON could exhaust the stack of recursive functions

IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}")
# A token must not be a number, whole or in groups.
TOKEN = re.compile(r"(?![-+]?[0-9.,_/-]*([eE][-+]?[0-9]+)?$)[!-~]{1,255}")
# An idempotency key has no comma, because API Gateway joins repeated headers with a comma.
KEY = re.compile(r"[!-+\--~]{1,255}")
METADATA_KEY = re.compile(r"[A-Za-z0-9_.-]{1,40}")
# The form of `from` and `to` in lists. The ledger's times have microseconds, so more decimals are refused.
QUERY_PARAMETERS = ("from", "to", "cursor", "limit")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
LIMIT = re.compile(r"[1-9][0-9]{0,2}")
DEFAULT_LIMIT, MAX_LIMIT = 50, 100


def idempotency_key(value: str | None) -> str:
    """Return the header's value: 1 to 255 visible ASCII characters without commas. Raises InvalidRequestError.

    A card number is accepted, because the ledger stores only a hash of the key.
    """
    if value is None:
        raise InvalidRequestError(
            FieldError("Idempotency-Key", "is required: a header of 1 to 255 characters, unique for each request")
        )
    if "," in value:
        raise InvalidRequestError(FieldError("Idempotency-Key", "must not contain a comma; send the header once"))
    if not KEY.fullmatch(value):
        raise InvalidRequestError(FieldError("Idempotency-Key", "must have 1 to 255 visible ASCII characters"))
    return value


def merchant_id(value: str) -> str:
    """Return the merchant in the path. Raises InvalidRequestError."""
    rule = screening.CARD_NUMBER if cards.contains(value) else _IDENTIFIER(value)
    if rule:
        raise InvalidRequestError(FieldError("merchant_id", rule))
    return value


def payment_request(merchant: str, body: str | None) -> Request:
    """Parse and check a body. Raises InvalidRequestError with an error for each wrong field, Problem 413."""
    return Request(merchant, **_checked(_parse(body or ""), FIELDS, REQUIRED))


def capture_amount(body: str | None) -> int | None:
    """Return the amount to capture; None for the whole amount. Raises InvalidRequestError, Problem 413."""
    amount: int | None = _checked(_parse(body or "{}"), {"amount": _amount}, ()).get("amount")
    return amount


def refund_amount(body: str | None) -> int:
    """Return the amount to refund. Raises InvalidRequestError, Problem 413."""
    amount: int = _checked(_parse(body or ""), {"amount": _amount}, ("amount",))["amount"]
    return amount


def nothing(body: str | None) -> None:
    """Check that the body is missing or an empty object. Raises InvalidRequestError, Problem 413."""
    _checked(_parse(body or "{}"), {}, ())


def query(merchant: str, parameters: Mapping[str, str]) -> tuple[Query, str | None]:
    """Return the query and the cursor of a list request. Raises InvalidRequestError for wrong parameters."""
    merchant = merchant_id(merchant)
    errors = unknown_parameters(parameters, QUERY_PARAMETERS)
    times: dict[str, datetime] = {"from": FIRST, "to": LAST}
    for name in times:
        if name in parameters:
            try:
                times[name] = _time(parameters[name])
            except (ValueError, OverflowError):
                errors.append(FieldError(name, "must be an RFC 3339 time, like 2026-11-23T10:15:30Z"))
    if times["from"] >= times["to"]:
        errors.append(FieldError("from", "must be before to"))
    limit = parameters.get("limit", str(DEFAULT_LIMIT))
    if not LIMIT.fullmatch(limit) or int(limit) > MAX_LIMIT:
        errors.append(FieldError("limit", f"must be from 1 to {MAX_LIMIT}"))
    if errors:
        raise InvalidRequestError(*errors)
    # The range of an index includes its end. `to` is not included.
    end = times["to"] - timedelta(microseconds=1)
    made = Query(merchant, timestamp(times["from"]), timestamp(end), int(limit))
    return made, parameters.get("cursor")


def unknown_parameters(parameters: Mapping[str, str], known: Collection[str]) -> list[FieldError]:
    """Return an error for each query parameter that the route does not have."""
    return [FieldError(name[:64], "is not a parameter of this request") for name in parameters if name not in known]


def _time(text: str) -> datetime:
    if not RFC_3339.fullmatch(text):
        raise ValueError("not an RFC 3339 time")
    return datetime.fromisoformat(text.upper()).astimezone(UTC)


def _checked(
    document: dict[str, Any], fields: Mapping[str, Callable[[Any], str | None]], required: tuple[str, ...]
) -> dict[str, Any]:
    if found := screening.findings(document):
        raise InvalidRequestError(*found)  # only these: other errors could repeat the name with the number
    errors = [
        *(FieldError(child("", name), "is not a field of this request") for name in document if name not in fields),
        *(FieldError(f"/{name}", "is required") for name in required if name not in document),
    ]
    for name, check in fields.items():
        if name in document and (rule := check(document[name])):
            errors.append(FieldError(f"/{name}", rule))
    if errors:
        raise InvalidRequestError(*errors)
    return document


def _parse(body: str) -> dict[str, Any]:
    if len(body.encode(errors="surrogatepass")) > MAX_BODY_BYTES:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", f"The body must have at most {MAX_BODY_BYTES} bytes."
        )
    try:
        document = json.loads(body, object_pairs_hook=_object, parse_constant=_refuse_constant)
        json.dumps(document, ensure_ascii=False).encode()  # JSON can contain a lone surrogate, which cannot be stored
    except (ValueError, RecursionError):
        raise InvalidRequestError(FieldError("", "must be JSON without duplicate keys")) from None
    if not isinstance(document, dict):
        raise InvalidRequestError(FieldError("", "must be a JSON object"))
    if _deeper_than(document, MAX_DEPTH):
        raise InvalidRequestError(FieldError("", f"must have at most {MAX_DEPTH} levels"))
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
        raise ValueError("a key occurs twice")
    return document


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _matches(pattern: re.Pattern[str], rule: str) -> Callable[[Any], str | None]:
    return lambda value: None if isinstance(value, str) and pattern.fullmatch(value) else rule


def _amount(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return "must be a whole number, in the currency's minor unit"
    return None if 0 < value <= MAX_AMOUNT else f"must be from 1 to {MAX_AMOUNT}"


def _currency(value: Any) -> str | None:
    return (
        None if isinstance(value, str) and value in CURRENCIES else "must be the ISO 4217 code of a currency, like EUR"
    )


def _capture(value: Any) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _metadata(value: Any) -> str | None:
    rule = f"must have at most {MAX_METADATA_ENTRIES} short keys, with strings up to {MAX_METADATA_LENGTH} characters"
    if not isinstance(value, Mapping) or len(value) > MAX_METADATA_ENTRIES:
        return rule
    fine = all(
        METADATA_KEY.fullmatch(key) and isinstance(text, str) and len(text) <= MAX_METADATA_LENGTH
        for key, text in value.items()
    )
    return None if fine else rule


_IDENTIFIER = _matches(IDENTIFIER, "must have 1 to 64 letters, digits, hyphens and underscores")
FIELDS: dict[str, Callable[[Any], str | None]] = {
    "amount": _amount,
    "currency": _currency,
    "payment_token": _matches(TOKEN, "must have 1 to 255 visible ASCII characters and not be a number"),
    "customer_id": _IDENTIFIER,
    "capture": _capture,
    "metadata": _metadata,
}
REQUIRED = ("amount", "currency", "payment_token")
