"""Checks the conditions of policy statements: allowed operators, keys and values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lib.aspects.iam.arns import ACCOUNT, PARTITION, REGION, is_account, names_resource, resolve, spelled_arns
from lib.aspects.iam.documents import Statement
from lib.aspects.terraform_json import Attributes, StackView, as_list, flag, format_value, literal, number

# Operators that are true only if the key is present and has one of the values. All others are findings:
# …IfExists, ForAllValues:, Null and operators with Not are true if the key is missing. ForAnyValue: is for keys with
# several values, which no rule needs. Date… and IpAddress depend on time and network, which do not identify a caller.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
_TEXT = frozenset({"StringEquals", "StringLike"})
_ARN = frozenset({"ArnEquals", "ArnLike"})
_NUMBER = frozenset(
    {"NumericEquals", "NumericGreaterThan", "NumericGreaterThanEquals", "NumericLessThan", "NumericLessThanEquals"}
)
OPERATORS = _TEXT | _ARN | _NUMBER | {"Bool"}

# Condition keys whose value is an account's number.
ACCOUNT_KEYS = frozenset(
    {"aws:principalaccount", "aws:resourceaccount", "aws:sourceaccount", "kms:calleraccount", "s3:resourceaccount"}
)
# Condition keys that identify the resource or account for which a service acts, or the caller of a KMS key.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
SOURCE_KEYS = frozenset(
    {"aws:sourceaccount", "aws:sourcearn", "kms:calleraccount", "kms:encryptioncontext:aws:logs:arn"}
)

# Other condition keys that a payments stack needs. A key that AWS does not send never matches, so the statement would
# grant nothing. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
OTHER_KEYS = frozenset(
    {
        *(
            "aws:securetransport",
            "aws:principalarn",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "aws:viaawsservice",
            "cloudwatch:namespace",
        ),
        *("dynamodb:attributes", "dynamodb:leadingkeys", "dynamodb:select", "ecs:cluster", "iam:passedtoservice"),
        *("elasticfilesystem:accesspointarn", "elasticfilesystem:accessedviamounttarget", "iam:associatedresourcearn"),
        *("kms:encryptionalgorithm", "kms:grantisforawsresource", "kms:keyspec", "kms:keyusage", "kms:macalgorithm"),
        *("kms:messagetype", "kms:signingalgorithm", "kms:viaservice", "lambda:functionarn", "s3:delimiter"),
        *("lambda:sourcefunctionarn", "s3:prefix", "s3:tlsversion", "s3:x-amz-acl", "s3:x-amz-server-side-encryption"),
        *("s3:x-amz-server-side-encryption-aws-kms-key-id", "secretsmanager:versionstage"),
        *("kms:encryptioncontext:aws:lambda:functionarn", "kms:encryptioncontext:aws:s3:arn"),
    }
)

_HERE = f"{REGION}:{ACCOUNT}"
# Allowed wildcards, besides those after a resource's ARN:
# 1. All alarms, or all log groups, of this environment, by the pattern of their names (TAP-NAME-2). Their key's policy
#    cannot refer to them, because they refer to the key: a dependency cycle.
_BY_NAME = tuple(f"arn:{PARTITION}:{kind}:" for kind in (f"cloudwatch:{_HERE}:alarm", f"logs:{_HERE}:log-group"))
# 2. Log deliveries. AWS chooses their names, and documents this form for the policy.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html
_DELIVERY = ("delivery.logs.amazonaws.com", f"arn:{PARTITION}:logs:{_HERE}:*")
# 3. Prefixes of object keys in a bucket listing. They must begin with a folder.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
_FOLDER = ("s3:prefix", re.compile(r"[\w-]+(/[\w-]+)*/\*"))

# Patterns of the values that AWS sends for a key: a statement with any other value would grant nothing.
# https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
_FORMS = {
    "cloudwatch:namespace": re.compile(r"[\w./#:-]+", re.ASCII),
    "kms:encryptionalgorithm": re.compile(r"RSAES_OAEP_SHA_\d+|SYMMETRIC_DEFAULT|SM2PKE"),
    "kms:keyspec": re.compile(r"SYMMETRIC_DEFAULT|(RSA|ECC|HMAC)_\w+|SM2"),
    "kms:keyusage": re.compile(r"ENCRYPT_DECRYPT|GENERATE_VERIFY_MAC|KEY_AGREEMENT|SIGN_VERIFY"),
    "kms:macalgorithm": re.compile(r"HMAC_SHA_\d+"),
    "kms:messagetype": re.compile(r"DIGEST|RAW"),
    "kms:signingalgorithm": re.compile(r"(ECDSA|RSASSA)_\w+|SM2DSA"),
    "kms:viaservice": re.compile(rf"[a-z0-9-]+\.{REGION}\.amazonaws\.com"),
}

_ACCOUNT_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")


def complaints(stack: StackView, statement: Statement, condition: Attributes) -> Iterator[str]:
    """Yield a message for each mistake in a condition of an Allow statement."""
    test, variable = literal(condition.get("test")), literal(condition.get("variable"))
    if not isinstance(test, str) or test not in OPERATORS:
        operators = ", ".join(sorted(OPERATORS))
        yield f"the condition's test is {format_value(condition.get('test'))}; expected one of {operators}"
        return
    if not isinstance(variable, str) or variable.lower() not in ACCOUNT_KEYS | SOURCE_KEYS | OTHER_KEYS:
        yield f"the condition's variable is {format_value(condition.get('variable'))}; expected a listed condition key"
        return
    values = as_list(condition.get("values"))
    if not values:
        yield f"the condition on {variable} has no values; expected at least one"
    for value in values:
        if expected := _expected(stack, statement, test, variable.lower(), value):
            yield f"the condition on {variable} has the value {format_value(value)}; expected {expected}"


def admits_only_ours(stack: StackView, statement: Statement) -> bool:
    """Return True if a condition limits the caller to this account, or to a resource of this stack."""
    return any(is_narrowed(stack, statement, key) for key in SOURCE_KEYS)


def is_narrowed(stack: StackView, statement: Statement, key: str) -> bool:
    """Return True if a statement has a condition on this key, and all its conditions on the key are correct."""
    found = on_key(statement, key)
    return bool(found) and not any(any(complaints(stack, statement, condition)) for condition in found)


def on_key(statement: Statement, key: str) -> list[Attributes]:
    """Return the conditions on a key, given in lower case. IAM ignores the case of keys."""
    return [condition for condition in statement.conditions if str(condition.get("variable")).lower() == key]


def _expected(stack: StackView, statement: Statement, test: str, key: str, value: Any) -> str | None:
    """Return a description of the expected value; None if the given value is correct."""
    if key in ACCOUNT_KEYS:  # numeric comparisons and wildcards could match any account
        return (
            None
            if test == "StringEquals" and is_account(stack, value)
            else "this account's number, by aws_caller_identity"
        )
    if key in SOURCE_KEYS and test not in _TEXT | _ARN:
        return "the ARN of a resource of this stack, under ArnLike"
    if test == "Bool":
        return None if flag(value) is True else "true"
    if test in _NUMBER:
        return None if isinstance(number(value), float) else "a number"
    resolved = resolve(stack, value)
    if resolved is None:
        return "a literal, or references to objects of this stack"
    if key in _FORMS:
        return None if _FORMS[key].fullmatch(resolved) else "a value that AWS defines for this key"
    if key.endswith("arn") or test in _ARN or resolved.startswith(("arn:", "<")):
        is_ours = names_resource(stack, value) or _is_needed(stack, statement, key, resolved)
        return None if is_ours or _is_attribute(key, resolved) else "the ARN of a resource of this stack"
    if set("*?") & set(resolved) and not (key == _FOLDER[0] and _FOLDER[1].fullmatch(resolved)):
        return "a value without wildcards"
    return "no account's number" if _ACCOUNT_NUMBER.search(resolved) else None


def _is_attribute(key: str, resolved: str) -> bool:
    """Return True if a value is an attribute that AWS sets for a resource of this stack, such as a VPC's id."""
    return not key.endswith("arn") and re.fullmatch(r"<[^<>]+>", resolved) is not None


def _is_needed(stack: StackView, statement: Statement, key: str, resolved: str) -> bool:
    """Return True if a value with wildcards is one of the allowed wildcards above."""
    service, pattern = _DELIVERY
    if resolved == pattern:
        return key == "aws:sourcearn" and statement.principals == [("Service", service)]
    before, _, after = resolved.partition("*")
    return (
        before.startswith(_BY_NAME)
        and stack.conventions.is_family(before, after, stack.suffix)
        and any(arn.startswith(before) and arn.endswith(after) for arn in spelled_arns(stack))
    )
