"""TAP-IAM-8: statements have a form that the rules can read, and conditions that only narrow them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.iam.arguments import IDENTITIES
from lib.aspects.iam.conditions import complaints
from lib.aspects.iam.documents import (
    DOCUMENT,
    MERGING,
    Statement,
    documents,
    is_trust_policy,
    statements_of,
    uses_of,
)
from lib.aspects.model import StackRule
from lib.aspects.terraform_json import MISSING, Attributes, Resource, StackView, as_list, blocks, format_value, literal
from lib.findings.finding import Severity

# Allowed conditions of a Deny, as (test, condition key, values). They match requests without TLS, or with an old TLS
# version. Any other Deny could lock out the deploy role, or services that the stack needs.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html#example-object-tls-version
DENIED = (
    ("Bool", "aws:securetransport", ["false"]),
    ("NumericLessThan", "s3:tlsversion", ["1.2"]),
    ("NumericLessThan", "s3:tlsversion", ["1.3"]),
)
_ACTIONS = re.compile(r"\*|[a-z0-9-]+:(\*|\w+)")


def _readable(stack: StackView) -> Iterator[tuple[str, str]]:
    for document in documents(stack):
        for message in _document(document):
            yield document.path, message
        for statement in statements_of(document):
            for message in _statement(stack, statement):
                yield statement.finding(message)


def _document(document: Resource) -> Iterator[str]:
    for name in MERGING:
        if as_list(document.attributes.get(name)):
            yield f"{name} merges other policies into this one; expected its own statements"


def _statement(stack: StackView, statement: Statement) -> Iterator[str]:
    effect = statement.block.get("effect")
    if literal(effect) not in ("Allow", "Deny", MISSING):
        yield f"effect is {format_value(effect)}; expected Allow or Deny"
    if blocks(statement.block, "not_principals"):
        yield "not_principals means everybody except those it names; expected principals"
    if statement.allows:
        yield from _conditions(stack, statement)
    elif not _is_denied(statement):
        yield (
            "this Deny is not allowed; expected one for every principal, whose only condition is "
            "Bool aws:SecureTransport false, or NumericLessThan s3:TlsVersion 1.2"
        )
    for use in uses_of(stack, statement.document):
        if use.place in IDENTITIES and blocks(statement.block, "principals"):
            yield f"a policy of {use.resource.type} has principals; expected none in an identity-based policy"
        if is_trust_policy(use) and statement.resources:
            yield f"a trust policy of {use.resource.type} has resources; expected none"


def _conditions(stack: StackView, statement: Statement) -> Iterator[str]:
    seen = set()
    for condition in statement.conditions:
        yield from complaints(stack, statement, condition)
        test, variable, _ = _spelled(condition)
        if (str(test), variable) in seen:
            yield f"two conditions are {test} {variable}, and Terraform merges their values; expected one"
        seen.add((str(test), variable))


def _is_denied(statement: Statement) -> bool:
    """Return True if a Deny has one of the allowed forms."""
    return (
        statement.principals in ([("*", "*")], [("AWS", "*")])
        and [_spelled(condition) for condition in statement.conditions] in [[form] for form in DENIED]
        and all(isinstance(action, str) and _ACTIONS.fullmatch(action) for action in statement.actions)
        and not as_list(statement.block.get("not_actions"))
        and not as_list(statement.block.get("not_resources"))
    )


def _spelled(condition: Attributes) -> tuple[Any, str, list[Any]]:
    values = [value if isinstance(value, str) else json.dumps(value) for value in as_list(condition.get("values"))]
    return condition.get("test"), str(condition.get("variable")).lower(), values


READABLE = StackRule(
    id="TAP-IAM-8",
    title="Statements have a form that the rules can read, and conditions name only this account and this stack",
    why=(
        "A statement can allow more than it shows: by a condition that also holds without its key, by a wildcard in a "
        "value, or by a document that Terraform merges into it."
    ),
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.5", "Well-Architected SEC03-BP02"),
    resource_types=(DOCUMENT,),
    waivable=True,
    fix=(
        "use StringEquals, StringLike, ArnEquals, ArnLike, Bool or a Numeric… test; take account, partition and region "
        "from the data sources, and name a resource of the stack; deny only plain HTTP; merge no documents"
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html",
    check=_readable,
)
