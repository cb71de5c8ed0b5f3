"""In Python because YAML policies cannot go from a resource to the statements of its policy document."""

import fnmatch

from _documents import StatementCheck, listed
from _stack import is_literal


class NobodyMakesLogGroups(StatementCheck):
    id = "TAP-DEL-7"
    name = "Nobody may make log groups: one made outside Terraform would outlive the stack"
    guideline = "allow logs:CreateLogStream and logs:PutLogEvents only; declare the group in the stack"

    def allows_rightly(self, statement):
        excepted = listed(statement.get("not_actions"))
        return all(is_literal(action) and not covers(action) for action in listed(statement.get("actions"))) and (
            not excepted or any(is_literal(action) and covers(action) for action in excepted)
        )


def covers(action):
    return fnmatch.fnmatchcase("logs:createloggroup", action.lower().replace("[", "[[]"))


check = NobodyMakesLogGroups()
