"""In Python because YAML policies cannot go from a resource to the statements of its policy document."""

import fnmatch

from _documents import allowing, listed
from _stack import StackCheck, blocks, is_literal, reference
from checkov.common.models.enums import CheckCategories


class OneRoleIsPassedToOneService(StackCheck):
    id = "TAP-IAM-6"
    name = "Who may pass a role passes one role to one service"
    guideline = "name the role's arn in resources, and add the condition StringEquals iam:PassedToService"
    category = CheckCategories.IAM

    def holds(self, resource):
        return all(
            passes_one(resource.stack, statement)
            for statement in allowing(resource)
            if any(is_pass_role(action) for action in listed(statement.get("actions")))
        )


def is_pass_role(action):
    return isinstance(action, str) and fnmatch.fnmatchcase("iam:passrole", action.lower().replace("[", "[[]"))


def passes_one(stack, statement):
    roles = [reference(role) for role in listed(statement.get("resources"))]
    return all(
        kind == "aws_iam_role" and attribute == "arn" and stack.declares(kind, name) for kind, name, attribute in roles
    ) and any(
        condition.get("test") == "StringEquals"
        and str(condition.get("variable")).lower() == "iam:passedtoservice"
        and listed(condition.get("values"))
        and all(is_literal(service) for service in listed(condition.get("values")))
        for condition in blocks(statement.get("condition"))
    )


check = OneRoleIsPassedToOneService()
