"""In Python because YAML policies cannot go from a resource to the statements of its policy document."""

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
    name = "No permission lets its holder widen permissions"
    guideline = (
        "leave the action out: permissions change with the stack, by a deployment; a key's administration is for the "
        "account's root with StringEquals kms:CallerAccount; grant by policy documents, to roles of this stack"
    )
    category = CheckCategories.IAM

    def violations(self, resource):
        yield from super().violations(resource)
        yield from wrong_grants(resource)

    def violations_of(self, statement, stack, resource):
        for action in statement.actions:
            if not is_literal(action):
                yield f"{shown(action)}: nobody can tell what it allows"
                continue
            for each in [action] if level(action) else covered(action):
                if widens(each) and not is_exempt(each, statement, stack, resource):
                    yield f"{action}: {each}: {widens(each)}" if each != action else f"{action}: {widens(action)}"
                    break
        if statement.body.get("not_actions", []) != []:
            yield "not_actions allow what widens permissions"


def is_exempt(action, statement, stack, resource):
    if action == "iam:PassRole":
        return not any(wrong_pass_role(statement, stack))
    if action == "sts:AssumeRole":
        return is_trust(statement, resource)  # TAP-IAM-3 judges that
    return action.startswith("kms:") and is_key_administration(statement, stack, resource)


def is_key_administration(statement, stack, resource):
    """Whether a key's policy speaks of this account's root, and of callers of this account only."""
    return (
        is_about_a_key(statement, resource)
        and bool(statement.principals)
        and all(is_account_root(kind, identifier) for kind, identifier in statement.principals)
        and is_bound_by(statement, stack, ("kms:calleraccount",))
    )


check = PermissionsDoNotWiden()
