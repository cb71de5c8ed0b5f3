"""TAP-IAM-7: no permission lets its holder gain more permissions, and nothing grants access without a policy."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lib.aspects.iam import pass_role
from lib.aspects.iam.arns import is_root
from lib.aspects.iam.conditions import is_narrowed
from lib.aspects.iam.documents import Statement, allowing, is_key_policy, is_only, is_trust_policy
from lib.aspects.iam.grants import granted
from lib.aspects.model import ANY_TYPE, StackRule
from lib.aspects.provider.actions import WRITES, Action, matching
from lib.aspects.terraform_json import UNKNOWN, StackView, as_list, format_value, literal
from lib.findings.finding import Severity

_PATHS: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "escalation.toml").read_text())
SERVICES = {prefix: reason for reason, prefixes in _PATHS["services"].items() for prefix in prefixes}
ACTIONS = {name: reason for reason, names in _PATHS["actions"].items() for name in names}
MANAGES_PERMISSIONS = "Permissions management"
ASSUME_ROLE = "sts:AssumeRole"


def _widening(stack: StackView) -> Iterator[tuple[str, str]]:
    for statement in allowing(stack):
        if as_list(statement.block.get("not_actions")):
            yield statement.finding("not_actions allows actions that manage permissions; expected the argument actions")
        for action in statement.actions:
            if reason := _reason(stack, statement, action):
                expected = "expected no action that gives more permissions"
                yield statement.finding(f"{format_value(action)} {reason}; {expected}")
    yield from granted(stack)


def _reason(stack: StackView, statement: Statement, action: Any) -> str | None:
    """Return why an action, or an action that the pattern matches, gives more permissions; None if it does not."""
    if not isinstance(action, str) or literal(action) is UNKNOWN:
        return "may manage permissions"
    for meant in matching(action):
        if (reason := _path(meant)) and not _is_exempt(stack, statement, meant):
            return f"({meant.name}) gives more permissions: {reason}" if meant.name != action else reason
    return None


def _path(action: Action) -> str | None:
    if action.level == MANAGES_PERMISSIONS:
        return f'has the access level "{MANAGES_PERMISSIONS}"'
    if action.name == ASSUME_ROLE:
        return "returns the credentials of another role"
    if action.level in WRITES and action.prefix in SERVICES:
        return f"is dangerous: {SERVICES[action.prefix]}"
    reason = ACTIONS.get(action.name)
    return reason and f"is dangerous: {reason}"


def _is_exempt(stack: StackView, statement: Statement, action: Action) -> bool:
    """Return True if the statement may allow the action as an exception."""
    if action.name == pass_role.PASS_ROLE:
        return not any(pass_role.complaints(stack, statement))
    if action.name == ASSUME_ROLE:  # in a trust policy, TAP-IAM-3 checks the principals
        return is_only(stack, statement.document, is_trust_policy)
    return action.prefix == "kms" and _administers_its_key(stack, statement)


def _administers_its_key(stack: StackView, statement: Statement) -> bool:
    """Return True if a key policy's statement lets this account's root administer the key, and gives no role access.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-root-enable-iam
    """
    return (
        is_only(stack, statement.document, is_key_policy)
        and bool(statement.principals)
        and all(kind == "AWS" and is_root(stack, identifier) for kind, identifier in statement.principals)
        and is_narrowed(stack, statement, "kms:calleraccount")
    )


WIDENING = StackRule(
    id="TAP-IAM-7",
    title="No permission lets its holder gain more permissions, and nothing grants access without a policy",
    why="Whoever can change a policy, a function's code or the use of a role can get permissions that nobody granted.",
    severity=Severity.CRITICAL,
    controls=("PCI DSS 4.0.1 7.2.5", "Well-Architected SEC03-BP02"),
    resource_types=ANY_TYPE,
    waivable=True,
    fix=(
        "remove the action, because permissions change only when the stack is deployed; let only this account's root "
        "administer keys, with kms:CallerAccount in the key's policy; use only roles of this stack"
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html",
    check=_widening,
)
