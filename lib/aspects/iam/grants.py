"""Finds access that no policy document grants: by a type or an argument, or by a role outside of this stack."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lib.aspects.provider.data import matches
from lib.aspects.terraform_json import (
    MISSING,
    Resource,
    StackView,
    arguments,
    as_list,
    flag,
    format_value,
    literal,
    reference,
)

_GRANTS: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "grants.toml").read_text())
TYPES: Mapping[str, list[str]] = _GRANTS["types"]
ARGUMENTS = {name: reason for reason, names in _GRANTS["arguments"].items() for name in names}
NO_ROLES = tuple(pattern for patterns in _GRANTS["roles"].values() for pattern in patterns)

# Names of arguments with a role: role, role_arn, task_role_arn, iam_roles, iam_instance_profile, …, and API Gateway's
# credentials.
_ROLE = re.compile(
    r"(?!(assume|use|enable)_)(.+_)?(roles?|instance_profile)(_arns?|_names?)?|(authorizer_)?credentials(_arn)?"
)
_ROLE_TYPES = ("aws_iam_role", "aws_iam_instance_profile")
_ROLE_ATTRIBUTES = ("arn", "id", "name")


def granted(stack: StackView) -> Iterator[tuple[str, str]]:
    """Yield (construct path, message) for each resource or argument that gives access without a policy document."""
    for resource in stack.resources:
        for reason, types in TYPES.items():
            if matches(types, resource.type):
                yield (
                    resource.path,
                    f"{resource.type} is not allowed: {reason}; expected a policy document of the stack",
                )
        for path, name, value in arguments(resource.attributes):
            if name in ARGUMENTS and literal(value) is not MISSING and flag(value) is not False:
                yield resource.path, f"{path} is {format_value(value)}: {ARGUMENTS[name]}; expected false, or nothing"
            if _ROLE.fullmatch(name) and not matches(NO_ROLES, f"{resource.type}.{path}"):
                yield from _foreign_roles(stack, resource, path, value)


def _foreign_roles(stack: StackView, resource: Resource, path: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield a finding for each role that is not a role of this stack. The rules check only this stack's policies."""
    for item in as_list(value):
        if not isinstance(item, Mapping) and not _is_own_role(stack, item):
            yield resource.path, f"{path} is {format_value(item)}; expected a role of this stack"


def _is_own_role(stack: StackView, value: Any) -> bool:
    to = reference(value)
    if to is None or to.is_data or stack.get(to) is None:
        return False
    return to.type in _ROLE_TYPES and to.attribute in _ROLE_ATTRIBUTES
