"""ENC: each way to lose the key, the rotation or TLS is a finding of that rule and of no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.judge import judge
from lib.aspects.model import Finding

TABLE = "aws_dynamodb_table.ledger"
CONFIGURATION = "aws_s3_bucket_server_side_encryption_configuration"
RECORDS = f"{CONFIGURATION}.records"
DEFAULT = "rule.0.apply_server_side_encryption_by_default"
POLICY = "aws_s3_bucket_policy.records"
DOCUMENT = "data.aws_iam_policy_document.records"

# Where a customer managed key is asked for: (rule, resource, argument).
KEYED = [
    ("TAP-ENC-1", TABLE, "server_side_encryption.kms_key_arn"),
    ("TAP-ENC-2", RECORDS, f"{DEFAULT}.kms_master_key_id"),
    ("TAP-ENC-3", "aws_sns_topic.alerts", "kms_master_key_id"),
    ("TAP-ENC-4", "aws_sqs_queue.letters", "kms_master_key_id"),
    ("TAP-ENC-5", "aws_cloudwatch_log_group.processor", "kms_key_id"),
    ("TAP-ENC-6", "aws_lambda_function.processor", "kms_key_arn"),
]
NOT_OUR_KEY = [
    (None, "is missing"),
    ("alias/aws/sns", 'is "alias/aws/sns", AWS\'s own key'),
    ("arn:aws:kms:elsewhere:111122223333:key/1", "a literal, which may be anybody's key"),
    ("${data.aws_kms_key.main.arn}", "is ${data.aws_kms_key.main.arn}, which is no key of this stack"),
    ("${aws_kms_alias.main.arn}", "which is no key of this stack"),
    ("${aws_kms_key.gone.arn}", "a key that the stack does not declare"),
    ("${aws_kms_key.main.policy}", "which is no key of this stack"),
    ("${var.key}", "not known at synthesis (${var.key})"),
    ("${coalesce(var.key, aws_kms_key.main.arn)}", "not known at synthesis"),
    (17, "is 17"),
]


@pytest.mark.parametrize(("value", "message"), NOT_OUR_KEY, ids=str)
@pytest.mark.parametrize(("rule", "target", "argument"), KEYED, ids=lambda part: part.replace("_", "-"))
def test_only_a_key_of_this_stack_counts(
    after: Callable[..., tuple[Finding, ...]], rule: str, target: str, argument: str, value: Any, message: str
) -> None:
    (finding,) = after(target, argument, value)
    assert finding.rule_id == rule
    assert finding.path == f"TapStackdev/{target}"
    assert message in finding.message
    assert finding.message.endswith("; expected a customer managed key of this stack")


@pytest.mark.parametrize("attribute", ["arn", "key_id", "id"])
@pytest.mark.parametrize(("rule", "target", "argument"), KEYED, ids=lambda part: part.replace("_", "-"))
def test_a_key_counts_by_its_arn_or_id(
    broken: Callable[..., set[str]], rule: str, target: str, argument: str, attribute: str
) -> None:
    assert rule not in broken(target, argument, f"${{aws_kms_key.main.{attribute}}}")


# A function that lacks only tags and a key.
SECOND = {
    "function_name": "lambda-b-dev",
    "runtime": "python3.12",
    "dead_letter_config": {"target_arn": "${aws_sqs_queue.letters.arn}"},
    "tracing_config": {"mode": "Active"},
    "logging_config": {"log_group": "${aws_cloudwatch_log_group.processor.name}"},
}

BROKEN = [
    ("TAP-ENC-1", TABLE, "server_side_encryption", None),
    ("TAP-ENC-1", TABLE, "server_side_encryption", []),
    ("TAP-ENC-1", TABLE, "server_side_encryption", "${var.encryption}"),
    ("TAP-ENC-1", TABLE, "server_side_encryption.enabled", None),
    ("TAP-ENC-1", TABLE, "server_side_encryption.enabled", False),
    ("TAP-ENC-1", TABLE, "server_side_encryption.enabled", "false"),
    ("TAP-ENC-1", TABLE, "server_side_encryption.enabled", "${var.enabled}"),
    ("TAP-ENC-1", TABLE, "replica", [{"region_name": "elsewhere", "point_in_time_recovery": True}]),
    ("TAP-ENC-2", RECORDS, "", None),
    ("TAP-ENC-2", RECORDS, "bucket", "s3-records-dev"),
    ("TAP-ENC-2", RECORDS, "bucket", "${aws_s3_bucket.logs.id}"),
    ("TAP-ENC-2", RECORDS, "bucket", "${aws_s3_bucket.records.arn}"),
    ("TAP-ENC-2", RECORDS, "rule", None),
    ("TAP-ENC-2", RECORDS, "rule.0", {"bucket_key_enabled": True}),
    ("TAP-ENC-2", RECORDS, f"{DEFAULT}.sse_algorithm", None),
    ("TAP-ENC-2", RECORDS, f"{DEFAULT}.sse_algorithm", "AES256"),
    ("TAP-ENC-2", RECORDS, f"{DEFAULT}.sse_algorithm", "${var.algorithm}"),
    ("TAP-ENC-2", f"{CONFIGURATION}.logs", f"{DEFAULT}.sse_algorithm", "aws:kms"),
    ("TAP-ENC-2", "aws_s3_bucket_logging.records", "target_bucket", "s3-access-logs-dev"),
    ("TAP-ENC-6", "aws_lambda_function.second", "", {**SECOND, "environment": "${var.e}"}),
    ("TAP-ENC-7", "aws_kms_key.main", "enable_key_rotation", None),
    ("TAP-ENC-7", "aws_kms_key.main", "enable_key_rotation", False),
    ("TAP-ENC-7", "aws_kms_key.main", "enable_key_rotation", "${var.rotate}"),
    ("TAP-ENC-8", POLICY, "", None),
    ("TAP-ENC-8", POLICY, "bucket", "s3-records-dev"),
    ("TAP-ENC-8", POLICY, "bucket", "${aws_s3_bucket.logs.id}"),
    ("TAP-ENC-8", POLICY, "policy", None),
    ("TAP-ENC-8", POLICY, "policy", "${var.policy}"),
    ("TAP-ENC-8", POLICY, "policy", "{not JSON"),
    ("TAP-ENC-8", POLICY, "policy", '{"Statement": "nothing"}'),
    ("TAP-ENC-8", POLICY, "policy", "${data.aws_iam_policy_document.logs.json}"),
    ("TAP-ENC-8", DOCUMENT, "statement", []),
    ("TAP-ENC-8", DOCUMENT, "override_policy_documents", ["${var.policy}"]),
    ("TAP-ENC-8", DOCUMENT, "statement.0.effect", None),
    ("TAP-ENC-8", DOCUMENT, "statement.0.effect", "Allow"),
    ("TAP-ENC-8", DOCUMENT, "statement.0.actions", ["s3:GetObject"]),
    ("TAP-ENC-8", DOCUMENT, "statement.0.resources", ["${aws_s3_bucket.records.arn}"]),
    ("TAP-ENC-8", DOCUMENT, "statement.0.resources", ["${aws_s3_bucket.records.arn}/*"]),
    ("TAP-ENC-8", DOCUMENT, "statement.0.principals.0.type", "Service"),
    ("TAP-ENC-8", DOCUMENT, "statement.0.principals.0.identifiers", ["arn:aws:iam::111122223333:root"]),
    ("TAP-ENC-8", DOCUMENT, "statement.0.condition", None),
    ("TAP-ENC-8", DOCUMENT, "statement.0.condition.0.test", "StringEquals"),
    ("TAP-ENC-8", DOCUMENT, "statement.0.condition.0.variable", "aws:PrincipalIsAWSService"),
    ("TAP-ENC-8", DOCUMENT, "statement.0.condition.0.values", ["true"]),
    (
        "TAP-ENC-8",
        DOCUMENT,
        "statement.0.condition",
        [
            {"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]},
            {"test": "StringEquals", "variable": "aws:SourceVpc", "values": ["vpc-1"]},
        ],
    ),
]


@pytest.mark.parametrize(("rule", "target", "argument", "value"), BROKEN)
def test_broken(broken: Callable[..., set[str]], rule: str, target: str, argument: str, value: Any) -> None:
    # What is broken here may also break rules of other families: a policy's text those of IAM.
    assert {found for found in broken(target, argument, value) if "-ENC-" in found} == {rule}


def allow_reading(bucket: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:GetObject", "Resource": f"{bucket}/*"}


def as_json(bucket: str) -> str:
    """The TLS-only policy as a string, with a statement before it."""
    arn = f"${{aws_s3_bucket.{bucket}.arn}}"
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": False}},
    }
    return json.dumps({"Statement": [allow_reading(arn), deny]})


HARMLESS = [
    (TABLE, "server_side_encryption", [{"enabled": "true", "kms_key_arn": "${aws_kms_key.main.arn}"}]),
    (RECORDS, "rule", {"apply_server_side_encryption_by_default": [
        {"sse_algorithm": "aws:kms:dsse", "kms_master_key_id": "${aws_kms_key.main.key_id}"}]}),
    (RECORDS, "bucket", "${aws_s3_bucket.records.bucket}"),
    ("aws_lambda_function.processor", "environment", None),
    ("aws_kms_key.main", "enable_key_rotation", "true"),
    (POLICY, "policy", as_json("records")),
    (DOCUMENT, "statement.0.principals", [{"type": "AWS", "identifiers": ["*"]}]),
    (DOCUMENT, "statement.0.condition.0.variable", "AWS:securetransport"),
    (DOCUMENT, "statement.0.actions", ["*"]),
]  # fmt: skip


@pytest.mark.parametrize(("target", "argument", "value"), HARMLESS)
def test_harmless(broken: Callable[..., set[str]], target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) - {"TAP-IAM-4"} == set()  # which minds policies in text


def test_a_function_without_an_environment_needs_no_key(after: Callable[..., tuple[Finding, ...]]) -> None:
    added = {"function_name": "lambda-second-dev", "tags": {"Owner": "x"}}
    assert "TAP-ENC-6" not in {finding.rule_id for finding in after("aws_lambda_function.second", "", added)}


def test_asymmetric_keys_need_no_rotation_because_aws_has_none(after: Callable[..., tuple[Finding, ...]]) -> None:
    added = {"customer_master_key_spec": "ECC_NIST_P256", "deletion_window_in_days": 7}
    assert {finding.rule_id for finding in after("aws_kms_key.signing", "", added)} == {"TAP-TAG-1"}


@pytest.mark.parametrize("spec", ["SYMMETRIC_DEFAULT", "${var.spec}"])
def test_a_key_that_is_or_may_be_symmetric_needs_rotation(after: Callable[..., tuple[Finding, ...]], spec: str) -> None:
    added = {"customer_master_key_spec": spec, "deletion_window_in_days": 7}
    assert {finding.rule_id for finding in after("aws_kms_key.other", "", added)} == {"TAP-TAG-1", "TAP-ENC-7"}


def test_each_rule_of_an_encryption_configuration_counts(good: dict[str, Any]) -> None:
    rules = good["resource"][CONFIGURATION]["records"]["rule"]
    rules.append({"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}})
    assert [finding.rule_id for finding in judge(good)] == ["TAP-ENC-2"]


def test_each_encryption_configuration_of_a_bucket_counts(after: Callable[..., tuple[Finding, ...]]) -> None:
    second = {
        "bucket": "${aws_s3_bucket.records.id}",
        "rule": {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}},
    }
    (finding,) = after(f"{CONFIGURATION}.second", "", second)
    assert finding.path == f"TapStackdev/{CONFIGURATION}.second"


def test_a_dynamic_block_is_not_known(good: dict[str, Any]) -> None:
    table = good["resource"]["aws_dynamodb_table"]["ledger"]
    table["dynamic"] = {"server_side_encryption": {"for_each": "${var.maybe}", "content": {"enabled": True}}}
    table["server_side_encryption"] = None
    found = judge(good)
    assert {finding.rule_id for finding in found} == {"TAP-ENC-1"}
    assert all("not known at synthesis" in finding.message for finding in found)


def test_replicas_have_keys_of_their_own(after: Callable[..., tuple[Finding, ...]]) -> None:
    added = {"point_in_time_recovery": True}
    found = after("aws_dynamodb_table_replica.second", "", added)
    assert {finding.rule_id for finding in found} == {"TAP-ENC-1", "TAP-TAG-1"}


STREAM = {"name": "stream-a-dev", "encryption_type": "KMS", "kms_key_id": "${aws_kms_key.main.arn}"}


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("encryption_type", None, "encryption_type is missing; expected AWS's word for a customer managed key"),
        ("encryption_type", "NONE", 'encryption_type is "NONE"'),
        *(("kms_key_id", value, message) for value, message in NOT_OUR_KEY),
    ],
)
def test_any_type_is_encrypted_with_a_key_of_this_stack(
    after: Callable[..., tuple[Finding, ...]], argument: str, value: Any, message: str
) -> None:
    findings = after("aws_kinesis_stream.a", "", {**STREAM, argument: value})
    (said,) = (finding.message for finding in findings if finding.rule_id == "TAP-ENC-9")
    assert message in said


@pytest.mark.parametrize("type_", ["aws_simpledb_domain", "aws_thing_of_next_year", "google_storage_bucket"])
def test_a_type_that_no_rule_covers_is_a_finding(broken: Callable[..., set[str]], type_: str) -> None:
    assert "TAP-ENC-10" in broken(f"{type_}.a", "", {})


@pytest.mark.parametrize("type_", ["random_id", "null_resource", "time_sleep", "terraform_data", "aws_vpc"])
def test_types_without_data_need_no_key(broken: Callable[..., set[str]], type_: str) -> None:
    assert not broken(f"{type_}.a", "", {}) & {"TAP-ENC-9", "TAP-ENC-10"}
