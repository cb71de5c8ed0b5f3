"""Identifiers that are derived, so that the same request finds what it made before; and times as they are stored."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime

from payments import cards


def payment_id(merchant_id: str, idempotency_key: str) -> str:
    """The same for the same merchant and key, so that a second request finds the first one's payment."""
    return f"pay_{identifier(merchant_id, idempotency_key)}"


def identifier(*parts: str | int | None) -> str:
    """160 bits of a hash, in base32: letters and 2 to 7; never one in which a card number could be read."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()
    while cards.contains(text := base64.b32encode(digest[:20]).decode().lower()):
        digest = hashlib.sha256(digest).digest()
    return text


def timestamp(at: datetime) -> str:
    """ISO 8601, UTC, microseconds: the order of these texts is the order in time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The time that a timestamp says."""
    return datetime.fromisoformat(text)
