"""TAP-IAM-1: policies name each allowed action. TAP-DEL-7: no allowed action creates log groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.aspects.iam.documents import DOCUMENT, allowing
from lib.aspects.model import StackRule
from lib.aspects.provider.actions import find, matching
from lib.aspects.terraform_json import UNKNOWN, StackView, as_list, format_value, literal
from lib.findings.finding import Severity


def _named(stack: StackView) -> Iterator[tuple[str, str]]:
    for statement in allowing(stack):
        if as_list(statement.block.get("not_actions")):
            yield statement.finding("not_actions allows all other actions; expected the argument actions")
        elif not statement.actions:
            yield statement.finding("actions is missing; expected a list")
        for action in statement.actions:
            if not isinstance(action, str) or find(action) is None:
                yield statement.finding(f"AWS has no action {format_value(action)}; expected {_expected(action)}")


def _expected(action: Any) -> str:
    for meant in matching(str(action)):
        if meant.name.lower() == action.lower():
            return f"the spelling {meant.name}"
    return "one action of its list, without * and ?"


ACTIONS = StackRule(
    id="TAP-IAM-1",
    title="Policies name each allowed action as AWS spells it",
    why=(
        "A pattern also allows actions that nobody intended, and actions that AWS will add. The effect of an unknown "
        "action cannot be checked."
    ),
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.5", "Well-Architected SEC03-BP02"),
    resource_types=(DOCUMENT,),
    waivable=True,
    fix=(
        "list each action in actions, without * and ?, and use no not_actions; for an action that is newer than "
        "lib/aspects/provider/actions.jsonl run python -m lib.aspects.provider.generate_actions"
    ),
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    check=_named,
)


def _creates_log_group(stack: StackView) -> Iterator[tuple[str, str]]:
    for statement in allowing(stack):
        for action in statement.actions:
            if _may_create_log_group(action):
                yield statement.finding(f"{format_value(action)} can create log groups; expected an action that cannot")
        excepted = as_list(statement.block.get("not_actions"))
        if excepted and not any(
            isinstance(action, str) and literal(action) is not UNKNOWN and _may_create_log_group(action)
            for action in excepted
        ):
            yield statement.finding("not_actions leaves logs:CreateLogGroup allowed; expected the argument actions")


def _may_create_log_group(action: Any) -> bool:
    """Return True if an action is logs:CreateLogGroup, or a pattern that matches it."""
    if not isinstance(action, str) or literal(action) is UNKNOWN:
        return True
    return any(meant.name == "logs:CreateLogGroup" for meant in matching(action))


LOG_GROUPS = StackRule(
    id="TAP-DEL-7",
    title="No permission allows logs:CreateLogGroup, because a destroy leaves log groups that Terraform did not create",
    why="A function that logs after the destroy would create its log group again, without key, retention or owner.",
    severity=Severity.HIGH,
    controls=("Well-Architected COST04-BP03", "PCI DSS 4.0.1 3.2.1"),
    resource_types=(DOCUMENT,),
    waivable=False,
    fix="allow logs:CreateLogStream and logs:PutLogEvents only; declare the log group in the stack",
    source="https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
    check=_creates_log_group,
)
