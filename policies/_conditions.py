"""Checks the conditions in policy documents: allowed operators, keys and values. Not a policy.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html lists the operators,
reference_policies_condition-keys.html lists the keys.
"""

import re

from _arns import ACCOUNT, PARTITION, REGION, is_own_account, is_own_arn, is_place
from _expressions import is_literal, parse, reference
from _stack import shown

# Operators that are true only if the key is present and has the value. Not allowed are `…IfExists` and `ForAllValues:`
# (true without the key), `Null` and `…Not…` (negations), and dates (they expire).
OPERATORS = (
    "ArnEquals",
    "ArnLike",
    "Bool",
    "NumericLessThan",
    "StringEquals",
    "StringLike",
)
ON_ACCOUNTS = ("StringEquals",)
ON_ARNS = ("ArnEquals", "ArnLike", "StringEquals", "StringLike")
# Keys that name the account or resource for which a service acts, or the caller of a KMS key.
ACCOUNT_KEYS = ("aws:sourceaccount", "kms:calleraccount", "aws:principalaccount", "aws:resourceaccount")
SOURCE_KEYS = ("aws:sourcearn", "kms:encryptioncontext:aws:logs:arn")
# Key -> pattern of its whole value. Values are fixed by AWS, or free text that names no principal.
WORDS = {
    "aws:securetransport": "true",
    "aws:viaawsservice": "true",
    "cloudwatch:namespace": r"[A-Za-z0-9_./-]+",
    "iam:passedtoservice": r"([a-z0-9-]+\.)+amazonaws\.com",
    "kms:encryptionalgorithm": r"[A-Z0-9_]+",
    "kms:grantisforawsresource": "true",
    "kms:keyspec": r"[A-Z0-9_]+",
    "kms:keyusage": r"[A-Z_]+",
    "kms:macalgorithm": r"HMAC_SHA_[0-9]+",
    "kms:messagetype": r"[A-Z]+",
    "kms:signingalgorithm": r"[A-Z0-9_]+",
    "s3:delimiter": "/",
    "s3:prefix": r"[A-Za-z0-9_./-]*[*]?",
    "s3:tlsversion": r"1\.[23]",
    "s3:x-amz-acl": "bucket-owner-full-control",
    "s3:x-amz-server-side-encryption": "aws:kms(:dsse)?",
    "secretsmanager:versionstage": "AWS(CURRENT|PENDING|PREVIOUS)",
}
# Keys whose values must be references to resources of this stack.
REFERENCES = ("aws:sourcevpc", "aws:sourcevpce", "s3:x-amz-server-side-encryption-aws-kms-key-id")
# Service for which AWS's documentation requires a wildcard in the source's ARN -> (service in the ARN, text after the
# account).
WIDE_SOURCES = {
    # docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html
    "delivery.logs.amazonaws.com": ("logs", "*"),
    # docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    "ecs-tasks.amazonaws.com": ("ecs", "*"),
    # The stack creates the load balancer after the bucket:
    # docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    "logdelivery.elasticloadbalancing.amazonaws.com": ("elasticloadbalancing", "loadbalancer/*"),
    # The stack creates the flow log after the role: docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    "vpc-flow-logs.amazonaws.com": ("ec2", "vpc-flow-log/*"),
}


def wrong_conditions(statement, stack):
    """Yield a text for each condition of a Statement that the rules cannot read, or that names another account."""
    said = [(str(operator), key) for operator, key, _ in statement.conditions]
    if len(set(said)) < len(said):
        yield "two conditions have the same operator and key, and Terraform merges them"
    for operator, key, values in statement.conditions:
        if operator not in OPERATORS:
            yield f"the operator {shown(operator)} is not one of {', '.join(OPERATORS)}"
        if not values:
            yield f"the condition on {key} has no values"
        for value in values:
            if not is_right(statement, stack, operator, key, value):
                yield f"the condition on {key} has the value {shown(value)}"


def is_right(statement, stack, operator, key, value):
    if key in WORDS:
        word = str(value).lower() if isinstance(value, bool) else value
        is_word = is_literal(word) and re.fullmatch(WORDS[key], word) is not None
        return is_word or denies_plain_http(statement)
    if key in ACCOUNT_KEYS:
        return operator in ON_ACCOUNTS and is_own_account(value)
    if key == "kms:viaservice":
        return operator == "StringEquals" and is_service_here(value)
    if key in REFERENCES:
        kind, name, _ = reference(value)
        return operator == "StringEquals" and not kind.startswith("data.") and stack.declares(kind, name)
    if key.endswith("arn") or key == "ecs:cluster":
        return operator in ON_ARNS and (is_own_arn(stack, value) or is_wide_source(statement, key, value))
    return False


def is_service_here(value):
    """`s3.${data.aws_region.here.name}.amazonaws.com`."""
    parts = parse(value) if isinstance(value, str) else ()
    return (
        len(parts) == 3
        and isinstance(parts[0], str)
        and re.fullmatch(r"[a-z0-9-]+\.", parts[0]) is not None
        and is_place(parts[1], REGION)
        and parts[2] == ".amazonaws.com"
    )


def is_wide_source(statement, key, value):
    services = {str(identifier) for _, identifier in statement.principals}
    if key != "aws:sourcearn" or len(services) != 1 or not isinstance(value, str):
        return False
    parts = value.split(":", 5)
    return (
        len(parts) == 6
        and parts[0] == "arn"
        and is_place(reference(parts[1]), PARTITION)
        and is_place(reference(parts[3]), REGION)
        and is_place(reference(parts[4]), ACCOUNT)
        and (parts[2], parts[5]) == WIDE_SOURCES.get(services.pop())
    )


def acts_for_us(statement, stack):
    """Return True if a condition limits the admitted principals to this account, or to a resource of this stack."""
    return is_bound_by(statement, stack, ("aws:sourceaccount", "kms:calleraccount", *SOURCE_KEYS))


def is_bound_by(statement, stack, keys):
    """Return True if a condition on one of these keys has only allowed values."""
    return any(
        key in keys and values and all(is_right(statement, stack, operator, key, value) for value in values)
        for operator, key, values in statement.conditions
    )


def denies_plain_http(statement):
    """Return True if a statement denies exactly the requests without TLS, or with an old TLS version."""
    found = [(operator, key, [word(each) for each in values]) for operator, key, values in statement.conditions]
    return not statement.allows and found in (
        [("Bool", "aws:securetransport", ["false"])],
        [("NumericLessThan", "s3:tlsversion", ["1.2"])],
        [("NumericLessThan", "s3:tlsversion", ["1.3"])],
    )


def word(value):
    """Return a literal as the text that Terraform writes into the policy."""
    return str(value).lower() if isinstance(value, bool) else str(value)
