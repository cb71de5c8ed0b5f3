"""Parses JSON as Terraform does, and records the line on which each object begins."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable
from json import decoder, scanner
from typing import Any

# Keys that Checkov adds to parsed documents. In the input, they could hide resources from Checkov.
CHECKOV_KEYS = ("__startline__", "__endline__")


def parse(text: str) -> tuple[Any, dict[int, int]]:
    """Return the document, and id(object) -> line for every object. Raises ValueError for invalid or ambiguous JSON."""
    positions: dict[int, int] = {}

    class Decoder(json.JSONDecoder):
        def __init__(self) -> None:
            super().__init__(object_pairs_hook=_without_doubles, parse_constant=_refuse)
            self.parse_object = self._parse_object  # only the scanner written in Python uses it
            self.scan_once = scanner.py_make_scanner(self)  # type: ignore[attr-defined]

        def _parse_object(self, at: tuple[str, int], *arguments: Any) -> tuple[Any, int]:
            parse_object: Callable[..., tuple[Any, int]] = decoder.JSONObject  # type: ignore[attr-defined]
            found, end = parse_object(at, *arguments)
            positions[id(found)] = at[1]
            return found, end

    document = Decoder().decode(text)
    starts = [index for index, character in enumerate(text) if character == "\n"]
    return document, {key: _line(starts, position) for key, position in positions.items()}


def _line(newlines: list[int], position: int) -> int:
    return bisect_left(newlines, position) + 1


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # If a key occurs twice, Terraform reads both values, and Checkov only the last.
    document = dict(pairs)
    if len(document) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} occurs twice")
    for key in CHECKOV_KEYS:
        if key in document:
            raise ValueError(f"the key {key!r} is reserved by Checkov")
    return document


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON number")
