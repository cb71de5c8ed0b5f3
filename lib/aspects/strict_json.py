"""Strict parser for JSON strings: accepts only JSON that all programs read alike. `${…}` is ordinary text."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

# JSON reads \u0024 as a dollar sign and Terraform does not, so only one of them would see a reference.
ESCAPED_ASCII = re.compile(r"\\u00[0-7]")


def read(text: Any) -> Any:
    """Return the parsed JSON. Raises ValueError with a message to put after the argument's name: `is not JSON (…)`."""
    if not isinstance(text, str):
        raise ValueError(f"is {shorten(text)}, which is not a string")
    if escaped := ESCAPED_ASCII.search(text):
        raise ValueError(f"has {escaped[0]}…, which Terraform reads differently")
    try:
        return json.loads(text, object_pairs_hook=_each_key_once, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is not JSON ({error})") from error


def read_object(text: Any) -> dict[str, Any]:
    """Return the parsed JSON object. Raises ValueError, like `read`, also for any other JSON value."""
    found = read(text)
    if not isinstance(found, dict):
        raise ValueError(f"is {shorten(found)}, which is not a JSON object")
    return found


def shorten(value: Any) -> str:
    """Return a value as JSON, shortened for messages."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object. Raises ValueError for a duplicate key, because programs differ in which one they use."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} occurs twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not a JSON number")
