"""TAP-IAM-8: statements in a form that the rules cannot read."""

from __future__ import annotations

from typing import Any

from .mutation import DOCUMENT, TOKEN, Document, Mutation, body_of, change, put, tls_statement

POLICY, TRUST, TOPIC_POLICY = "processor/policy_document", "processor/trust_policy", "alerting/policy_document"
KEY_POLICY, LOGS_POLICY = "encryption/key_policy", "archive/access_logs/policy_document"
PARTITION, REGION = "${data.aws_partition.PARTITION.partition}", "${data.aws_region.REGION.name}"
ACCOUNT = "${data.aws_caller_identity.ME.account_id}"
FIXED = ("TAP-IAM-3", "TAP-IAM-5")  # a trust, or a service's source, that no longer names this account


def by_operator(test: str, of: str = POLICY) -> Mutation:
    """Another operator in a condition that narrows what is allowed."""
    number = {POLICY: 2}.get(of, 0)  # the first statement with a condition
    path = f"statement.{number}.condition.0.test"
    return put("TAP-IAM-8", DOCUMENT, path, test, of, instead=FIXED if of == TRUST else ())


def source(says: str, *values: str, instead: tuple[str, ...] = FIXED) -> Mutation:
    """Another source for which a service may publish alarms."""
    return put("TAP-IAM-8", DOCUMENT, "statement.0.condition.1.values", list(values), TOPIC_POLICY, says, instead)


def alarms(region: str, account: str, name: str) -> str:
    """The ARN of alarms."""
    return f"arn:{PARTITION}:cloudwatch:{region}:{account}:alarm:{name}"


def refusal(document: Document, **other: Any) -> None:
    """A refusal that is no longer the one of plain HTTP."""
    tls_statement(document).update(other)


def also_refuse(document: Document, of: str = POLICY, **other: Any) -> None:
    """One more refusal."""
    statement = {"effect": "Deny", "actions": ["dynamodb:PutItem"], "resources": ["${aws_dynamodb_table.TABLE.arn}"]}
    body_of(document, DOCUMENT, of)["statement"].append({**statement, **other})


def merged_from(argument: str, value: Any) -> Mutation:
    """A document that merges others, which no rule sees as part of it."""
    return put("TAP-IAM-8", DOCUMENT, argument, value, POLICY, instead=("TAP-IAM-4",))


JSON = '{"Statement": []}'
EVERYBODY = [{"type": "*", "identifiers": ["*"]}]
ENCRYPTION = ("TAP-ENC-8", "TAP-ENC-11")

VIOLATIONS = [
    # Operators
    *(
        by_operator(test)
        for test in (
            *("StringEqualsIfExists", "ForAllValues:StringEquals", "ForAnyValue:StringEquals", "StringNotEquals"),
            *("StringEqualsIgnoreCaseIfExists", "stringequals", "Null", "StringMatches", TOKEN),
            *("ForAllValues:StringLike", "StringNotLike", "DateLessThan"),
        )
    ),
    by_operator("ForAllValues:StringEquals", TRUST),
    by_operator("StringLike", TRUST),
    put("TAP-IAM-8", DOCUMENT, "statement.0.condition.0.test", "BoolIfExists", "dead_letters", instead=ENCRYPTION),
    # Principals and merging
    put(
        "TAP-IAM-8",
        DOCUMENT,
        "statement.0.not_principals",
        [{"type": "AWS", "identifiers": ["arn:aws:iam::111122223333:root"]}],
        TOPIC_POLICY,
        instead=("TAP-IAM-5",),
    ),
    put("TAP-IAM-8", DOCUMENT, "statement.0.not_principals", EVERYBODY, TRUST, "trust", FIXED),
    merged_from("source_policy_documents", [JSON]),
    merged_from("source_policy_documents", ["${data.aws_iam_policy_document.gone.json}"]),
    merged_from("override_policy_documents", ["${data.aws_iam_policy_document.gone.json}"]),
    merged_from("source_json", JSON),
    merged_from("override_json", JSON),
    # Sources that are not this account's, or not this stack's
    source("a literal account", alarms(REGION, "111122223333", "alarm-a-dev")),
    source("any account", alarms(REGION, "*", "alarm-*-dev")),
    source("any region", alarms("*", ACCOUNT, "alarm-*-dev")),
    source("any alarm", alarms(REGION, ACCOUNT, "*")),
    source("any service", f"arn:{PARTITION}:*:{REGION}:{ACCOUNT}:*"),
    source("everything", "*"),
    source("an undeclared topic", "${aws_sns_topic.nowhere.arn}"),
    source("a second one", "${aws_sns_topic.TOPIC.arn}", "*"),
    source("nothing"),
    source("a token", TOKEN),
    put("TAP-IAM-8", DOCUMENT, "statement.0.condition.0.values", ["111122223333"], TOPIC_POLICY, "literal", FIXED),
    put("TAP-IAM-8", DOCUMENT, "statement.0.condition.0.values", ["${data.aws_region.REGION.name}"], TRUST, "", FIXED),
    put("TAP-IAM-8", DOCUMENT, "statement.1.condition.1.values", ["*.amazonaws.com"], KEY_POLICY, "any service"),
    put("TAP-IAM-8", DOCUMENT, "statement.1.condition.1.values", ["${aws_sns_topic.TOPIC.id}"], KEY_POLICY, "a topic"),
    put(
        "TAP-IAM-8",
        DOCUMENT,
        "statement.1.condition.1.values",
        ["s3.eu-west-1.amazonaws.com"],
        KEY_POLICY,
        "literal",
        ("TAP-REG-1",),
    ),
    put("TAP-IAM-8", DOCUMENT, "statement.2.condition.0.variable", "aws:NoSuchKey", LOGS_POLICY, instead=FIXED),
    put("TAP-IAM-8", DOCUMENT, "statement.3.condition.0.values", ["*"], KEY_POLICY, "any log group", FIXED),
    # Refusals
    change(
        "TAP-IAM-8", "everything is refused", lambda document: also_refuse(document, actions=["*"], resources=["*"])
    ),
    change("TAP-IAM-8", "writing is refused", also_refuse),
    change(
        "TAP-IAM-8",
        "the key's administration is refused",
        lambda document: also_refuse(
            document, KEY_POLICY, actions=["kms:PutKeyPolicy"], resources=["*"], principals=EVERYBODY
        ),
    ),
    change(
        "TAP-IAM-8",
        "reading is refused at night",
        lambda document: also_refuse(
            document,
            condition=[{"test": "DateGreaterThan", "variable": "aws:CurrentTime", "values": ["2027-01-01T00:00:00Z"]}],
        ),
    ),
    change(
        "TAP-IAM-8",
        "all but TLS is refused",
        lambda document: refusal(
            document, condition=[{"test": "Bool", "variable": "aws:ViaAWSService", "values": ["false"]}]
        ),
        instead=ENCRYPTION,
    ),
    change(
        "TAP-IAM-8",
        "a refusal without a condition",
        lambda document: refusal(document, condition=[]),
        instead=ENCRYPTION,
    ),
]
