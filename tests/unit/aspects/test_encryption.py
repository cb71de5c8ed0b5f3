"""ENC: each way to lose the key or its rotation is a finding of that rule and of no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.judge import judge
from lib.findings.finding import Finding

from .conftest import FAMILIES

TABLE = "aws_dynamodb_table.ledger"
RECORDS = "aws_s3_bucket_server_side_encryption_configuration.records"

# Where a customer managed key is asked for: (rule, resource, argument).
KEYED = [
    ("TAP-ENC-1", TABLE, "server_side_encryption.kms_key_arn"),
    ("TAP-ENC-2", RECORDS, "rule.0.apply_server_side_encryption_by_default.kms_master_key_id"),
    ("TAP-ENC-3", "aws_sns_topic.alerts", "kms_master_key_id"),
    ("TAP-ENC-4", "aws_sqs_queue.letters", "kms_master_key_id"),
    ("TAP-ENC-5", "aws_cloudwatch_log_group.processor", "kms_key_id"),
    ("TAP-ENC-6", "aws_lambda_function.processor", "kms_key_arn"),
]
NOT_OUR_KEY = [
    (None, "is missing"),
    ("alias/aws/sns", 'is "alias/aws/sns", AWS\'s own key'),
    ("arn:aws:kms:elsewhere:111122223333:key/1", "a literal, which may be anybody's key"),
    ("${data.aws_kms_key.main.arn}", "is ${data.aws_kms_key.main.arn}, which is not a key of this stack"),
    ("${aws_kms_alias.main.arn}", "which is not a key of this stack"),
    ("${aws_kms_key.gone.arn}", "a key that the stack does not declare"),
    ("${aws_kms_key.main.policy}", "which is not a key of this stack"),
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
    "filename": "assets/b.zip",
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
    ("TAP-ENC-6", "aws_lambda_function.second", "", {**SECOND, "environment": "${var.e}"}),
    ("TAP-ENC-6", "aws_lambda_function.second", "", {**SECOND, "kms_key_arn": "alias/aws/lambda"}),
    ("TAP-ENC-7", "aws_kms_key.main", "enable_key_rotation", None),
    ("TAP-ENC-7", "aws_kms_key.main", "enable_key_rotation", False),
    ("TAP-ENC-7", "aws_kms_key.main", "enable_key_rotation", "${var.rotate}"),
    ("TAP-ENC-7", "aws_kms_key.main", "rotation_period_in_days", 366),
    ("TAP-ENC-7", "aws_kms_key.main", "rotation_period_in_days", 2560),
    ("TAP-ENC-7", "aws_kms_key.main", "rotation_period_in_days", "${var.days}"),
    ("TAP-ENC-7", "aws_kms_key.main", "rotation_period_in_days", "never"),
]


@pytest.mark.parametrize(("rule", "target", "argument", "value"), BROKEN)
def test_broken(broken: Callable[..., set[str]], rule: str, target: str, argument: str, value: Any) -> None:
    # What is broken here may also break rules of other families: a policy's text those of IAM.
    assert {found for found in broken(target, argument, value) if "-ENC-" in found} == {rule}


HARMLESS = [
    (TABLE, "server_side_encryption", [{"enabled": "true", "kms_key_arn": "${aws_kms_key.main.arn}"}]),
    ("aws_lambda_function.processor", "environment", None),
    ("aws_kms_key.main", "enable_key_rotation", "true"),
    ("aws_kms_key.main", "rotation_period_in_days", 90),
    ("aws_kms_key.main", "rotation_period_in_days", "365"),
]


@pytest.mark.parametrize(("target", "argument", "value"), HARMLESS)
def test_harmless(broken: Callable[..., set[str]], target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) == set()


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


def test_a_dynamic_block_is_not_known(good: dict[str, Any]) -> None:
    table = good["resource"]["aws_dynamodb_table"]["ledger"]
    table["dynamic"] = {"server_side_encryption": {"for_each": "${var.maybe}", "content": {"enabled": True}}}
    table["server_side_encryption"] = None
    found = judge(good, FAMILIES)
    assert {finding.rule_id for finding in found} == {"TAP-ENC-1"}
    assert all("not known at synthesis" in finding.message for finding in found)


def test_replicas_have_keys_of_their_own(after: Callable[..., tuple[Finding, ...]]) -> None:
    added = {"point_in_time_recovery": True}
    found = after("aws_dynamodb_table_replica.second", "", added)
    assert {finding.rule_id for finding in found} == {"TAP-ENC-1", "TAP-TAG-1"}
