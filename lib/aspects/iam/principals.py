"""TAP-IAM-3: trust policies of roles. TAP-IAM-5: principals of resource policies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.iam.arns import is_role, is_root, resolve
from lib.aspects.iam.conditions import admits_only_ours
from lib.aspects.iam.documents import DOCUMENT, Statement, allowing, referenced_document, statements_of
from lib.aspects.model import StackRule
from lib.aspects.terraform_json import StackView, blocks, format_value
from lib.findings.finding import Severity

ROLE = "aws_iam_role"
# The full name of a service. Some services have a name for each region.
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*(\.<region>)?\.amazonaws\.com")
# Services that send no aws:SourceAccount or aws:SourceArn when they assume a role.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
_SAY_NO_SOURCE = frozenset({"ec2.amazonaws.com"})


def is_service(stack: StackView, identifier: Any) -> bool:
    """Return True if an identifier of type Service is the full name of one AWS service."""
    return _SERVICE.fullmatch(resolve(stack, identifier) or "") is not None


def _trust(stack: StackView) -> Iterator[tuple[str, str]]:
    for role in stack.of(ROLE):
        document = referenced_document(stack, role.attributes.get("assume_role_policy"))
        if document is None:
            value = format_value(role.attributes.get("assume_role_policy"))
            yield role.path, f"assume_role_policy is {value}; expected the json of a {DOCUMENT} of this stack"
            continue
        for statement in statements_of(document):
            if statement.allows:
                for complaint in _trusting(stack, statement):
                    yield role.path, f"{statement.name} of the trust policy: {complaint}"


def _trusting(stack: StackView, statement: Statement) -> Iterator[str]:
    if statement.actions != ["sts:AssumeRole"]:
        yield f"actions is {format_value(statement.block.get('actions'))}; expected only sts:AssumeRole"
    if not statement.principals:
        yield "principals is missing; expected a service"
    for kind, identifier in statement.principals:
        if kind != "Service" or not is_service(stack, identifier):
            expected = "expected type Service and the name of one AWS service"
            yield f"it trusts {format_value(kind)} {format_value(identifier)}; {expected}"
    trusted = {identifier for _, identifier in statement.principals if isinstance(identifier, str)}
    if trusted - _SAY_NO_SOURCE and not admits_only_ours(stack, statement):
        yield "no condition names the source; expected StringEquals aws:SourceAccount with this account's number"


TRUST = StackRule(
    id="TAP-IAM-3",
    title="Roles trust only AWS services that act for this account",
    why="Whoever can assume a role has its permissions. A service without a source condition may act for any customer.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.5", "Well-Architected SEC03-BP02"),
    resource_types=(ROLE, DOCUMENT),
    waivable=True,
    fix="allow sts:AssumeRole to principals of type Service, with a condition StringEquals aws:SourceAccount",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    check=_trust,
)


def _admitted(stack: StackView) -> Iterator[tuple[str, str]]:
    for statement in allowing(stack):
        if blocks(statement.block, "not_principals"):
            yield statement.finding("not_principals admits everybody else; expected principals")
        for kind, identifier in statement.principals:
            if complaint := _outside_principal(stack, statement, kind, identifier):
                yield statement.finding(complaint)


def _outside_principal(stack: StackView, statement: Statement, kind: Any, identifier: Any) -> str | None:
    """Return why a principal must not be admitted; None for this account, a role of the stack, or a service that acts
    for this account.
    """
    if kind == "Service" and is_service(stack, identifier):
        if identifier in _SAY_NO_SOURCE or admits_only_ours(stack, statement):
            return None
        return f"{identifier} is admitted for any account; expected a condition aws:SourceAccount or SourceArn"
    if kind == "AWS" and (is_root(stack, identifier) or is_role(stack, identifier)):
        return None
    admitted = f"{format_value(kind)} {format_value(identifier)}"
    return f"{admitted} is admitted; expected a service, this account, or a role of this stack"


ADMITTED = StackRule(
    id="TAP-IAM-5",
    title="Resource policies admit only this account, its roles, and services that act for it",
    why="A principal of another account, or a service acting for one, could read and write our data.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.1", "Well-Architected SEC03-BP07"),
    resource_types=(DOCUMENT,),
    waivable=True,
    fix=(
        "admit only this account's root, the arn of an IamRole, or a service with a condition on aws:SourceAccount or "
        "aws:SourceArn"
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    check=_admitted,
)
