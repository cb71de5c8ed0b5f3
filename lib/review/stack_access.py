"""Computes the access that a stack grants: each grant is one action of one principal on one resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lib.aspects.iam.arguments import IDENTITIES, KEY_TYPES, REPOSITORIES, attached, policies
from lib.aspects.iam.documents import Statement, Use, is_key_policy, referenced_document, statements_of
from lib.aspects.iam.grants import granted
from lib.aspects.terraform_json import MISSING, Attributes, Resource, StackView, as_list, format_value, literal
from lib.review.labels import label_of, text_of

ALL_CALLERS = "callers of this account whose own policy allows it"
ANYONE = "anyone"


@dataclass(frozen=True, order=True)
class Condition:
    """One condition of a statement. Case of keys and order of values make no difference, as in IAM."""

    operator: str
    key: str  # in lower case
    values: tuple[str, ...]  # sorted
    spelled: str = field(default="", compare=False)  # the key as written in the statement

    def __str__(self) -> str:
        return f"{self.operator} {self.spelled or self.key} {' or '.join(self.values)}"


@dataclass(frozen=True, order=True)
class Grant:
    """A single grant of a statement. `effect` is Allow or Deny; action and resource may be patterns."""

    principal: str
    action: str
    resource: str
    conditions: tuple[Condition, ...] = ()
    effect: str = "Allow"


@dataclass(frozen=True, order=True)
class Source:
    """The statement or resource that makes a grant. `kind`: identity policy, resource policy, key policy, route, …"""

    kind: str
    path: str  # construct path
    statement: str


@dataclass(frozen=True)
class Undecided:
    """A policy or argument that may grant access, but whose content is not in the JSON."""

    path: str
    why: str


@dataclass
class Access:
    """The grants of a stack with their sources, and the policies whose content is unknown."""

    grants: dict[Grant, list[Source]] = field(default_factory=dict)
    undecided: list[Undecided] = field(default_factory=list)

    def add(self, grant: Grant, source: Source) -> None:
        """Add a grant; several statements may be its source."""
        sources = self.grants.setdefault(grant, [])
        if source not in sources:
            sources.append(source)


def access_of(stack: StackView) -> Access:
    """Return everything in a stack that grants or denies access."""
    access = Access()
    for resource in stack.resources:
        for path, value in policies(resource):
            _read_policy(stack, access, Use(resource, path, whole=True), value)
        for path, value in attached(resource):
            if not text_of(stack, value).startswith("aws_iam_policy "):
                access.undecided.append(Undecided(resource.path, f"{path} is {format_value(value)}: not in the JSON"))
    access.undecided += [Undecided(path, message) for path, message in granted(stack)]
    for permission in stack.of("aws_lambda_permission"):
        access.add(_permission(stack, permission), Source("permission", permission.path, "permission"))
    for route in stack.of("aws_apigatewayv2_route"):
        access.add(_route(stack, route), Source("route", route.path, "authorization"))
    return access


def _read_policy(stack: StackView, access: Access, use: Use, value: Any) -> None:
    document = referenced_document(stack, value)
    if document is None:
        access.undecided.append(Undecided(use.resource.path, f"{use.path} is {format_value(value)}"))
        return
    is_identity = use.place in IDENTITIES
    holders = list(_holders(stack, use)) if is_identity else []
    kind = "identity policy" if is_identity else _kind(use)
    for statement in statements_of(document):
        source = Source(kind, use.resource.path, statement.name)
        for unknown in _unreadable(statement):
            access.undecided.append(Undecided(document.path, f"{statement.name}: {unknown}"))
        for principal in holders or _principals(stack, statement):
            for action in statement.actions:
                for resource in _resources(stack, use, statement):
                    grant = Grant(
                        principal=principal,
                        action=str(action),
                        resource=resource,
                        conditions=tuple(sorted(_condition(stack, each) for each in statement.conditions)),
                        effect="Allow" if statement.allows else "Deny",
                    )
                    access.add(grant, source)


def _kind(use: Use) -> str:
    if is_key_policy(use):
        return "key policy"
    return "trust policy" if use.path == "assume_role_policy" else "resource policy"


def _holders(stack: StackView, use: Use) -> Iterator[str]:
    """Yield the roles, users and groups to which the policy is attached."""
    if use.resource.type == "aws_iam_role":
        yield label_of(use.resource)
    for kind in ("role", "user", "group"):
        for holder in as_list(use.resource.attributes.get(kind)):
            yield text_of(stack, holder)
        for attachment in stack.attached_to(
            use.resource, f"aws_iam_{kind}_policy_attachment", "policy_arn", "arn", "id"
        ):
            yield text_of(stack, attachment.attributes.get(kind))
    for attachment in stack.attached_to(use.resource, "aws_iam_policy_attachment", "policy_arn", "arn", "id"):
        for kind in ("roles", "users", "groups"):
            yield from (text_of(stack, holder) for holder in as_list(attachment.attributes.get(kind)))


def _principals(stack: StackView, statement: Statement) -> Iterator[str]:
    for kind, identifier in statement.principals:
        text = text_of(stack, identifier)
        if text == "*":
            yield ANYONE
        elif text == "arn:{partition}:iam::{account}:root":
            yield f"account root ({ALL_CALLERS})"
        else:
            yield f"{'service' if kind == 'Service' else kind} {text}"


def _resources(stack: StackView, use: Use, statement: Statement) -> list[str]:
    own = use.resource
    if use.path == "assume_role_policy":
        return [label_of(own)]
    if use.place in REPOSITORIES or (own.type in KEY_TYPES and statement.resources == ["*"]):
        about = as_list(own.attributes.get("key_id") or own.attributes.get("repository"))
        return [text_of(stack, about[0]) if about else label_of(own)]
    return [text_of(stack, resource, arns=True) for resource in statement.resources]


def _condition(stack: StackView, block: Attributes) -> Condition:
    values = sorted(text_of(stack, value) for value in as_list(block.get("values")))
    key = str(block.get("variable"))
    return Condition(str(block.get("test")), key.lower(), tuple(values), key)


def _unreadable(statement: Statement) -> Iterator[str]:
    for name in ("not_actions", "not_resources", "not_principals"):
        if statement.block.get(name):
            yield f"{name} makes the statement apply to everything that it does not list"
    if literal(statement.block.get("effect")) not in ("Allow", "Deny", MISSING):
        yield f"effect is {format_value(statement.block.get('effect'))}"


def _permission(stack: StackView, permission: Resource) -> Grant:
    body: Mapping[str, Any] = permission.attributes
    conditions = [
        Condition(
            "ArnLike" if name == "source_arn" else "StringEquals", key.lower(), (text_of(stack, body[name]),), key
        )
        for name, key in (
            ("function_url_auth_type", "lambda:FunctionUrlAuthType"),
            ("principal_org_id", "aws:PrincipalOrgID"),
            ("source_account", "aws:SourceAccount"),
            ("source_arn", "aws:SourceArn"),
        )
        if body.get(name)
    ]
    principal = text_of(stack, body.get("principal"))
    is_service = principal.endswith(".amazonaws.com")
    return Grant(
        principal=ANYONE if principal == "*" else f"{'service' if is_service else 'AWS'} {principal}",
        action=str(body.get("action")),
        resource=text_of(stack, body.get("function_name")),
        conditions=tuple(sorted(conditions)),
    )


def _route(stack: StackView, route: Resource) -> Grant:
    authorization = literal(route.attributes.get("authorization_type"))
    who = {"AWS_IAM": ALL_CALLERS, "JWT": "holders of a token", "CUSTOM": "callers whom the authorizer allows"}
    api = text_of(stack, route.attributes.get("api_id"))
    known = who.get(str(authorization), ANYONE)
    return Grant(known, "execute-api:Invoke", f"{api} {text_of(stack, route.attributes.get('route_key'))}")
