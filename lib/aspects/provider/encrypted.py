"""Whether what holds data is encrypted with a key of the stack, for any type of the provider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.provider import judged
from lib.aspects.provider.data import FACTS, JUDGMENTS, grouped, is_known, matches
from lib.aspects.provider.projection import PATTERNS, VERSION
from lib.aspects.terraform_json import (
    MISSING,
    Attributes,
    Resource,
    StackView,
    blocks,
    flag,
    format_value,
    literal,
)

_JUDGMENT = JUDGMENTS["encryption"]
_REQUIRED_BLOCKS = frozenset(_JUDGMENT["required_blocks"])
_ONLY_IF_SAID = grouped("encryption", "only_if_said")
# AWS's words for its own key: AWS_OWNED_KEY, AWS_MANAGED_KEY, AWS_OWNED_KMS_KEY.
_CUSTOMER_KEY = re.compile(r"(?!.*AWS_?(OWNED|MANAGED)).*(KMS|CUSTOM)|ENABLED$", re.IGNORECASE)


def encrypted(stack: StackView) -> Iterator[tuple[str, str]]:
    """(construct path, message) of each argument that does not encrypt with a key of the stack."""
    for resource in stack.resources:
        for path, role in judged.encryption(resource.type):
            if _is_excepted(resource, path):
                continue
            for block, value in _values(resource, resource.attributes, path):
                if literal(value) is MISSING and not _is_asked(resource.type, path, block):
                    continue
                if complaint := _complaint(stack, role, value):
                    yield resource.path, f"{path} {complaint}"


def covered(stack: StackView) -> Iterator[tuple[str, str]]:
    """(construct path, message) of each resource of which no rule can say that it is encrypted."""
    for resource in stack.resources:
        if judged.is_uncovered(resource.type):
            message = "holds data and has no argument for a customer managed key; expected a type that has one"
            yield resource.path, f"{resource.type} {message}"
        elif not is_known(resource.type):
            yield resource.path, f"{resource.type} is not known (hashicorp/aws {VERSION}); expected a type that is"


def _complaint(stack: StackView, role: str, value: Any) -> str | None:
    match role:
        case "keys":
            complaint = stack.key_complaint(value)
            return complaint and f"{complaint}; expected a customer managed key of this stack"
        case "on" | "off":
            wanted = role == "on"
            return None if flag(value) is wanted else f"is {format_value(value)}; expected {str(wanted).lower()}"
    known = literal(value)
    if isinstance(known, str) and _CUSTOMER_KEY.match(known):
        return None
    return f"is {format_value(value)}; expected AWS's word for a customer managed key"


def _values(resource: Resource, attributes: Attributes, path: str, way: str = "") -> Iterator[tuple[Attributes, Any]]:
    """(block, value) wherever the path leads; a block about encryption that is not there has the value None."""
    head, _, rest = path.partition(".")
    if not rest:
        yield attributes, attributes.get(head)
        return
    found = blocks(attributes, head)
    if not found and (PATTERNS["encrypts"].search(head) or f"{resource.type}.{way}{head}" in _REQUIRED_BLOCKS):
        yield {}, None
    for block in found:
        yield from _values(resource, block, rest, f"{way}{head}.")


def _is_asked(type_: str, path: str, block: Attributes) -> bool:
    """Whether an argument that is left out had to be said."""
    by = _JUDGMENT["asked_by"].get(path.rpartition(".")[2])
    if by is not None:
        return flag(block.get(by)) not in (False, MISSING)
    return not matches(_ONLY_IF_SAID, f"{type_}.{path}")


def _is_excepted(resource: Resource, path: str) -> bool:
    full = f"{resource.type}.{path}"
    for pattern, exceptions in _JUDGMENT["unless"].items():
        if not matches((pattern,), full):
            continue
        for exception in exceptions:
            value = resource.attributes.get(exception["argument"])
            if exception["values"] == "set":
                if value not in (None, []):
                    return True
            elif value in exception["values"]:
                return True
    return False


# Every type that the rule judges.
TYPES = tuple(type_ for type_ in FACTS if judged.encryption(type_))
