"""Identifiers that are derived from requests, so that a retry finds the same payment. The format of stored times."""

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
    """Return 160 bits of a hash of the parts, in base32. Its letters keep it from looking like a card number."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()
    while cards.contains(text := base64.b32encode(digest[:20]).decode().lower()):
        digest = hashlib.sha256(digest).digest()
    return text


def timestamp(at: datetime) -> str:
    """Return a time as ISO 8601, UTC, with microseconds. Sorting such texts sorts the times."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Return the time of a timestamp."""
    return datetime.fromisoformat(text)
