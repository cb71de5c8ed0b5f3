"""What AWS would ignore or refuse in a policy: unknown actions, resources of another shape, dead conditions."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.service_authorization.reference import Action, find, names

# AWS asks for these, and no reference has them; each with where that was seen.
UNLISTED = {
    "apigateway:TagResource": "github.com/hashicorp/terraform-provider-aws/issues/20634",
    "apigateway:UntagResource": "github.com/aws-amplify/amplify-cli/issues/12316",
}
# In every request: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
ALWAYS = ("aws:SecureTransport", "aws:PrincipalArn", "aws:PrincipalAccount")
# In requests that a service makes for somebody: same page.
OF_SERVICES = ("aws:SourceAccount", "aws:SourceArn")
# In every request to S3, though not in every line of its table:
# docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
OF_S3 = ("s3:TlsVersion",)


def problems(document: Mapping[str, Any], everything: Iterable[str] = ()) -> Iterator[str]:
    """A line each. `everything`: actions that may be granted on `*` though they know resources, or all with "*"."""
    for statement in document["Statement"]:
        actions = list(_actions(statement["Action"]))
        yield from (f"{text} is no action" for text in actions if isinstance(text, str))
        known = [action for action in actions if isinstance(action, Action)]
        yield from _resources(statement, known, set(everything))
        yield from _conditions(statement, known)


def _actions(texts: str | list[str]) -> Iterator[Action | str]:
    """Each action, or its text where there is none of that name. A pattern is every action that it matches."""
    for text in [texts] if isinstance(texts, str) else texts:
        if text in UNLISTED:
            continue
        if "*" in text:
            yield from (find(name) or name for name in fnmatch.filter(names(text.partition(":")[0]), text))
        else:
            yield find(text) or text


def _resources(statement: Mapping[str, Any], actions: list[Action], everything: set[str]) -> Iterator[str]:
    resources = statement.get("Resource", [])
    resources = [resources] if isinstance(resources, str) else resources
    if not resources:  # a trust policy
        return
    patterns = statement["Action"] if any("*" in text for text in _listed(statement["Action"])) else []
    for action in actions:
        if "*" in resources:
            if action.arns and "*" not in everything and action.name not in everything:
                yield f"{action.name} is granted on *, and knows {', '.join(sorted(action.arns))}"
        elif not action.arns and not patterns:
            yield f"{action.name} knows no resource, and is granted on {resources[0]}"
        elif not any(action.about(arn) for arn in resources) and not patterns:
            yield f"{action.name} is about {', '.join(action.arns.values())}, and granted on {', '.join(resources)}"
    for arn in resources:
        if arn != "*" and actions and not any(action.about(arn) for action in actions):
            yield f"{arn} is nothing that {', '.join(action.name for action in actions[:5])} are about"


def _conditions(statement: Mapping[str, Any], actions: list[Action]) -> Iterator[str]:
    by_service = "Service" in statement.get("Principal", [])
    for keys in statement.get("Condition", {}).values():
        for key in keys:
            if key in ALWAYS or key in OF_S3 or (by_service and key in OF_SERVICES):
                continue
            for action in actions:
                if not action.sends(key):
                    yield f"{action.name} sends no {key}, so that the condition never holds"


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
