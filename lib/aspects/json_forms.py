"""Checks a JSON string against a form, which lists the allowed keys and values.

Any other key is a finding. The JSON strings are Terraform templates, so values may contain `${…}`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lib.aspects.strict_json import read


@dataclass(frozen=True)
class Value:
    """The form of a value for which `holds` returns True. `expected` describes such values in messages."""

    holds: Callable[[Any], bool]
    expected: str


@dataclass(frozen=True)
class Items:
    """The form of a list of any length, whose items all have the same form."""

    form: Form


@dataclass(frozen=True)
class Object:
    """The form of an object with only keys of `keys`, and all of `required`. A key with `null` counts as missing."""

    keys: Mapping[str, Form]
    required: tuple[str, ...] = ()


Form = Value | Items | Object


def check(form: Form, text: Any, name: str) -> Iterator[str]:
    """Yield a message for each place where a JSON string (the value of the argument `name`) differs from the form."""
    try:
        document = read(text)
    except ValueError as error:
        yield f"{name} {error}; expected JSON with literal values"
        return
    yield from _differences(form, document, name)


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
