"""JSON texts in languages of their own: read strictly, and compared with a closed form.

A key that the form lacks is a finding. The texts are Terraform's templates: `${…}` may stand in their strings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# \u0024 is a dollar sign to JSON and none to Terraform: what the one takes for a reference is text to the other.
_ESCAPED_ASCII = re.compile(r"\\u00[0-7]")


class FormError(Exception):
    """The text is no JSON that everybody reads alike; the end of a sentence."""


@dataclass(frozen=True)
class Value:
    """A value for which `holds` is true. `expected` says which those are."""

    holds: Callable[[Any], bool]
    expected: str


@dataclass(frozen=True)
class Items:
    """A list of any length, each item of one form."""

    form: Form


@dataclass(frozen=True)
class Object:
    """An object with these keys and no other. `null` is a key left out."""

    keys: Mapping[str, Form]
    required: tuple[str, ...] = ()


Form = Value | Items | Object


def check(form: Form, text: Any, name: str) -> Iterator[str]:
    """A message for each place where the JSON text, the argument `name`, is not of the form."""
    try:
        document = read(text)
    except FormError as error:
        yield f"{name} {error}"
        return
    yield from _differences(form, document, name)


def read(text: Any) -> Any:
    """The document in a text. FormError if it is none, or if parsers could differ about it."""
    if not isinstance(text, str):
        raise FormError("is no text; expected JSON")
    if _ESCAPED_ASCII.search(text):
        raise FormError(r"has an ASCII character written as \u00…; expected the character itself")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise FormError(f"is no JSON that can be checked ({error}); expected JSON with literal values") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise FormError(f"has the key {max(keys, key=keys.count)!r} twice in one object; expected it once")
    return found


def _no_number(name: str) -> Any:
    raise FormError(f"has {name}, which JSON does not know; expected a number")


def _differences(form: Form, value: Any, where: str) -> Iterator[str]:
    match form:
        case Value():
            if not form.holds(value):
                yield f"{where} is {_shown(value)}; expected {form.expected}"
        case Items():
            if not isinstance(value, list):
                yield f"{where} is {_shown(value)}; expected a list"
                return
            for index, item in enumerate(value):
                yield from _differences(form.form, item, f"{where}[{index}]")
        case Object():
            yield from _differences_of_object(form, value, where)


def _differences_of_object(form: Object, value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where} is {_shown(value)}; expected an object"
        return
    for key in form.required:
        if value.get(key) is None:
            yield f"{where}.{key} is missing; expected {_expected(form.keys[key])}"
    for key, inner in value.items():
        if key not in form.keys:
            yield f"{where}.{key} is not allowed; expected no key but {', '.join(sorted(form.keys))}"
        elif inner is not None:
            yield from _differences(form.keys[key], inner, f"{where}.{key}")


def _expected(form: Form) -> str:
    match form:
        case Value():
            return form.expected
        case Items():
            return "a list"
        case Object():
            return f"an object with {', '.join(form.required)}"


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
