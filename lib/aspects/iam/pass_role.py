"""TAP-IAM-6: iam:PassRole is granted for one role and one service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.aspects.iam.arns import is_role
from lib.aspects.iam.conditions import on_key
from lib.aspects.iam.documents import DOCUMENT, Statement, allowing
from lib.aspects.iam.principals import is_service
from lib.aspects.model import StackRule
from lib.aspects.provider.actions import matching
from lib.aspects.terraform_json import StackView, as_list, format_value, literal
from lib.findings.finding import Severity

PASS_ROLE = "iam:PassRole"  # noqa: S105 - an action


def _passed_roles(stack: StackView) -> Iterator[tuple[str, str]]:
    for statement in allowing(stack):
        if any(_passes_roles(action) for action in statement.actions):
            for complaint in complaints(stack, statement):
                yield statement.finding(complaint)


def complaints(stack: StackView, statement: Statement) -> Iterator[str]:
    """Yield a message for each mistake: iam:PassRole must be allowed for one role of this stack and one service."""
    for resource in statement.resources:
        if not is_role(stack, resource):
            yield f"iam:PassRole is allowed on {format_value(resource)}; expected the arn of a role of this stack"
    if len(statement.resources) > 1:
        yield f"iam:PassRole is allowed on {len(statement.resources)} roles; expected one, and a statement for each"
    if not _names_one_service(stack, statement):
        yield "iam:PassRole has no condition StringEquals iam:PassedToService with one service; expected one"


def _passes_roles(action: Any) -> bool:
    return isinstance(action, str) and any(meant.name == PASS_ROLE for meant in matching(action))


def _names_one_service(stack: StackView, statement: Statement) -> bool:
    found = on_key(statement, "iam:passedtoservice")
    return len(found) == 1 and (
        literal(found[0].get("test")) == "StringEquals"
        and [is_service(stack, service) for service in as_list(found[0].get("values"))] == [True]
    )


PASSED_ROLES = StackRule(
    id="TAP-IAM-6",
    title="iam:PassRole is granted for one role and one service",
    why="Whoever may pass any role to a service can use the permissions of every role.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.5", "Well-Architected SEC03-BP02"),
    resource_types=(DOCUMENT,),
    waivable=True,
    fix="name the role's arn in resources, and add the condition StringEquals iam:PassedToService",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    check=_passed_roles,
)
