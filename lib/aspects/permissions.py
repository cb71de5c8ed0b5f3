"""IAM: a policy says, action by action, who may do what to what. Judged statement by statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.model import ANY_TYPE, Severity, StackRule
from lib.aspects.policy_documents import (
    DOCUMENT,
    SURROUNDINGS,
    allowing,
    is_of_a_resource,
    listed,
    meant_document,
    users,
)
from lib.aspects.terraform_json import (
    MISSING,
    UNKNOWN,
    Attributes,
    Resource,
    StackView,
    arguments,
    blocks,
    expressions,
    format_value,
    literal,
    reference,
)

LEAST_PRIVILEGE = ("PCI DSS 4.0.1 7.2.5", "Well-Architected SEC03-BP02")

# Actions that know no resource: the column "Resource types" of their service is empty.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
KNOW_NO_RESOURCE = frozenset(
    {
        "cloudwatch:PutMetricData",
        "dynamodb:ListStreams",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    }
)
# In the policy of a key, `*` is that key: https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
KEYS = frozenset({"aws_kms_external_key", "aws_kms_key", "aws_kms_key_policy", "aws_kms_replica_key"})
TRUST = "assume_role_policy"

# Arguments that take a policy of IAM's language, at any depth of any type.
POLICIES = frozenset(
    {
        "access_policies",
        "access_policy",
        "assume_role_policy",
        "inline_policy",
        "key_policy",
        "policy",
        "policy_document",
        "resource_policy",
        "secret_policy",
    }
)
# Types whose `policy` or `policy_document` is written in a language of their own.
OTHER_LANGUAGES = frozenset(
    {
        "aws_appautoscaling_policy",
        "aws_cloudwatch_log_account_policy",
        "aws_cloudwatch_log_data_protection_policy",
        "aws_ecr_lifecycle_policy",
        "aws_opensearchserverless_access_policy",
        "aws_opensearchserverless_lifecycle_policy",
        "aws_opensearchserverless_security_policy",
        "aws_sns_topic_data_protection_policy",
    }
)
# Arguments that take whole policies by their ARN.
ATTACHED = frozenset({"managed_policy_arns", "policy_arn", "policy_arns"})
# Arguments by which one document takes in others.
INCLUDED = ("source_policy_documents", "override_policy_documents", "source_json", "override_json")


def _actions(stack: StackView) -> Iterator[tuple[str, str]]:
    for document, where, statement in allowing(stack):
        if listed(statement.get("not_actions")):
            yield document.path, f"{where}: not_actions allows all other actions; expected actions"
        elif not listed(statement.get("actions")):
            yield document.path, f"{where}: actions is missing; expected a list"
        for action in listed(statement.get("actions")):
            if not isinstance(action, str) or literal(action) is UNKNOWN or not re.fullmatch(r"[\w-]+:\w+", action):
                yield (
                    document.path,
                    f"{where}: the action is {format_value(action)}; expected one action, without * and ?",
                )


def _resources(stack: StackView) -> Iterator[tuple[str, str]]:
    for document, where, statement in allowing(stack):
        used_by = list(users(stack, document))
        if listed(statement.get("not_resources")):
            yield document.path, f"{where}: not_resources allows all other resources; expected resources"
        elif not listed(statement.get("resources")) and not (used_by and all(name == TRUST for _, name in used_by)):
            yield document.path, f"{where}: resources is missing; expected a list"
        whole = bool(used_by) and all(user.type in KEYS for user, _ in used_by)
        whole |= KNOW_NO_RESOURCE.issuperset(map(str, listed(statement.get("actions"))))
        for resource in listed(statement.get("resources")):
            if not (resource == "*" and whole) and not _is_one_resource(stack, resource):
                yield (
                    document.path,
                    f"{where}: the resource is {format_value(resource) if resource != '*' else '*'}; expected one ARN, "
                    "or one resource of the stack and what is beneath it",
                )


def _is_one_resource(stack: StackView, value: Any) -> bool:
    """An ARN that is known; a wildcard may only follow a resource of this stack, and the `/` or `:` that ends it."""
    if not isinstance(value, str) or "%{" in value:
        return False
    if not all(SURROUNDINGS.fullmatch(inner) or is_of_a_resource(stack, inner) for inner in expressions(value)):
        return False
    named, wildcard, _ = re.sub(r"[*?]", "\0", value).partition("\0")
    if not wildcard:
        return named.startswith(("arn:", "${"))
    head, _, rest = named.rpartition("}")
    return rest.startswith(("/", ":")) and any(is_of_a_resource(stack, inner) for inner in expressions(head + "}")[-1:])


def _passed_roles(stack: StackView) -> Iterator[tuple[str, str]]:
    for document, where, statement in allowing(stack):
        if not any(_covers(action, "iam:PassRole", unknown=False) for action in listed(statement.get("actions"))):
            continue
        for resource in listed(statement.get("resources")):
            role = reference(resource)
            if role is None or role.type != "aws_iam_role" or role.attribute != "arn" or stack.get(role) is None:
                yield (
                    document.path,
                    f"{where}: iam:PassRole is allowed on {format_value(resource)}; expected a role of this stack",
                )
        if not any(_names_the_service(condition) for condition in blocks(statement, "condition")):
            yield document.path, f"{where}: iam:PassRole has no condition iam:PassedToService; expected StringEquals"


def _names_the_service(condition: Attributes) -> bool:
    services = listed(condition.get("values"))
    return (
        literal(condition.get("test")) == "StringEquals"
        and str(condition.get("variable")).lower() == "iam:passedtoservice"
        and bool(services)
        and all(isinstance(literal(service), str) for service in services)
    )


def _documents(stack: StackView) -> Iterator[tuple[str, str]]:
    for resource in stack.resources:
        for path, name, value in arguments(resource.attributes):
            if literal(value) is MISSING:
                continue
            if name in POLICIES and resource.type not in OTHER_LANGUAGES and not _is_block(value):
                if meant_document(stack, value) is None:
                    yield resource.path, f"{path} is {_short(value)}; expected the json of a {DOCUMENT} of this stack"
            elif name in ATTACHED:
                yield from _attached(stack, resource, path, value)
    for document in stack.data:
        if document.type == DOCUMENT:
            for name in INCLUDED:
                for value in listed(document.attributes.get(name)):
                    if meant_document(stack, value) is None:
                        yield document.path, f"{name} has {_short(value)}; expected the json of documents of this stack"


def _is_block(value: Any) -> bool:
    """What stands in a block is judged by its own arguments."""
    return bool(value) and all(isinstance(item, dict) for item in listed(value))


def _attached(stack: StackView, resource: Resource, path: str, value: Any) -> Iterator[tuple[str, str]]:
    for item in listed(value):
        policy = reference(item)
        if policy is None or policy.type != "aws_iam_policy" or policy.is_data or stack.get(policy) is None:
            yield resource.path, f"{path} is {_short(item)}; expected the arn of an aws_iam_policy of this stack"


def _short(value: Any) -> str:
    text = format_value(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _creates_log_group(stack: StackView) -> Iterator[tuple[str, str]]:
    for document, where, statement in allowing(stack):
        for action in listed(statement.get("actions")):
            if _covers(action, "logs:CreateLogGroup", unknown=True):
                yield (
                    document.path,
                    f"{where}: {format_value(action)} may make log groups; expected no logs:CreateLogGroup",
                )
        excepted = listed(statement.get("not_actions"))
        if excepted and not any(_covers(action, "logs:CreateLogGroup", unknown=False) for action in excepted):
            yield document.path, f"{where}: not_actions leaves logs:CreateLogGroup allowed; expected actions"


def _covers(pattern: Any, action: str, *, unknown: bool) -> bool:
    """Whether an action pattern means the action; `unknown` is the answer where nobody knows."""
    if not isinstance(pattern, str) or literal(pattern) is UNKNOWN:
        return unknown
    expected = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expected, action, re.IGNORECASE) is not None


ACTIONS = StackRule(
    id="TAP-IAM-1",
    title="What is allowed is named action by action",
    why="A pattern also allows what AWS will add next year, and what nobody meant today.",
    severity=Severity.CRITICAL,
    controls=LEAST_PRIVILEGE,
    resource_types=(DOCUMENT,),
    waivable=True,
    fix="write each action out in actions, without * and ?, and use no not_actions",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
    check=_actions,
)

RESOURCES = StackRule(
    id="TAP-IAM-2",
    title="What is allowed is allowed on named resources",
    why="A wildcard resource is every table, bucket and key of the account, those of other teams too.",
    severity=Severity.CRITICAL,
    controls=LEAST_PRIVILEGE,
    resource_types=(DOCUMENT,),
    waivable=True,
    fix="refer to the arn of a resource of the stack (and /… or :… beneath it), and use no not_resources",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html",
    check=_resources,
)

DOCUMENTS = StackRule(
    id="TAP-IAM-4",
    title="Policies are documents of the stack",
    why="No judge sees into a policy that is JSON text, or that AWS or somebody else keeps and may change.",
    severity=Severity.HIGH,
    controls=LEAST_PRIVILEGE,
    resource_types=ANY_TYPE,
    waivable=True,
    fix="write a DataAwsIamPolicyDocument and pass its json; attach an IamPolicy of the stack, not one of AWS's",
    source="https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/data-sources/iam_policy_document",
    check=_documents,
)

PASSED_ROLES = StackRule(
    id="TAP-IAM-6",
    title="Who may pass a role passes one role to one service",
    why="Whoever may pass any role may do whatever any role may do.",
    severity=Severity.CRITICAL,
    controls=LEAST_PRIVILEGE,
    resource_types=(DOCUMENT,),
    waivable=True,
    fix="name the role's arn in resources, and add the condition StringEquals iam:PassedToService",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    check=_passed_roles,
)

LOG_GROUPS = StackRule(
    id="TAP-DEL-7",
    title="Nobody may make log groups: one made outside Terraform would outlive the stack",
    why="A function that logs after its group is destroyed makes it anew, without key, retention or owner.",
    severity=Severity.HIGH,
    controls=("Well-Architected COST04-BP03", "PCI DSS 4.0.1 3.2.1"),
    resource_types=(DOCUMENT,),
    waivable=False,
    fix="allow logs:CreateLogStream and logs:PutLogEvents only; declare the group in the stack",
    source="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
    check=_creates_log_group,
)

RULES = (LOG_GROUPS, ACTIONS, RESOURCES, DOCUMENTS, PASSED_ROLES)
