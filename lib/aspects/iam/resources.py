"""TAP-IAM-2: permissions are for resources of this stack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.aspects.iam.arguments import REPOSITORIES
from lib.aspects.iam.arns import ACCOUNT, PARTITION, REGION, names_resource, resolve
from lib.aspects.iam.documents import DOCUMENT, Statement, allowing, is_key_policy, is_only, is_trust_policy
from lib.aspects.model import StackRule
from lib.aspects.provider.actions import find
from lib.aspects.terraform_json import StackView, as_list, format_value
from lib.findings.finding import Severity

# The one allowed wildcard, besides those after a resource's ARN. Lambda creates and deletes the network interfaces of a
# function in a VPC, so their ids are not known before. A policy can name the stack's subnets and security groups.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
_INTERFACES = f"arn:{PARTITION}:ec2:{REGION}:{ACCOUNT}:network-interface/*"
_ON_INTERFACES = frozenset(
    {
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:UnassignPrivateIpAddresses",
    }
)


def _on_named_resources(stack: StackView) -> Iterator[tuple[str, str]]:
    for statement in allowing(stack):
        if as_list(statement.block.get("not_resources")):
            yield statement.finding("not_resources allows all other resources; expected resources")
        elif not statement.resources and not _takes_no_resource(stack, statement):
            yield statement.finding("resources is missing; expected a list")
        for resource in statement.resources:
            if resource == "*":
                if not is_only(stack, statement.document, is_key_policy):
                    for action in _on_resources(statement):
                        yield statement.finding(
                            f"the resource is * for {format_value(action)}; expected an ARN of this stack"
                        )
            elif not names_resource(stack, resource) and not _is_needed(stack, statement, resource):
                yield statement.finding(
                    f"the resource is {format_value(resource)}; expected the ARN of a resource of this stack, or "
                    "a part of it after / or :"
                )


def _takes_no_resource(stack: StackView, statement: Statement) -> bool:
    """Return True if a statement needs no resources: those of trust policies and of image repositories' policies."""
    return is_only(stack, statement.document, lambda use: is_trust_policy(use) or use.place in REPOSITORIES)


def _is_needed(stack: StackView, statement: Statement, resource: Any) -> bool:
    """Return True if a resource with a wildcard is the one that Lambda needs for network interfaces."""
    is_about_interfaces = all(isinstance(action, str) and action in _ON_INTERFACES for action in statement.actions)
    return is_about_interfaces and resolve(stack, resource) == _INTERFACES


def _on_resources(statement: Statement) -> list[Any]:
    """Return the actions for which the resource `*` is wrong: AWS can limit them to a resource, or they are unknown."""
    found = []
    for action in statement.actions:
        known = find(action) if isinstance(action, str) else None
        if known is None or known.resource_types:
            found.append(action)
    return found if statement.actions else [None]


RESOURCES = StackRule(
    id="TAP-IAM-2",
    title="Permissions name resources of this stack",
    why="A wildcard resource includes every table, bucket and key of the account, including those of other teams.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.5", "Well-Architected SEC03-BP02"),
    resource_types=(DOCUMENT,),
    waivable=True,
    fix=(
        "refer to the arn of a resource of the stack (with /… or :… for a part of it); if that would be a cycle, spell "
        "the ARN out with partition, region and account from data sources and the literal name; use no not_resources"
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
    check=_on_named_resources,
)
