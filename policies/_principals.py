"""Whom a statement lets in, and on whose behalf. No policy itself."""

import re

from _documents import listed
from _stack import blocks

OWN_ACCOUNT = r"\$\{data\.aws_caller_identity\.[A-Za-z0-9_-]+\.account_id\}"
SERVICE = re.compile(r"([a-z0-9-]+\.)+(\$\{data\.aws_region\.[A-Za-z0-9_-]+\.(name|region|id)\}\.)?amazonaws\.com")
OWN_ROOT = re.compile(
    rf"(arn:(aws[a-z-]*|\$\{{data\.aws_partition\.[A-Za-z0-9_-]+\.partition\}}):iam::{OWN_ACCOUNT}:root|{OWN_ACCOUNT})"
)
# Condition keys that say for whom a service acts, or who calls a key; keys are written in any case.
SAYS_WHO = ("aws:sourceaccount", "aws:sourcearn", "kms:calleraccount", "kms:encryptioncontext:aws:logs:arn")
# With …IfExists a request without the key would pass.
STRICT = ("ArnEquals", "ArnLike", "StringEquals", "StringLike")
# These never say for whom they act.
SILENT_SERVICES = ("ec2.amazonaws.com",)


def principals(statement):
    """(type, identifier) of each."""
    for block in blocks(statement.get("principals")):
        identifiers = listed(block.get("identifiers"))
        yield from ((block.get("type"), identifier) for identifier in identifiers or [None])


def is_service(kind, identifier):
    return kind == "Service" and isinstance(identifier, str) and SERVICE.fullmatch(identifier) is not None


def acts_for_us(stack, statement):
    """Whether a condition ties whoever is let in to this account, or to a resource of this stack."""
    for condition in blocks(statement.get("condition")):
        values = listed(condition.get("values"))
        says_who = condition.get("test") in STRICT and str(condition.get("variable")).lower() in SAYS_WHO
        if says_who and values and all(isinstance(value, str) and speaks_of_us(stack, value) for value in values):
            return True
    return False


def speaks_of_us(stack, text):
    return re.search(OWN_ACCOUNT, text) is not None or stack.names_a_resource(text)
