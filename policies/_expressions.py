"""Parses the part of Terraform's string templates that a stack may use. Not a policy.

A string consists of literals and references: `${type.name.attribute}` or `${data.type.name.attribute}`, with an
optional `[0]` after the attribute, and without spaces. Anything else that Terraform would evaluate is Unreadable:
functions, conditionals, splats, directives (`%{`), escapes (`$${`, `%%{`), policy variables (`&{`) of policy documents.

    parse("${aws_sns_topic.alerts.arn}/x")  -> (Reference("aws_sns_topic", "alerts", "arn"), "/x")
    parse("${file(\"x\")}")                 -> (Unreadable('${file("x")}'),)

    reference(value)      the Reference if the whole value is one; else NONE, which is false
    references(value)     every Reference in a value of any shape, including keys of maps
    is_literal(value)     whether the value is a string without references
    without_names(value)  "${aws_sns_topic.arn}/x": the string without the resources' names
"""

import functools
import re
from typing import NamedTuple

NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
OPENING = re.compile(r"(\$+|%+|&)\{")
REFERENCE = re.compile(rf"((?:data\.)?[a-z][a-z0-9_]*)\.({NAME})\.([a-z][a-z0-9_]*)(?:\[0\])?")


class Reference(NamedTuple):
    """A reference to an attribute of a resource, or of a data source, whose `kind` begins with `data.`."""

    kind: str
    name: str
    attribute: str

    def __bool__(self):
        return bool(self.kind)


class Unreadable(NamedTuple):
    """A part of a string that Terraform would evaluate and the rules cannot."""

    text: str


NONE = Reference("", "", "")


def is_reference(part):
    """Return True for a Reference. It compares the class's name, because Checkov loads this file a second time."""
    return type(part).__name__ == "Reference"


def is_unreadable(part):
    return type(part).__name__ == "Unreadable"


@functools.lru_cache(maxsize=20_000)
def parse(text):
    """Return the parts of a string in order: literals (str), Reference and Unreadable."""
    parts, begin = [], 0
    while opening := OPENING.search(text, begin):
        end = text.find("}", opening.end())
        inner = REFERENCE.fullmatch(text, opening.end(), end) if opening[1] == "$" and end >= 0 else None
        if opening.start() > begin:
            parts.append(text[begin : opening.start()])
        if inner is None:
            return (*parts, Unreadable(text[opening.start() :]))
        parts.append(Reference(*inner.groups()))
        begin = end + 1
    return (*parts, text[begin:]) if begin < len(text) or not parts else tuple(parts)


def reference(value):
    parts = parse(value) if isinstance(value, str) else ()
    return parts[0] if len(parts) == 1 and is_reference(parts[0]) else NONE


def references(value):
    if isinstance(value, str):
        return [part for part in parse(value) if is_reference(part)]
    if isinstance(value, dict):
        return [found for item in value.items() for half in item for found in references(half)]
    return [found for item in value for found in references(item)] if isinstance(value, list) else []


def is_literal(value):
    return isinstance(value, str) and all(isinstance(part, str) for part in parse(value))


def without_names(value):
    """Return a string without the names of resources; None if the value is not a string, or a part is Unreadable."""
    parts = parse(value) if isinstance(value, str) else (Unreadable(""),)
    if any(is_unreadable(part) for part in parts):
        return None
    return "".join(part if isinstance(part, str) else f"${{{part.kind}.{part.attribute}}}" for part in parts)
