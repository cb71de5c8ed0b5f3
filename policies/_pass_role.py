"""Checks permissions for iam:PassRole, which lets its holder give a role to a service. Not a policy."""

import fnmatch
import re

from _conditions import WORDS
from _expressions import reference
from _stack import shown

PASSED_TO = ("StringEquals", "iam:passedtoservice")


def is_pass_role(action):
    """Return True if an action is iam:PassRole, or a pattern that matches it."""
    return isinstance(action, str) and fnmatch.fnmatchcase("iam:passrole", action.lower().replace("[", "[[]"))


def wrong_pass_role(statement, stack):
    """Yield a text for each mistake: exactly one role of this stack may be passed, to exactly one service."""
    roles = statement.resources
    if len(roles) != 1 or not all(is_role(stack, role) for role in roles):
        yield f"iam:PassRole is allowed for the roles {shown(roles)}"
    services = [values for operator, key, values in statement.conditions if (operator, key) == PASSED_TO]
    if len(services) != 1 or not all(is_one_service(values) for values in services):
        yield f"iam:PassRole is allowed to the services {shown(services)}"


def is_role(stack, value):
    kind, name, attribute = reference(value)
    return kind == "aws_iam_role" and attribute == "arn" and stack.declares(kind, name)


def is_one_service(values):
    return len(values) == 1 and isinstance(values[0], str) and bool(re.fullmatch(WORDS[PASSED_TO[1]], values[0]))
