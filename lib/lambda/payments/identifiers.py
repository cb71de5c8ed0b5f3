"""Identifiers derived from requests, so that a retry finds the same payment; and the format of stored times."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime

from payments import cards


def payment_id(merchant_id: str, idempotency_key: str) -> str:
    """Return the id derived from merchant and key, so that a retry finds the payment of the first request."""
    return f"pay_{identifier(merchant_id, idempotency_key)}"


def identifier(*parts: str | int | None) -> str:
    """Return 160 bits of a hash in base32. It mixes letters with the digits 2 to 7, so it looks like no card number."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()
    while cards.contains(text := base64.b32encode(digest[:20]).decode().lower()):
        digest = hashlib.sha256(digest).digest()
    return text


def timestamp(at: datetime) -> str:
    """Return a time as ISO 8601, UTC, with microseconds: sorting these strings sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Return the time of a timestamp."""
    return datetime.fromisoformat(text)
