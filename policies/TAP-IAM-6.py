"""In Python: a YAML policy cannot follow the reference from a resource to its policy document."""

from _documents import StatementCheck
from _pass_role import is_pass_role, wrong_pass_role
from checkov.common.models.enums import CheckCategories


class OneRoleIsPassedToOneService(StatementCheck):
    id = "TAP-IAM-6"
    name = "iam:PassRole is granted for one role of this stack, to one service"
    guideline = "name the role's arn in resources, and one service in the condition StringEquals iam:PassedToService"
    category = CheckCategories.IAM

    def violations_of(self, statement, stack, _resource):
        if any(is_pass_role(action) for action in statement.actions):
            yield from wrong_pass_role(statement, stack)


check = OneRoleIsPassedToOneService()
