"""Policy documents, always as `aws_iam_policy_document`: Checkov sees nothing of a policy written as a JSON string."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from lib.aws import (
    DataAwsIamPolicyDocument,
    DataAwsIamPolicyDocumentStatement,
    DataAwsIamPolicyDocumentStatementCondition,
    DataAwsIamPolicyDocumentStatementPrincipals,
)
from lib.constructs.account import Account

Statement = DataAwsIamPolicyDocumentStatement
Condition = DataAwsIamPolicyDocumentStatementCondition
Principals = DataAwsIamPolicyDocumentStatementPrincipals


def document(scope: Construct, id_: str, statements: Sequence[Statement]) -> str:
    """The document's JSON, as a Terraform reference."""
    return DataAwsIamPolicyDocument(scope, id_, statement=list(statements)).json


def allow(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    principals: Principals | None = None,
    conditions: Sequence[Condition] = (),
) -> Statement:
    """One Allow statement; `principals` in resource and trust policies only."""
    return _statement("Allow", sid, actions, resources, principals, conditions)


def deny(sid: str, actions: Sequence[str], resources: Sequence[str], conditions: Sequence[Condition]) -> Statement:
    """One Deny statement, for everybody."""
    return _statement("Deny", sid, actions, resources, Principals(type="*", identifiers=["*"]), conditions)


def deny_insecure_transport(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """Refuses whatever does not come over TLS."""
    return deny("DenyInsecureTransport", actions, resources, [condition("Bool", "aws:SecureTransport", "false")])


def trust(services: Sequence[str], conditions: Sequence[Condition]) -> Statement:
    """Who may assume a role: service principals, on behalf of this account only."""
    return Statement(
        sid="Assume",
        effect="Allow",
        actions=["sts:AssumeRole"],
        principals=[service(*services)],
        condition=list(conditions),
    )


def service(*names: str) -> Principals:
    return Principals(type="Service", identifiers=list(names))


def condition(test: str, variable: str, *values: str) -> Condition:
    return Condition(test=test, variable=variable, values=list(values))


def from_source(account: Account, *arns: str) -> list[Condition]:
    """A service acts for this account and for these of its resources only (the confused deputy's two conditions)."""
    return [
        condition("StringEquals", "aws:SourceAccount", account.id),
        condition("ArnLike", "aws:SourceArn", *arns),
    ]


def _statement(
    effect: str,
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    principals: Principals | None,
    conditions: Sequence[Condition],
) -> Statement:
    return Statement(
        sid=sid,
        effect=effect,
        actions=list(actions),
        resources=list(resources),
        principals=[principals] if principals else None,
        condition=list(conditions) or None,
    )
