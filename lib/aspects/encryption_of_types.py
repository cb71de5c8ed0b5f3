"""TAP-ENC-9 and TAP-ENC-10: types without their own encryption rule, by the settings in the provider's schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from lib.aspects.encryption import AT_REST, OWN_KEY, WHY_OUR_KEY
from lib.aspects.model import ANY_TYPE, StackRule
from lib.aspects.provider.data import FACTS, JUDGMENTS, grouped, matches
from lib.aspects.provider.encryption_roles import Role, encryption
from lib.aspects.provider.projection import PATTERNS
from lib.aspects.terraform_json import (
    MISSING,
    Attributes,
    Resource,
    StackView,
    as_list,
    blocks,
    flag,
    format_value,
    literal,
)
from lib.aspects.types import classified
from lib.findings.finding import Severity

_JUDGMENT = JUDGMENTS["encryption"]
_REQUIRED_BLOCKS = frozenset(_JUDGMENT["required_blocks"])
_ONLY_IF_GIVEN = grouped("encryption", "only_if_given")
# Matches no value that selects a key of AWS: AWS_OWNED_KEY, AWS_MANAGED_KEY, AWS_OWNED_KMS_KEY.
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
            return f"is {format_value(value)}; expected the value that selects a customer managed key"


def _values(resource: Resource, attributes: Attributes, path: str, way: str = "") -> Iterator[tuple[Attributes, Any]]:
    """Yield (block, value) for a path; the value is None for a missing encryption block."""
    head, _, rest = path.partition(".")
    if not rest:
        yield attributes, attributes.get(head)
        return
    found = blocks(attributes, head)
    if not found and (PATTERNS["encrypts"].search(head) or f"{resource.type}.{way}{head}" in _REQUIRED_BLOCKS):
        yield {}, None
    for block in found:
        yield from _values(resource, block, rest, f"{way}{head}.")
    for item in as_list(attributes.get(head)):
        if item is not None and not isinstance(item, Mapping):  # a literal in place of a block
            yield {}, item


def _is_required(type_: str, path: str, block: Attributes) -> bool:
    """Return True if a missing encryption argument is a violation in this block."""
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
    title="All other types that hold data are encrypted with a customer managed key",
    why=WHY_OUR_KEY,
    severity=Severity.CRITICAL,
    controls=AT_REST,
    resource_types=tuple(type_ for type_ in FACTS if encryption(type_)),
    waivable=False,
    fix="enable the encryption, and set each key argument to <KmsKey>.arn of this stack",
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/sec_protect_data_rest_encrypt.html",
    check=_encrypted,
)


def _holds_data(type_: str) -> bool:
    of_type = classified(type_)
    return of_type is not None and of_type.holds_data


def uncovered(holds_data: Callable[[str], bool], stack: StackView) -> Iterator[tuple[str, str]]:
    """Yield (construct path, message) for each resource whose type holds data and has no argument for a key."""
    for resource in stack.resources:
        if holds_data(resource.type) and not is_covered(resource.type):
            message = "holds data and has no argument for a customer managed key; expected a type that has one"
            yield resource.path, f"{resource.type} {message}"


def is_covered(type_: str) -> bool:
    """Return True if TAP-ENC-9 or another encryption rule checks the type."""
    return type_ in grouped("covered") or any(role == "key" for _, role in encryption(type_))


COVERED = StackRule(
    id="TAP-ENC-10",
    title="Every classified type that holds data has an argument for a customer managed key",
    why="If a type has no argument for a key, no rule can check how its data is encrypted.",
    severity=Severity.HIGH,
    controls=AT_REST,
    resource_types=ANY_TYPE,
    waivable=False,
    fix=(
        "use a type that has an argument for a customer managed key; if this type holds no data, remove holds_data "
        "from its table in lib/aspects/types/"
    ),
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/sec_protect_data_rest_encrypt.html",
    check=partial(uncovered, _holds_data),
)

RULES = (ENCRYPTED, COVERED)
