"""DynamoDB's condition and update expressions, as far as the ledger uses them, compiled to functions of an item.

docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html and
docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Item = Mapping[str, Any]
Value = Mapping[str, Any]  # as the API spells it: {"N": "1"}
TOKEN = re.compile(r"\s*(<=|>=|[()=<>,.+-]|[#:]?\w+)")
NUMBER = "N"


class InvalidExpressionError(Exception):
    """What DynamoDB answers with a ValidationException."""


@dataclass(frozen=True)
class Names:
    """What the placeholders of a request stand for."""

    names: Mapping[str, str]
    values: Mapping[str, Value]

    def unused_in(self, expressions: str) -> list[str]:
        used = set(re.findall(r"[#:]\w+", expressions))
        return sorted((self.names.keys() | self.values.keys()) - used)


Operand = Callable[[Item, Names], Value | None]
Condition = Callable[[Item, Names], bool]
Path = tuple[str, ...]


def find(item: Item, path: Path, names: Names) -> Value | None:
    """The value at a document path; None where there is none."""
    value: Any = {"M": item}
    for part in path:
        inside = value.get("M") if isinstance(value, Mapping) else None
        name = names.names[part] if part.startswith("#") else part
        if inside is None or name not in inside:
            return None
        value = inside[name]
    found: Value = value
    return found


class Tokens:
    def __init__(self, text: str) -> None:
        self._tokens = TOKEN.findall(text)
        if "".join(self._tokens) != re.sub(r"\s", "", text):
            raise InvalidExpressionError(f"cannot read {text}")
        self._at = 0

    def peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def next(self) -> str:
        token = self.peek()
        self._at += 1
        return token

    def take(self, token: str) -> bool:
        """Go past the token if it comes next."""
        if self.peek().upper() != token:
            return False
        self._at += 1
        return True

    def expect(self, token: str) -> None:
        if not self.take(token):
            raise InvalidExpressionError(f"expected {token}, found {self.peek()!r}")

    def path(self) -> Path:
        parts = [self.next()]
        while self.take("."):
            parts.append(self.next())
        return tuple(parts)


@functools.cache
def condition(text: str) -> Condition:
    tokens = Tokens(text)
    compiled = _either(tokens)
    if tokens.peek():
        raise InvalidExpressionError(f"{tokens.peek()!r} comes after the end")
    return compiled


def _either(tokens: Tokens) -> Condition:
    left = _both(tokens)
    while tokens.take("OR"):
        left = _joined(left, _both(tokens), any)
    return left


def _both(tokens: Tokens) -> Condition:
    left = _not(tokens)
    while tokens.take("AND"):
        left = _joined(left, _not(tokens), all)
    return left


def _joined(left: Condition, right: Condition, how: Callable[[Any], bool]) -> Condition:
    return lambda item, names: how(part(item, names) for part in (left, right))


def _not(tokens: Tokens) -> Condition:
    if tokens.take("NOT"):
        inner = _not(tokens)
        return lambda item, names: not inner(item, names)
    if tokens.take("("):
        inside = _either(tokens)
        tokens.expect(")")
        return inside
    return _comparison(tokens)


def _comparison(tokens: Tokens) -> Condition:
    if tokens.peek() in ("attribute_exists", "attribute_not_exists"):
        wanted = tokens.next() == "attribute_exists"
        tokens.expect("(")
        path = tokens.path()
        tokens.expect(")")
        return lambda item, names: (find(item, path, names) is not None) == wanted
    left = _operand(tokens)
    if tokens.take("BETWEEN"):
        low = _operand(tokens)
        tokens.expect("AND")
        high = _operand(tokens)
        return lambda item, names: (
            _compare("<=", low(item, names), left(item, names)) and _compare("<=", left(item, names), high(item, names))
        )
    operator, right = tokens.next(), _operand(tokens)
    return lambda item, names: _compare(operator, left(item, names), right(item, names))


def _operand(tokens: Tokens) -> Operand:
    """A value, a path, or the size of what is at a path."""
    if tokens.take("SIZE"):
        tokens.expect("(")
        measured = tokens.path()
        tokens.expect(")")
        return lambda item, names: _size(find(item, measured, names))
    if tokens.peek().startswith(":"):
        name = tokens.next()
        return lambda _, names: names.values[name]
    path = tokens.path()
    return lambda item, names: find(item, path, names)


def _size(value: Value | None) -> Value | None:
    if value is None:
        return None
    ((kind, content),) = value.items()
    return None if kind in (NUMBER, "BOOL") else {NUMBER: str(len(content))}


def _compare(operator: str, left: Value | None, right: Value | None) -> bool:
    """Of values of one type; what is missing, or of another type, is unequal and neither less nor greater."""
    if left is None or right is None or left.keys() != right.keys():
        return False
    one, other = _plain(left), _plain(right)
    if operator == "=":
        return bool(one == other)
    return bool({"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other}[operator])


def _plain(value: Value) -> Any:
    ((kind, content),) = value.items()
    return int(content) if kind == NUMBER else content


Change = Callable[[Item, dict[str, Any], Names], None]


@functools.cache
def update(text: str) -> Callable[[Item, Names], dict[str, Any]]:
    """A function that makes the new item; operands are those of the old one."""
    tokens = Tokens(text)
    changes: list[Change] = []
    paths: list[Path] = []
    while clause := tokens.next().upper():
        read = {"SET": _set, "REMOVE": _remove}[clause]
        while True:
            path = tokens.path()
            paths.append(path)
            changes.append(read(path, tokens))
            if not tokens.take(","):
                break

    def apply(item: Item, names: Names) -> dict[str, Any]:
        _refuse_overlaps([tuple(names.names.get(part, part) for part in path) for path in paths])
        after = dict(item)
        for change in changes:
            change(item, after, names)
        return after

    return apply


def _refuse_overlaps(paths: list[Path]) -> None:
    for index, path in enumerate(paths):
        for other in paths[index + 1 :]:
            shorter = min(len(path), len(other))
            if path[:shorter] == other[:shorter]:
                raise InvalidExpressionError(f"the paths {path} and {other} overlap")


def _set(path: Path, tokens: Tokens) -> Change:
    tokens.expect("=")
    value = _sum(tokens)

    def change(before: Item, after: dict[str, Any], names: Names) -> None:
        found = value(before, names)
        if found is None:
            raise InvalidExpressionError("an operand names an attribute that does not exist")
        inside, name = _parent(after, path, names)
        inside[name] = found

    return change


def _remove(path: Path, _: Tokens) -> Change:
    def change(_: Item, after: dict[str, Any], names: Names) -> None:
        inside, name = _parent(after, path, names)
        inside.pop(name, None)

    return change


def _parent(item: dict[str, Any], path: Path, names: Names) -> tuple[dict[str, Any], str]:
    """The map that the path's last name is in, and that name. Maps on the way are copied: the old item stays."""
    for part in path[:-1]:
        name = names.names.get(part, part)
        if name not in item or "M" not in item[name]:
            raise InvalidExpressionError("the document path is invalid for update")
        item[name] = {"M": dict(item[name]["M"])}
        item = item[name]["M"]
    return item, names.names.get(path[-1], path[-1])


def _sum(tokens: Tokens) -> Operand:
    left = _term(tokens)
    while tokens.peek() in ("+", "-"):
        sign = 1 if tokens.next() == "+" else -1
        left = _added(left, _term(tokens), sign)
    return left


def _added(left: Operand, right: Operand, sign: int) -> Operand:
    def add(item: Item, names: Names) -> Value | None:
        one, other = left(item, names), right(item, names)
        if one is None or other is None:
            return None
        if one.keys() != {NUMBER} or other.keys() != {NUMBER}:
            raise InvalidExpressionError("an operand of + or - is no number")
        return {NUMBER: str(int(one[NUMBER]) + sign * int(other[NUMBER]))}

    return add


def _term(tokens: Tokens) -> Operand:
    if tokens.take("IF_NOT_EXISTS"):
        tokens.expect("(")
        path = tokens.path()
        tokens.expect(",")
        default = _operand(tokens)
        tokens.expect(")")

        def either(item: Item, names: Names) -> Value | None:
            found = find(item, path, names)
            return default(item, names) if found is None else found

        return either
    return _operand(tokens)
