"""Reads facts.json, arguments.json and judgments.toml: facts about the provider's resource types."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from fnmatch import translate
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FACTS_FILE = HERE / "facts.json"
ARGUMENTS_FILE = HERE / "arguments.json"
JUDGMENTS_FILE = HERE / "judgments.toml"
# The catalogue of classified types: one TOML file for each service, one table for each type.
CATALOGUE = HERE.parent / "types"

FACTS: Mapping[str, Mapping[str, Any]] = json.loads(FACTS_FILE.read_text()) if FACTS_FILE.exists() else {}
# Type -> {"sensitive": paths} for every type with sensitive arguments; classified types have "settable" and "computed".
ARGUMENTS: Mapping[str, Mapping[str, list[str]]] = (
    json.loads(ARGUMENTS_FILE.read_text()) if ARGUMENTS_FILE.exists() else {}
)
JUDGMENTS: Mapping[str, Any] = tomllib.loads(JUDGMENTS_FILE.read_text())


def classified() -> frozenset[str]:
    """Return the classified types."""
    return frozenset(type_ for file in CATALOGUE.glob("*.toml") for type_ in tomllib.loads(file.read_text()))


def matches(patterns: Iterable[str], text: str) -> bool:
    """Return True if one of the patterns (with `*` as wildcard) matches the whole text."""
    return _pattern(tuple(patterns)).fullmatch(text) is not None


@cache
def _pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(translate(pattern) for pattern in patterns) or "(?!)")


def grouped(*section: str) -> tuple[str, ...]:
    """Return all patterns in a section of judgments.toml, whatever their reason."""
    place: Any = JUDGMENTS
    for name in section:
        place = place[name]
    return tuple(pattern for patterns in place.values() for pattern in patterns)
