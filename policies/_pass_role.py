"""Permissions to pass a role to a service, which then acts as that role. No policy itself."""

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
    """What is more than one role of this stack, passed to one service: a text for each."""
    roles = statement.resources
    if len(roles) != 1 or not all(is_role(stack, role) for role in roles):
        yield f"the roles that may be passed are {shown(roles)}"
    services = [values for operator, key, values in statement.conditions if (operator, key) == PASSED_TO]
    if len(services) != 1 or not all(is_one_service(values) for values in services):
        yield f"the services that a role may be passed to are {shown(services)}"


def is_role(stack, value):
    kind, name, attribute = reference(value)
    return kind == "aws_iam_role" and attribute == "arn" and stack.declares(kind, name)


def is_one_service(values):
    return len(values) == 1 and isinstance(values[0], str) and bool(re.fullmatch(WORDS[PASSED_TO[1]], values[0]))
