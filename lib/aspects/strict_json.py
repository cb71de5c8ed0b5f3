"""JSON inside an argument, read strictly: text that everybody reads alike. `${…}` is text like any other."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

# JSON reads \u0024 as a dollar sign and Terraform does not: a reference to the one would be text to the other.
ESCAPED_ASCII = re.compile(r"\\u00[0-7]")


def read(text: Any) -> Any:
    """What the text says. Raises ValueError, whose text goes on after the argument's name: `is no JSON (…)`."""
    if not isinstance(text, str):
        raise ValueError(f"is {shorten(text)}, which is no text")
    if escaped := ESCAPED_ASCII.search(text):
        raise ValueError(f"has {escaped[0]}…, which Terraform reads differently")
    try:
        return json.loads(text, object_pairs_hook=_each_key_once, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is no JSON ({error})") from error


def read_object(text: Any) -> dict[str, Any]:
    """Like `read`, for a text that has to be an object."""
    found = read(text)
    if not isinstance(found, dict):
        raise ValueError(f"is {shorten(found)}, which is no JSON object")
    return found


def shorten(value: Any) -> str:
    """A value as JSON, as much of it as a message has room for."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Readers differ in which of two equal keys they take."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} stands there twice")
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number in JSON")
