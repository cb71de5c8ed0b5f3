"""Checks that a policy denies requests without TLS, by a statement of one required form."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from lib.aspects.addresses import shape, surroundings
from lib.aspects.expressions import Reference
from lib.aspects.iam.documents import DOCUMENT
from lib.aspects.terraform_json import Attributes, Resource, StackView, as_list, blocks, literal, reference

# Arguments that merge other documents into this document. A merged statement may replace one of its own.
_MERGES = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")
# Arguments that would exclude requests from the statement, or include others.
_EXCEPTIONS = ("not_actions", "not_principals", "not_resources")
# The condition for requests without TLS.
_PLAIN_HTTP = ("Bool", "aws:securetransport", ["false"])


def policy_document(stack: StackView, policy: Any) -> Resource | None:
    """Return the policy document of the stack to whose JSON a value refers; None for any other value."""
    to = reference(policy)
    if to is None or not to.is_data or to.type != DOCUMENT or to.attribute not in ("json", "minified_json"):
        return None
    return stack.get(to)


def arn_of(resource: Resource) -> str:
    """Return the shape (addresses.shape) of a reference to a resource's ARN."""
    return f"{{{resource.type}.{resource.id}.arn}}"


def own_arns(resource: Resource, service: str) -> tuple[str, str]:
    """Return both shapes of a resource's ARN: a reference, and spelled out for policies that cannot refer to it."""
    name = literal(resource.attributes.get("name"))
    return arn_of(resource), f"arn:{{partition}}:{service}:{{region}}:{{account}}:{name}"


def denies_plain_http(document: Resource, actions: Collection[str], resources: Sequence[Collection[str]]) -> bool:
    """Return True if a statement denies everybody one of the actions over plain HTTP, on each of the resources.

    Each item of `resources` contains the shapes that one resource's ARN may have (addresses.shape).
    """
    if any(as_list(document.attributes.get(name)) for name in _MERGES):
        return False
    return any(_denies(statement, actions, resources) for statement in blocks(document.attributes, "statement"))


def _denies(statement: Attributes, actions: Collection[str], resources: Sequence[Collection[str]]) -> bool:
    named = {shape(resource, _name) for resource in as_list(statement.get("resources"))}
    return (
        literal(statement.get("effect")) == "Deny"
        and not any(as_list(statement.get(name)) for name in _EXCEPTIONS)
        and any(_is_everybody(principal) for principal in blocks(statement, "principals"))
        and not set(actions).isdisjoint(map(str, as_list(statement.get("actions"))))
        and not any(named.isdisjoint(spellings) for spellings in resources)
        # A second condition would allow plain HTTP requests that do not meet it.
        and [_condition(condition) for condition in blocks(statement, "condition")] == [_PLAIN_HTTP]
    )


def _is_everybody(principal: Attributes) -> bool:
    return literal(principal.get("type")) in ("*", "AWS") and "*" in as_list(principal.get("identifiers"))


def _condition(condition: Attributes) -> tuple[object, str, list[str]]:
    values = ["false" if value is False else str(value) for value in as_list(condition.get("values"))]
    return literal(condition.get("test")), str(condition.get("variable")).lower(), values


def _name(to: Reference) -> str:
    return surroundings(to) or f"{to.address}.{to.attribute}"
