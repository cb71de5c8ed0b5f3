"""In Python because YAML policies cannot go from a resource to the statements of its policy document."""

import re

from _documents import StatementCheck, listed
from checkov.common.models.enums import CheckCategories

ONE_ACTION = re.compile(r"[A-Za-z0-9_-]+:[A-Za-z0-9_]+")


class ActionsAreNamed(StatementCheck):
    id = "TAP-IAM-1"
    name = "What is allowed is named action by action"
    guideline = "write each action out in actions, without * and ?, and use no not_actions"
    category = CheckCategories.IAM

    def allows_rightly(self, statement):
        actions = listed(statement.get("actions"))
        return (
            bool(actions)
            and not listed(statement.get("not_actions"))
            and all(isinstance(action, str) and ONE_ACTION.fullmatch(action) for action in actions)
        )


check = ActionsAreNamed()
