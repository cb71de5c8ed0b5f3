"""TAP-DOC-7: the document contains no secret and reads none, because Terraform would store both in its state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lib.aspects.expressions import references
from lib.aspects.model import ANY_TYPE, StackRule
from lib.aspects.provider.data import ARGUMENTS
from lib.aspects.terraform_json import StackView
from lib.findings.finding import Severity

Findings = Iterator[tuple[str, str]]


def _secrets(stack: StackView) -> Findings:
    for resource in (*stack.resources, *stack.data):
        for path in _sensitive(resource.type):
            if _is_set(resource.attributes, path.split(".")):
                yield resource.path, f"{path} has a value, and the provider marks it as sensitive; expected none"
        yield from _read(resource.path, "", resource.attributes)
    for section in sorted(stack.sections - {"//", "resource", "data"}):
        yield from _read(stack.name, section, stack.section(section))


def _sensitive(type_: str) -> list[str]:
    return list(ARGUMENTS.get(type_, {}).get("sensitive", ()))


def _is_set(value: Any, steps: list[str]) -> bool:
    """Return True if a path (the names in `steps`) has a value in any block of a list."""
    if not steps:
        return value not in (None, [], {})
    if isinstance(value, list):
        return any(_is_set(item, steps) for item in value)
    return isinstance(value, Mapping) and _is_set(value.get(steps[0]), steps[1:])


def _read(path: str, where: str, value: Any) -> Findings:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _read(path, f"{where}.{name}".lstrip("."), inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _read(path, where, inner)
    elif isinstance(value, str):
        for to in references(value):
            if any(to.attribute == secret or secret.startswith(f"{to.attribute}.") for secret in _sensitive(to.type)):
                yield path, f"{where} refers to {to.address}.{to.attribute}, which is sensitive; expected no reference"


SECRETS = StackRule(
    id="TAP-DOC-7",
    title="No secret is in the configuration",
    why="Terraform stores every argument and attribute in its state, in plain text.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 8.6.2", "Well-Architected SEC02-BP03"),
    resource_types=ANY_TYPE,
    waivable=False,
    fix="let AWS create the secret (manage_master_user_password), or store it with the AWS CLI after the deployment",
    source="https://developer.hashicorp.com/terraform/language/state/sensitive-data",
    check=_secrets,
)
