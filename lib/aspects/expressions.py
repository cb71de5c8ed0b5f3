"""Parses the part of Terraform's template syntax that a stack may use: text, and references to objects of the stack.

Everything else that Terraform evaluates (functions, conditionals, `%{` directives, splats, variables, locals), IAM's
policy variables (`&{aws:username}`, which the provider turns into `${aws:username}`) and escapes (`$${`, `%%{`, which
produce such text) is `Unsupported`. Terraform's grammar: https://developer.hashicorp.com/terraform/language/expressions
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_OPENS = re.compile(r"[$%&]\{")
_REFERENCE = re.compile(
    r"\$\{(?P<data>data\.)?(?P<type>[a-z][a-z0-9_]*)\.(?P<id>[A-Za-z_][A-Za-z0-9_-]*)"
    r"\.(?P<attribute>[a-z][a-z0-9_]*(?:\[0\])?(?:\.[a-z][a-z0-9_]*)*)\}"
)


@dataclass(frozen=True)
class Reference:
    """The parts of `${aws_kms_key.main.arn}`. `attribute` does not contain an index `[0]`."""

    type: str
    id: str
    attribute: str
    is_data: bool = False

    @property
    def address(self) -> str:
        """`aws_kms_key.main`, `data.aws_region.here`."""
        return f"{'data.' if self.is_data else ''}{self.type}.{self.id}"


@dataclass(frozen=True)
class Unsupported:
    """A part that Terraform or IAM would evaluate: `${join(…)}`, `%{ if … }`, `&{aws:username}`."""

    text: str


Part = str | Reference | Unsupported


@lru_cache(maxsize=20_000)
def parse(text: str) -> tuple[Part, ...]:
    """Return the parts of a template in order. Plain text is one part; an empty string has no parts."""
    return tuple(_parts(text))


def _parts(text: str) -> Iterator[Part]:
    at = 0
    while opens := _OPENS.search(text, at):
        begin = opens.start()
        match = _REFERENCE.match(text, begin)
        escaped = begin > at and text[begin - 1] == text[begin]
        if begin > at:
            yield text[at:begin]
        if match and not escaped:
            yield Reference(
                match["type"], match["id"], match["attribute"].replace("[0]", ""), is_data=bool(match["data"])
            )
            at = match.end()
        else:
            closes = text.find("}", begin)
            at = len(text) if closes < 0 else closes + 1
            yield Unsupported(text[begin:at])
    if at < len(text):
        yield text[at:]


def references(text: str) -> tuple[Reference, ...]:
    """Return the references in a template."""
    return tuple(part for part in parse(text) if isinstance(part, Reference))
