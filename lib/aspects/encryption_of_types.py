"""Encryption of any other type that holds data: the provider's facts say which arguments decide about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from lib.aspects.encryption import AT_REST, OWN_KEY, WHY_OUR_KEY
from lib.aspects.model import ANY_TYPE, StackRule
from lib.aspects.provider.data import FACTS, JUDGMENTS, grouped, matches
from lib.aspects.provider.encryption_roles import Role, encryption
from lib.aspects.provider.projection import PATTERNS
from lib.aspects.terraform_json import MISSING, Attributes, Resource, StackView, blocks, flag, format_value, literal
from lib.aspects.types import classified
from lib.findings.finding import Severity

_JUDGMENT = JUDGMENTS["encryption"]
_REQUIRED_BLOCKS = frozenset(_JUDGMENT["required_blocks"])
_ONLY_IF_GIVEN = grouped("encryption", "only_if_given")
# AWS's words for its own key: AWS_OWNED_KEY, AWS_MANAGED_KEY, AWS_OWNED_KMS_KEY.
_CUSTOMER_KEY = re.compile(r"(?!.*AWS_?(OWNED|MANAGED)).*(KMS|CUSTOM)|ENABLED$", re.IGNORECASE)


def _encrypted(stack: StackView) -> Iterator[tuple[str, str]]:
    for resource in stack.resources:
        for path, role in encryption(resource.type):
            if _is_excepted(resource, path):
                continue
            for block, value in _values(resource, resource.attributes, path):
                if literal(value) is MISSING and not _is_required(resource.type, path, block):
                    continue
                if complaint := _complaint(stack, role, value):
                    yield resource.path, f"{path} {complaint}"


def _complaint(stack: StackView, role: Role, value: Any) -> str | None:
    match role:
        case "key":
            complaint = stack.key_complaint(value)
            return complaint and f"{complaint}; expected {OWN_KEY}"
        case "on" | "off":
            wanted = role == "on"
            return None if flag(value) is wanted else f"is {format_value(value)}; expected {str(wanted).lower()}"
        case "mode":
            known = literal(value)
            if isinstance(known, str) and _CUSTOMER_KEY.match(known):
                return None
            return f"is {format_value(value)}; expected AWS's word for a customer managed key"


def _values(resource: Resource, attributes: Attributes, path: str, way: str = "") -> Iterator[tuple[Attributes, Any]]:
    """(block, value) wherever the path leads; an encryption block that is not there has the value None."""
    head, _, rest = path.partition(".")
    if not rest:
        yield attributes, attributes.get(head)
        return
    found = blocks(attributes, head)
    if not found and (PATTERNS["encrypts"].search(head) or f"{resource.type}.{way}{head}" in _REQUIRED_BLOCKS):
        yield {}, None
    for block in found:
        yield from _values(resource, block, rest, f"{way}{head}.")


def _is_required(type_: str, path: str, block: Attributes) -> bool:
    """Whether an argument that is left out had to be given."""
    by = _JUDGMENT["asked_by"].get(path.rpartition(".")[2])
    if by is not None:
        return flag(block.get(by)) not in (False, MISSING)
    return not matches(_ONLY_IF_GIVEN, f"{type_}.{path}")


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


ENCRYPTED = StackRule(
    id="TAP-ENC-9",
    title="Whatever else holds data is encrypted with a customer managed key",
    why=WHY_OUR_KEY,
    severity=Severity.CRITICAL,
    controls=AT_REST,
    resource_types=tuple(type_ for type_ in FACTS if encryption(type_)),
    waivable=False,
    fix="switch the encryption on and give it <KmsKey>.arn of this stack, in each block that has a key",
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/sec_protect_data_rest_encrypt.html",
    check=_encrypted,
)


def _holds_data(type_: str) -> bool:
    of_type = classified(type_)
    return of_type is not None and of_type.holds_data


def uncovered(holds_data: Callable[[str], bool], stack: StackView) -> Iterator[tuple[str, str]]:
    """(construct path, message) of each resource whose type holds data and takes no key."""
    for resource in stack.resources:
        if holds_data(resource.type) and not is_covered(resource.type):
            message = "holds data and has no argument for a customer managed key; expected a type that has one"
            yield resource.path, f"{resource.type} {message}"


def is_covered(type_: str) -> bool:
    """Whether an encryption rule of its own, or a key that TAP-ENC-9 asks for, covers a type."""
    return type_ in grouped("covered") or any(role == "key" for _, role in encryption(type_))


COVERED = StackRule(
    id="TAP-ENC-10",
    title="Each classified type that holds data has an argument for a customer managed key",
    why="Of a type that takes no key of ours, no rule can say how its data lies there.",
    severity=Severity.HIGH,
    controls=AT_REST,
    resource_types=ANY_TYPE,
    waivable=False,
    fix=(
        "use a type that takes a customer managed key; if this one holds no data after all, take holds_data out of its "
        "table in lib/aspects/types/"
    ),
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/sec_protect_data_rest_encrypt.html",
    check=partial(uncovered, _holds_data),
)

RULES = (ENCRYPTED, COVERED)
