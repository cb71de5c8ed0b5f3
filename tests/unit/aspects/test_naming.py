"""NAME: suffix and pattern of every name, whatever argument holds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.judge import judge
from lib.findings.finding import Finding

from .conftest import FAMILIES

BUCKET = "aws_s3_bucket.records"
FUNCTION = "aws_lambda_function.processor"
ANYTHING = "random_thing.that_no_rule_knows"
SUFFIX, PATTERN = "TAP-NAME-1", "TAP-NAME-2"
NO_FOLDER = {"backend": {"s3": {"key": "terraform.tfstate"}}}


@pytest.mark.parametrize(
    ("rules", "target", "argument", "value"),
    [
        ({SUFFIX}, BUCKET, "bucket", None),
        ({SUFFIX}, BUCKET, "bucket", "${var.name}"),
        ({SUFFIX}, BUCKET, "bucket", "s3-records-${var.suffix}"),
        ({SUFFIX}, BUCKET, "bucket", "s3-records-prod"),
        ({SUFFIX}, BUCKET, "bucket", "s3-recordsdev"),
        ({SUFFIX}, BUCKET, "bucket_prefix", "s3-records"),
        ({PATTERN}, BUCKET, "bucket", "s3-dev"),
        ({PATTERN}, BUCKET, "bucket", "records-dev"),
        ({PATTERN}, BUCKET, "bucket", "bucket-records-dev"),
        ({PATTERN}, BUCKET, "bucket", "s3-Records-dev"),
        ({PATTERN}, BUCKET, "bucket", "s3--dev"),
        ({SUFFIX, PATTERN}, BUCKET, "bucket", "payments"),
        ({SUFFIX}, FUNCTION, "function_name", "lambda-processor"),
        ({PATTERN}, FUNCTION, "function_name", "function-processor-dev"),
        ({SUFFIX}, "aws_dynamodb_table.ledger", "global_secondary_index.0.name", "index-merchant"),
        ({PATTERN}, "aws_dynamodb_table.ledger", "global_secondary_index.0.name", "merchant-dev"),
        ({PATTERN}, "aws_kms_alias.main", "name", "alias/payments-dev"),
        ({SUFFIX, PATTERN}, "aws_kms_alias.main", "name", "alias/kms-main-dev/old"),
        ({SUFFIX}, "aws_cloudwatch_log_group.processor", "name", "/aws/lambda/lambda-processor"),
        ({PATTERN}, "aws_apigatewayv2_stage.main", "name", "dev-dev"),
        ({SUFFIX}, ANYTHING, "", {"name": "thing-main"}),
        ({SUFFIX}, ANYTHING, "", {"name": None}),
        ({PATTERN}, ANYTHING, "", {"name": "thing-dev"}),
        ({SUFFIX}, ANYTHING, "", {"name_prefix": "thing-main-"}),
    ],
)
def test_broken(broken: Callable[..., set[str]], rules: set[str], target: str, argument: str, value: Any) -> None:
    # The alarms name the index.
    assert broken(target, argument, value) - {"TAP-OBS-4", "TAP-OBS-10"} == rules


@pytest.mark.parametrize(
    ("target", "argument", "value"),
    [
        (BUCKET, "bucket", "s3-audit-log-1f2e-dev"),
        ("aws_sqs_queue.letters", "name", "sqs-dead-letters-dev.fifo"),
        ("aws_cloudwatch_log_group.processor", "name", "/aws/vendedlogs/apis/api-front-door-dev"),
        (ANYTHING, "", {"name": "thing-main-dev"}),
        (ANYTHING, "", {"description": "has no name"}),
        ("aws_route53_record.a", "", {"name": "payments.example.com"}),
    ],
)
def test_harmless(broken: Callable[..., set[str]], target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) - {"TAP-ENC-11"} == set()  # the queue's policy names the queue


def test_the_suffix_is_the_first_part_of_the_states_key(good: dict[str, Any]) -> None:
    good["terraform"]["backend"]["s3"]["key"] = "qa-7/TapStackqa-7.tfstate"
    found = judge(good, FAMILIES)
    assert {finding.rule_id for finding in found} == {SUFFIX}
    assert all("the suffix qa-7" in finding.message for finding in found)


@pytest.mark.parametrize(
    "terraform",
    [{}, {"backend": {"local": {}}}, {"backend": {"s3": {"key": "${var.key}"}}}, {"backend": {"s3": {}}}, NO_FOLDER],
)
def test_an_unknown_suffix_is_one_finding_of_the_stack(good: dict[str, Any], terraform: dict[str, Any]) -> None:
    good["terraform"] = terraform
    found = [finding for finding in judge(good, FAMILIES) if finding.rule_id == SUFFIX]
    assert [finding.path for finding in found] == ["TapStackdev"]
    assert found[0].message.startswith("the environment suffix is not known")


def test_a_suffix_with_hyphens_does_not_stand_in_for_the_purpose(good: dict[str, Any]) -> None:
    good["terraform"]["backend"]["s3"]["key"] = "pr-12/TapStackpr-12.tfstate"
    good["resource"] = {"aws_sns_topic": {"a": {"name": "sns-pr-12"}}}
    assert PATTERN in {finding.rule_id for finding in judge(good, FAMILIES)}


def test_messages_name_value_and_expectation(after: Callable[..., tuple[Finding, ...]]) -> None:
    suffix, pattern = after(BUCKET, "bucket", "payments")
    assert suffix.message == 'bucket is "payments"; expected the suffix dev, as in s3-{purpose}-dev'
    assert pattern.message == 'bucket is "payments"; expected s3-{purpose}-dev in lower case'
