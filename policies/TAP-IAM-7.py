"""In Python: a YAML policy cannot follow the reference from a resource to its policy document."""

from _actions import covered, level
from _conditions import is_bound_by
from _documents import StatementCheck, is_about_a_key, is_trust
from _escalation import widens
from _expressions import is_literal
from _grants import wrong_grants
from _pass_role import wrong_pass_role
from _principals import is_account_root
from _stack import shown
from checkov.common.models.enums import CheckCategories


class PermissionsDoNotWiden(StatementCheck):
    id = "TAP-IAM-7"
    name = "No permission lets its holder gain more permissions"
    guideline = (
        "remove the action, because permissions change only when the stack is deployed; let only the account's root "
        "administer a key, with StringEquals kms:CallerAccount; grant permissions to roles of this stack only"
    )
    category = CheckCategories.IAM

    def violations(self, resource):
        yield from super().violations(resource)
        yield from wrong_grants(resource)

    def violations_of(self, statement, stack, resource):
        for action in statement.actions:
            if not is_literal(action):
                yield f"{shown(action)} is not an action, so its effect is unknown"
                continue
            for each in [action] if level(action) else covered(action):
                if widens(each) and not is_exempt(each, statement, stack, resource):
                    yield f"{action}: {each}: {widens(each)}" if each != action else f"{action}: {widens(action)}"
                    break
        if statement.body.get("not_actions", []) != []:
            yield "not_actions allows actions that give more permissions"


def is_exempt(action, statement, stack, resource):
    if action == "iam:PassRole":
        return not any(wrong_pass_role(statement, stack))
    if action == "sts:AssumeRole":
        return is_trust(statement, resource)  # TAP-IAM-3 checks trust policies
    return action.startswith("kms:") and is_key_administration(statement, stack, resource)


def is_key_administration(statement, stack, resource):
    """Return True if a key policy's statement admits only this account's root, for callers of this account."""
    return (
        is_about_a_key(statement, resource)
        and bool(statement.principals)
        and all(is_account_root(kind, identifier) for kind, identifier in statement.principals)
        and is_bound_by(statement, stack, ("kms:calleraccount",))
    )


check = PermissionsDoNotWiden()
