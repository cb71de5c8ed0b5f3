"""In Python because YAML policies cannot go from a resource to the statements of its policy document."""

import fnmatch

from _documents import StatementCheck, many
from _expressions import is_literal
from _stack import shown


class NobodyMakesLogGroups(StatementCheck):
    id = "TAP-DEL-7"
    name = "Nobody may create log groups: one made outside Terraform would outlive the stack"
    guideline = "allow logs:CreateLogStream and logs:PutLogEvents only; declare the group in the stack"

    def violations_of(self, statement, _stack, _resource):
        for action in statement.actions:
            if not is_literal(action) or covers(action):
                yield f"the action {shown(action)} covers logs:CreateLogGroup"
        excepted = many(statement.body.get("not_actions"))
        if excepted and not any(is_literal(action) and covers(action) for action in excepted):
            yield f"not_actions {shown(excepted)} leave logs:CreateLogGroup allowed"


def covers(action):
    return fnmatch.fnmatchcase("logs:createloggroup", action.lower().replace("[", "[[]"))


check = NobodyMakesLogGroups()
