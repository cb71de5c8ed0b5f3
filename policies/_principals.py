"""Checks the principals that a statement admits. Not a policy."""

import re

from _arns import ACCOUNT, PARTITION, REGION, is_own_account, is_place
from _conditions import acts_for_us
from _expressions import parse, reference

EVERYBODY = (("*", "*"), ("AWS", "*"))
# Services that send no aws:SourceAccount. EC2 assumes only roles of the instance's own account.
TRUSTED_WITHOUT_SOURCE = ("ec2.amazonaws.com",)


def is_service(kind, identifier):
    """Return True if a principal is an AWS service. A region in its name must come from the stack's data source."""
    parts = parse(identifier) if kind == "Service" and isinstance(identifier, str) else ()
    plain = "".join("here" if is_place(part, REGION) else str(part) for part in parts)
    return re.fullmatch(r"([a-z0-9-]+\.)+amazonaws\.com", plain) is not None


def is_account_root(kind, identifier):
    """Return True if a principal is this account: the ARN of its root, or its number."""
    if kind != "AWS" or not isinstance(identifier, str):
        return False
    begin, *parts = identifier.split(":")
    if not parts:
        return is_own_account(identifier)
    partition = re.fullmatch("aws[a-z-]*", parts[0]) or is_place(reference(parts[0]), PARTITION)
    is_iam = begin == "arn" and parts[1:3] == ["iam", ""] and parts[4:] == ["root"]
    return bool(partition) and is_iam and is_place(reference(parts[3]), ACCOUNT)


def is_own_role(stack, kind, identifier):
    """Return True if a principal is a role that the stack declares."""
    of_type, name, attribute = reference(identifier)
    return kind == "AWS" and of_type == "aws_iam_role" and attribute == "arn" and stack.declares(of_type, name)


def is_tied_service(statement, stack, kind, identifier):
    """Return True if a principal is a service that a condition limits to this account."""
    is_trust = statement.actions == ["sts:AssumeRole"] and identifier in TRUSTED_WITHOUT_SOURCE
    return is_service(kind, identifier) and (is_trust or acts_for_us(statement, stack))
