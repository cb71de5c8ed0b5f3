"""Policy documents as `aws_iam_policy_document`, because Checkov cannot read a policy in a JSON string."""

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
    """Create a document; return its JSON as a Terraform reference."""
    return DataAwsIamPolicyDocument(scope, id_, statement=list(statements)).json


def allow(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    principals: Principals | None = None,
    conditions: Sequence[Condition] = (),
) -> Statement:
    """Return an Allow statement; `principals` only for resource and trust policies."""
    return _statement("Allow", sid, actions, resources, principals, conditions)


def deny(sid: str, actions: Sequence[str], resources: Sequence[str], conditions: Sequence[Condition]) -> Statement:
    """Return a Deny statement for all principals."""
    return _statement("Deny", sid, actions, resources, Principals(type="*", identifiers=["*"]), conditions)


def deny_insecure_transport(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """Return a Deny statement for requests without TLS."""
    return deny("DenyInsecureTransport", actions, resources, [condition("Bool", "aws:SecureTransport", "false")])


def trust(services: Sequence[str], conditions: Sequence[Condition]) -> Statement:
    """Return the statement of a trust policy: services may assume the role for this account only."""
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
    """Return conditions that limit a service to this account and these resources (against the confused deputy)."""
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
