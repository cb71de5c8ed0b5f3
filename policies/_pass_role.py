"""Permissions for iam:PassRole, which lets a service act with a role. Not a policy."""

import fnmatch
import re

from _conditions import WORDS
from _expressions import reference
from _stack import shown

PASSED_TO = ("StringEquals", "iam:passedtoservice")


def is_pass_role(action):
    """Whether an action, or a pattern of actions, covers iam:PassRole."""
    return isinstance(action, str) and fnmatch.fnmatchcase("iam:passrole", action.lower().replace("[", "[[]"))


def wrong_pass_role(statement, stack):
    """Yield what is wrong unless exactly one role of this stack may be passed to one service."""
    roles = statement.resources
    if len(roles) != 1 or not all(is_role(stack, role) for role in roles):
        yield f"it may pass the roles {shown(roles)}"
    services = [values for operator, key, values in statement.conditions if (operator, key) == PASSED_TO]
    if len(services) != 1 or not all(is_one_service(values) for values in services):
        yield f"it may pass a role to the services {shown(services)}"


def is_role(stack, value):
    kind, name, attribute = reference(value)
    return kind == "aws_iam_role" and attribute == "arn" and stack.declares(kind, name)


def is_one_service(values):
    return len(values) == 1 and isinstance(values[0], str) and bool(re.fullmatch(WORDS[PASSED_TO[1]], values[0]))
