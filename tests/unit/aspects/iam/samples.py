"""Words of the stack that the tests of the IAM rules change: see `stack` in conftest.py."""

from __future__ import annotations

from typing import Any

ACCOUNT = "${data.aws_caller_identity.me.account_id}"
PARTITION = "${data.aws_partition.p.partition}"
REGION = "${data.aws_region.here.name}"
ROOT = f"arn:{PARTITION}:iam::{ACCOUNT}:root"

RECORDS = "${aws_s3_bucket.records.arn}"
TOPIC = "${aws_sns_topic.alerts.arn}"
QUEUE = "${aws_sqs_queue.letters.arn}"
TABLE = "${aws_dynamodb_table.ledger.arn}"
ROLE = "${aws_iam_role.payer.arn}"

# Places where a document can stand.
TRUST = "aws_iam_role.payer.assume_role_policy"
PERMISSIONS = "aws_iam_role_policy.payer.policy"
OF_TOPIC = "aws_sns_topic.alerts.policy"
OF_KEY = "aws_kms_key.main.policy"
OF_IMAGES = "aws_ecr_repository_policy.images.policy"


def here(service: str, resource: str) -> str:
    """An ARN of this account and region, spelled out."""
    return f"arn:{PARTITION}:{service}:{REGION}:{ACCOUNT}:{resource}"


def condition(test: str, variable: str, *values: str) -> dict[str, Any]:
    return {"test": test, "variable": variable, "values": list(values)}


def principals(*identifiers: str, kind: str = "Service") -> list[dict[str, Any]]:
    return [{"type": kind, "identifiers": list(identifiers)}]


FOR_US = condition("StringEquals", "aws:SourceAccount", ACCOUNT)
BY_US = condition("StringEquals", "kms:CallerAccount", ACCOUNT)
PLAIN_HTTP = condition("Bool", "aws:SecureTransport", "false")
READ = {"actions": ["s3:GetObject"], "resources": [f"{RECORDS}/*"]}
"""What a role may do."""
PUBLISH = {
    "actions": ["sns:Publish"],
    "resources": [TOPIC],
    "principals": principals("cloudwatch.amazonaws.com"),
    "condition": [FOR_US],
}
"""Whom a topic admits."""
ASSUME = {"actions": ["sts:AssumeRole"], "principals": principals("lambda.amazonaws.com"), "condition": [FOR_US]}
"""Whom a role trusts."""
ADMINISTER = {
    "actions": ["kms:PutKeyPolicy", "kms:CreateGrant"],
    "resources": ["*"],
    "principals": principals(ROOT, kind="AWS"),
    "condition": [BY_US],
}
"""What a key lets this account decide."""
DENY_PLAIN_HTTP = {
    "effect": "Deny",
    "actions": ["sns:*"],
    "resources": [TOPIC],
    "principals": principals("*", kind="*"),
    "condition": [PLAIN_HTTP],
}
