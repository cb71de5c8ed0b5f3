"""In Python: a YAML policy cannot follow the reference from a resource to its policy document."""

from _actions import level
from _documents import StatementCheck
from _stack import shown
from checkov.common.models.enums import CheckCategories


class ActionsAreNamed(StatementCheck):
    id = "TAP-IAM-1"
    name = "Permissions name each action exactly as AWS spells it"
    guideline = (
        "list each action in actions, spelled as in AWS's Service Authorization Reference, without * and ?, "
        "and use no not_actions"
    )
    category = CheckCategories.IAM

    def violations_of(self, statement, _stack, _resource):
        if statement.body.get("not_actions", []) != []:
            yield f"not_actions {shown(statement.body['not_actions'])} allows every other action"
        elif not statement.actions:
            yield "actions is missing"
        for action in statement.actions:
            if not isinstance(action, str) or level(action) is None:
                yield f"AWS has no action {shown(action)}"


check = ActionsAreNamed()
