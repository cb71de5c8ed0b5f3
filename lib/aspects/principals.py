"""IAM: who is let in. Roles trust services; resources admit services that act for this account, and this account."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lib.aspects.model import Severity, StackRule
from lib.aspects.policy_documents import (
    ACCOUNT,
    DOCUMENT,
    admits_only_ours,
    allowing,
    allowing_in,
    listed,
    meant_document,
)
from lib.aspects.terraform_json import Attributes, StackView, blocks, expressions, format_value, literal, reference

ROLE = "aws_iam_role"
# A service is named in full; some have a name for each region.
SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*(\.\$\{data\.aws_region\.[\w-]+\.(name|region|id)\})?\.amazonaws\.com")
# Services that say nothing of the source when they take on a role.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
SAY_NO_SOURCE = frozenset({"ec2.amazonaws.com"})
# This account as a principal, in full: arn:{partition}:iam::{account}:root.
ROOT = re.compile(r"arn:(aws[a-z-]*|\$\{data\.aws_partition\.[\w-]+\.partition\}):iam::\$\{([^{}]*)\}:root")


def _trust(stack: StackView) -> Iterator[tuple[str, str]]:
    for role in stack.of(ROLE):
        document = meant_document(stack, role.attributes.get("assume_role_policy"))
        if document is None:
            value = format_value(role.attributes.get("assume_role_policy"))
            yield role.path, f"assume_role_policy is {value}; expected the json of a {DOCUMENT} of this stack"
            continue
        for where, statement in allowing_in(document):
            for complaint in _trusting(stack, statement):
                yield role.path, f"{where} of the trust policy: {complaint}"


def _trusting(stack: StackView, statement: Attributes) -> Iterator[str]:
    if listed(statement.get("actions")) != ["sts:AssumeRole"]:
        yield f"actions is {format_value(statement.get('actions'))}; expected sts:AssumeRole alone"
    trusted = list(_principals(statement))
    if not trusted:
        yield "principals is missing; expected a service"
    for kind, identifier in trusted:
        if kind != "Service" or not SERVICE.fullmatch(str(identifier)):
            yield f"it trusts {kind} {format_value(identifier)}; expected type Service and one name"
    if {identifier for _, identifier in trusted} - SAY_NO_SOURCE and not admits_only_ours(stack, statement):
        yield "no condition names the source; expected StringEquals aws:SourceAccount with this account's number"


def _admitted(stack: StackView) -> Iterator[tuple[str, str]]:
    for document, where, statement in allowing(stack):
        if blocks(statement, "not_principals"):
            yield document.path, f"{where}: not_principals admits everybody else; expected principals"
        for kind, identifier in _principals(statement):
            if complaint := _stranger(stack, statement, kind, identifier):
                yield document.path, f"{where}: {complaint}"


def _stranger(stack: StackView, statement: Attributes, kind: object, identifier: object) -> str | None:
    """Why somebody must not be admitted; None for this account, its roles, and services that act for it."""
    if kind == "Service" and SERVICE.fullmatch(str(identifier)):
        if identifier in SAY_NO_SOURCE or admits_only_ours(stack, statement):
            return None
        return f"{identifier} is admitted for anybody's account; expected a condition aws:SourceAccount or SourceArn"
    if kind == "AWS" and isinstance(identifier, str):
        role = reference(identifier)
        if role is not None and role.type == ROLE and role.attribute == "arn" and stack.get(role):
            return None
        root = ROOT.fullmatch(identifier)
        account = [root[2]] if root else expressions(identifier) if reference(identifier) else []
        if account and ACCOUNT.fullmatch(account[0]):
            return None
    admitted = f"{format_value(kind)} {format_value(identifier)}"
    return f"{admitted} is admitted; expected a service, this account, or a role of this stack"


def _principals(statement: Attributes) -> Iterator[tuple[object, object]]:
    for block in blocks(statement, "principals"):
        for identifier in listed(block.get("identifiers")) or [None]:
            yield literal(block.get("type")), identifier


TRUST = StackRule(
    id="TAP-IAM-3",
    title="Roles trust services alone, and only for this account",
    why="Who can take on a role has all of its permissions; a service without a source acts for any of its customers.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.5", "Well-Architected SEC03-BP02"),
    resource_types=(ROLE, DOCUMENT),
    waivable=True,
    fix="allow sts:AssumeRole to principals of type Service, with a condition StringEquals aws:SourceAccount",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    check=_trust,
)

ADMITTED = StackRule(
    id="TAP-IAM-5",
    title="Policies admit this account, its roles, and services that act for it",
    why="A principal of another account, or a service acting for one, reads and writes what is ours.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.1", "Well-Architected SEC03-BP07"),
    resource_types=(DOCUMENT,),
    waivable=True,
    fix="name services with a condition aws:SourceAccount or aws:SourceArn, this account's root, or an IamRole's arn",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
    check=_admitted,
)

RULES = (TRUST, ADMITTED)
