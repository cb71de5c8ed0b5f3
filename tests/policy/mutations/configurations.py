"""TAP-ENC-2, -8, -11, TAP-REC-1, -2, TAP-DEL-4: configurations that stand twice, elsewhere, or for appearance."""

from __future__ import annotations

from typing import Any

from .mutation import (
    BUCKET,
    DOCUMENT,
    ENCRYPTION,
    FUNCTION,
    QUEUE,
    REMOVED,
    TABLE,
    TOKEN,
    TOPIC,
    VERSIONING,
    Body,
    Document,
    Mutation,
    add,
    attach,
    body_of,
    change,
    own_key,
    put,
    tls_statement,
    two_replicas,
    with_second,
)
from .running import without

BUCKET_POLICY, TOPIC_POLICY, LOGGING = "aws_s3_bucket_policy", "aws_sns_topic_policy", "aws_s3_bucket_logging"
BY_BUCKET, LOGS_BY_ID = "${aws_s3_bucket.RECORDS.bucket}", "${aws_s3_bucket.LOGS.id}"
DEFAULT = "apply_server_side_encryption_by_default"
AES = [{DEFAULT: {"sse_algorithm": "AES256"}}]
OFF = {"status": "Suspended"}


def second(rule: str, kind: str, says: str, /, **changes: Any) -> Mutation:
    """A second configuration of the records bucket: the one that is applied last counts."""
    return change(
        rule, f"a second {kind} {says}", lambda document: with_second(document, kind, "archive/records", **changes)
    )


def second_by_name(rule: str, kind: str, /, **changes: Any) -> Mutation:
    """The same by the bucket's literal name, for whoever follows references only."""

    def apply(document: Document) -> None:
        name = body_of(document, BUCKET, "archive/records")["bucket"]
        with_second(document, kind, "archive/records", **changes, bucket=name)

    return change(rule, f"a second {kind} by literal name {next(iter(changes), '')}".rstrip(), apply)


def pretended(document: Document) -> None:
    """The records become a log target too, to be excused from a key of ours."""
    body_of(document, ENCRYPTION, "archive/records")["rule"] = AES
    with_second(document, LOGGING, "archive", bucket=LOGS_BY_ID, target_bucket="${aws_s3_bucket.RECORDS.id}")


def self_logged(document: Document) -> None:
    """The records are their own log target."""
    body_of(document, ENCRYPTION, "archive/records")["rule"] = AES
    body_of(document, LOGGING)["target_bucket"] = "${aws_s3_bucket.RECORDS.id}"


def also_an_archive(document: Document) -> None:
    """The log target, which has no key of ours, receives records too."""
    body_of(document, FUNCTION, "archiver")["environment"]["variables"]["ARCHIVE_BUCKET"] = (
        "${aws_s3_bucket.LOGS.bucket}"
    )


def also_written(document: Document) -> None:
    """The archiver may write into the log target, which has no key of ours."""
    statement = {"actions": ["s3:PutObject"], "resources": ["${aws_s3_bucket.LOGS.arn}/*"], "effect": "Allow"}
    body_of(document, DOCUMENT, "archiver/policy_document")["statement"].append(statement)


def plain_http(document: Document, of: str) -> Body:
    """The statement that refuses plain HTTP."""
    written: list[Body] = body_of(document, DOCUMENT, of)["statement"]
    return next(statement for statement in written if statement["effect"] == "Deny")


def admitted(rule: str, of: str, says: str, **other: Any) -> Mutation:
    """Plain HTTP is no longer refused."""
    return change(rule, f"{of} {says}", lambda document: plain_http(document, of).update(other), instead=READABLE)


def unrefused(document: Document, of: str) -> None:
    """The refusal is gone; another statement keeps the document a policy."""
    body = body_of(document, DOCUMENT, of)
    allows = {"actions": ["sns:Publish"], "resources": ["${aws_sns_topic.TOPIC.arn}"], "effect": "Allow"}
    principals = [{"type": "AWS", "identifiers": ["${aws_iam_role.ROLE.arn}"]}]
    body["statement"] = [one for one in body["statement"] if one["effect"] != "Deny"] or [
        {**allows, "principals": principals}
    ]


READABLE = ("TAP-IAM-8",)
TLS_ONLY = "aws:SecureTransport"


def conditions(*values: str, test: str = "Bool", variable: str = TLS_ONLY) -> list[Body]:
    """A condition of the refusal."""
    return [{"test": test, "variable": variable, "values": list(values)}]


ROLE_ONLY = [{"type": "AWS", "identifiers": ["${aws_iam_role.ROLE.arn}"]}]

VIOLATIONS = [
    # A bucket's encryption
    second_by_name("TAP-ENC-2", ENCRYPTION, rule=AES),
    second_by_name("TAP-ENC-2", ENCRYPTION),
    second("TAP-ENC-2", ENCRYPTION, "by bucket", bucket=BY_BUCKET, rule=AES),
    second("TAP-ENC-2", ENCRYPTION, "that is the same"),
    put("TAP-ENC-2", ENCRYPTION, "bucket", LOGS_BY_ID, "archive/records", "of the other bucket"),
    change("TAP-ENC-2", "a log target by pretence", pretended),
    change("TAP-ENC-2", "a bucket that logs into itself", self_logged),
    change("TAP-ENC-2", "a log target that a function is told of", also_an_archive),
    change("TAP-ENC-2", "a log target that a function may write", also_written),
    change("TAP-ENC-2", "a log target of nothing", lambda document: document["resource"].pop(LOGGING)),
    put("TAP-ENC-2", ENCRYPTION, f"rule.0.{DEFAULT}.kms_master_key_id", "alias/aws/s3", "archive/records"),
    # A bucket's policy
    second_by_name("TAP-ENC-8", BUCKET_POLICY, policy="${data.aws_iam_policy_document.gone.json}"),
    second_by_name("TAP-ENC-8", BUCKET_POLICY),
    second("TAP-ENC-8", BUCKET_POLICY, "by bucket", bucket=BY_BUCKET),
    second("TAP-ENC-8", BUCKET_POLICY, "that is the same"),
    put("TAP-ENC-8", BUCKET_POLICY, "bucket", LOGS_BY_ID, "archive/records", "of the other bucket"),
    *(
        change(
            "TAP-ENC-8",
            f"TLS {says}",
            lambda document, other=other: tls_statement(document).update(other),
            instead=READABLE,
        )
        for says, other in {
            "either way": {"condition": conditions("true", "false")},
            "of another key": {"condition": conditions("false", variable="aws:ViaAWSService")},
            "by another operator": {"condition": conditions("false", test="StringNotEquals")},
            "for reading and writing": {"actions": ["s3:Get*", "s3:Put*"]},
            "of the other bucket": {"resources": ["${aws_s3_bucket.LOGS.arn}", "${aws_s3_bucket.LOGS.arn}/*"]},
            "of a prefix": {"resources": ["${aws_s3_bucket.RECORDS.arn}", "${aws_s3_bucket.RECORDS.arn}/audit/*"]},
        }.items()
    ),
    # Topics and queues
    change("TAP-ENC-11", "no topic policy", lambda document: document["resource"].pop(TOPIC_POLICY)),
    change("TAP-ENC-11", "no refusal of the topic", lambda document: unrefused(document, "alerting")),
    change("TAP-ENC-11", "no refusal of the queue", lambda document: unrefused(document, "dead_letters")),
    put("TAP-ENC-11", QUEUE, "policy", REMOVED),
    put("TAP-ENC-11", QUEUE, "policy", "${data.aws_iam_policy_document.gone.json}"),
    put("TAP-ENC-11", TOPIC_POLICY, "arn", "arn:aws:sns:us-east-1:111122223333:sns-alerts-dev"),
    add("TAP-ENC-11", QUEUE, {"name": "sqs-more-dev", "kms_master_key_id": own_key}, "without a policy"),
    add("TAP-ENC-11", TOPIC, {"name": "sns-more-dev", "kms_master_key_id": own_key}, "without a policy"),
    *(
        admitted("TAP-ENC-11", of, says, **other)
        for of in ("alerting", "dead_letters")
        for says, other in {
            "allows plain HTTP": {"effect": "Allow"},
            "refuses TLS": {"condition": conditions("true")},
            "refuses either way": {"condition": conditions("false", "true")},
            "refuses on another condition": {"condition": conditions("false", variable="aws:ViaAWSService")},
            "refuses one role": {"principals": ROLE_ONLY},
            "refuses everything": {"condition": []},
        }.items()
    ),
    admitted("TAP-ENC-11", "dead_letters", "refuses receiving", actions=["sqs:ReceiveMessage"]),
    admitted("TAP-ENC-11", "dead_letters", "refuses another queue", resources=["${aws_sqs_queue.QUEUE.arn}"]),
    admitted("TAP-ENC-11", "alerting", "refuses another topic", resources=["${aws_sns_topic.gone.arn}"]),
    admitted("TAP-ENC-11", "alerting", "refuses subscribing", actions=["sns:Subscribe"]),
    # Recovery
    *(put("TAP-REC-1", TABLE, "point_in_time_recovery.recovery_period_in_days", days) for days in (0, 1, 6, "3", -7)),
    put("TAP-REC-1", TABLE, "point_in_time_recovery.recovery_period_in_days", TOKEN),
    put("TAP-REC-1", TABLE, "point_in_time_recovery", [{"enabled": True}, {"enabled": False}], says="twice"),
    put("TAP-REC-1", TABLE, "point_in_time_recovery", {"recovery_period_in_days": 35}, says="period alone"),
    put("TAP-REC-1", TABLE, "replica", two_replicas({"point_in_time_recovery": "false"}), says="second off"),
    second_by_name("TAP-REC-2", VERSIONING, versioning_configuration=OFF),
    second_by_name("TAP-REC-2", VERSIONING),
    second("TAP-REC-2", VERSIONING, "by bucket", bucket=BY_BUCKET, versioning_configuration=OFF),
    second("TAP-REC-2", VERSIONING, "that is the same"),
    put("TAP-REC-2", VERSIONING, "bucket", LOGS_BY_ID, "archive/records", "of the other bucket"),
    put("TAP-REC-2", VERSIONING, "versioning_configuration.status", "Disabled", "archive/records"),
    put("TAP-REC-2", VERSIONING, "versioning_configuration", [{"status": "Enabled"}, OFF], "archive/records", "twice"),
    change("TAP-REC-2", "no versioning of the records", lambda document: without(document, VERSIONING, "records")),
    # Locks
    *(
        put("TAP-DEL-4", VERSIONING, "versioning_configuration.mfa_delete", value, "archive/records")
        for value in ("Enabled", TOKEN)
    ),
    put("TAP-DEL-4", VERSIONING, "mfa", "arn:aws:iam::111122223333:mfa/root 123456", instead=("TAP-DOC-5",)),
    attach("TAP-DEL-4", "aws_backup_vault_lock_configuration", {"backup_vault_name": "a"}, instead=("TAP-DOC-4",)),
    attach("TAP-DEL-4", "aws_glacier_vault_lock", {"complete_lock": True}, instead=("TAP-DOC-4",)),
    add("TAP-DEL-4", "aws_s3_object", {"bucket": "x", "key": "a", "object_lock_mode": "COMPLIANCE"}, "for good"),
]
