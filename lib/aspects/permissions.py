"""IAM: a policy says, action by action, who may do what to what. Judged statement by statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.model import Severity, StackRule
from lib.aspects.terraform_json import UNKNOWN, Attributes, Resource, StackView, blocks, literal, said

DOCUMENT = "aws_iam_policy_document"
LEAST_PRIVILEGE = ("PCI DSS 4.0.1 7.2.5", "Well-Architected SEC03-BP02")


def _allowing(stack: StackView) -> Iterator[tuple[Resource, str, Attributes]]:
    """(document, how a message calls the statement, statement) of all that do not plainly deny.

    A statement without effect allows, and one whose effect is unknown may.
    """
    for document in stack.data:
        if document.type == DOCUMENT:
            for number, statement in enumerate(blocks(document.attributes, "statement")):
                if literal(statement.get("effect")) != "Deny":
                    sid = literal(statement.get("sid"))
                    yield document, f"statement {sid if isinstance(sid, str) and sid else number}", statement


def _listed(value: Any) -> list[Any]:
    """The items of an argument that may be one text or a list of them."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _actions(stack: StackView) -> Iterator[tuple[str, str]]:
    for document, where, statement in _allowing(stack):
        if _listed(statement.get("not_actions")):
            yield document.path, f"{where}: not_actions allows all other actions; expected actions"
        elif not _listed(statement.get("actions")):
            yield document.path, f"{where}: actions is missing; expected a list"
        for action in _listed(statement.get("actions")):
            if not isinstance(action, str) or literal(action) is UNKNOWN or not re.fullmatch(r"[\w-]+:\w+", action):
                yield document.path, f"{where}: the action is {said(action)}; expected one action, without * and ?"


def _creates_log_group(stack: StackView) -> Iterator[tuple[str, str]]:
    for document, where, statement in _allowing(stack):
        for action in _listed(statement.get("actions")):
            if _covers(action, unknown=True):
                yield document.path, f"{where}: {said(action)} may make log groups; expected no logs:CreateLogGroup"
        excepted = _listed(statement.get("not_actions"))
        if excepted and not any(_covers(action, unknown=False) for action in excepted):
            yield document.path, f"{where}: not_actions leaves logs:CreateLogGroup allowed; expected actions"


def _covers(action: Any, *, unknown: bool) -> bool:
    """Whether an action pattern means logs:CreateLogGroup; `unknown` is the answer where nobody knows."""
    if not isinstance(action, str) or literal(action) is UNKNOWN:
        return unknown
    pattern = re.escape(action).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(pattern, "logs:CreateLogGroup", re.IGNORECASE) is not None


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

RULES = (LOG_GROUPS, ACTIONS)
