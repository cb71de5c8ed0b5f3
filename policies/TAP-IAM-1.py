"""In Python because YAML policies cannot go from a resource to the statements of its policy document."""

from _actions import level
from _documents import StatementCheck
from _stack import shown
from checkov.common.models.enums import CheckCategories


class ActionsAreNamed(StatementCheck):
    id = "TAP-IAM-1"
    name = "Permissions name each action, spelled as AWS spells it"
    guideline = (
        "write each action out in actions as the Service Authorization Reference has it, without * and ?, "
        "and use no not_actions"
    )
    category = CheckCategories.IAM

    def violations_of(self, statement, _stack, _resource):
        if statement.body.get("not_actions", []) != []:
            yield f"not_actions {shown(statement.body['not_actions'])} allow every other action"
        elif not statement.actions:
            yield "it names no actions"
        for action in statement.actions:
            if not isinstance(action, str) or level(action) is None:
                yield f"AWS has no action {shown(action)}"


check = ActionsAreNamed()
