"""What the judgments say of an argument or a type, and whether they say anything."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from lib.aspects.provider.data import FACTS, JUDGMENTS, grouped, matches
from lib.aspects.provider.projection import MAY_HOLD_DATA, PATTERNS

KINDS = tuple(PATTERNS)
TEARDOWN: Mapping[str, Any] = JUDGMENTS["teardown"]


def is_judged(kind: str, type_: str, path: str) -> bool:
    """Whether a judgment names this argument, as one that counts or as one that does not."""
    if kind == "encrypts":
        return matches(grouped("covered"), type_) or not_at_rest(type_, path) or role(path) is not None
    words = {word for name in ("on", "off", "none") for word in TEARDOWN[kind].get(name, ())}
    return not words.isdisjoint(path.split(".")) or matches(grouped("teardown", kind, "harmless"), f"{type_}.{path}")


def not_at_rest(type_: str, path: str) -> bool:
    """Whether the argument is about encryption and decides nothing about data at rest."""
    return matches(grouped("encryption", "not_at_rest"), f"{type_}.{path}")


def role(path: str) -> str | None:
    """`keys`, `on`, `off` or `modes`: what the argument has to hold."""
    word = path.rpartition(".")[2]
    return next((name for name in ("keys", "on", "off", "modes") if word in JUDGMENTS["encryption"][name]), None)


def holds_data_or_not(type_: str, of_type: Mapping[str, Any]) -> bool:
    """Whether it is decided that a type holds data."""
    decided = of_type.get("encrypts") or is_uncovered(type_) or encryption(type_)
    return bool(decided) or not MAY_HOLD_DATA.search(type_) or matches(grouped("stateless"), type_)


@cache
def encryption(type_: str) -> tuple[tuple[str, str], ...]:
    """(path, role) of each argument of a type that TAP-ENC-9 judges."""
    if type_ not in FACTS or matches(grouped("covered"), type_):
        return ()
    more = [full.partition(".")[2] for full in JUDGMENTS["encryption"]["more"] if full.startswith(f"{type_}.")]
    return tuple(
        (path, found)
        for path in (*FACTS[type_].get("encrypts", ()), *more)
        if not not_at_rest(type_, path) and (found := role(path))
    )


@cache
def is_uncovered(type_: str) -> bool:
    """Whether a type holds data that no customer managed key can encrypt."""
    return matches(JUDGMENTS["uncovered"]["types"], type_)
