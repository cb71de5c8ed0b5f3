"""In Python: a YAML policy cannot follow the reference from a resource to its policy document."""

import fnmatch

from _documents import StatementCheck, many
from _expressions import is_literal
from _stack import shown


class NobodyMakesLogGroups(StatementCheck):
    id = "TAP-DEL-7"
    name = "No permission allows logs:CreateLogGroup, because a destroy leaves log groups that Terraform did not create"
    guideline = "allow logs:CreateLogStream and logs:PutLogEvents only; declare the log group in the stack"

    def violations_of(self, statement, _stack, _resource):
        for action in statement.actions:
            if not is_literal(action) or covers(action):
                yield f"the action {shown(action)} is or includes logs:CreateLogGroup"
        excepted = many(statement.body.get("not_actions"))
        if excepted and not any(is_literal(action) and covers(action) for action in excepted):
            yield f"not_actions {shown(excepted)} does not exclude logs:CreateLogGroup"


def covers(action):
    return fnmatch.fnmatchcase("logs:createloggroup", action.lower().replace("[", "[[]"))


check = NobodyMakesLogGroups()
