"""RUN-6: mappings that are off, drop records, or lose what failed; patterns that nobody can read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.judge import judge

from .conftest import FAMILIES

MAPPING, RULE = "aws_lambda_event_source_mapping.a", "aws_cloudwatch_event_rule.a"
QUEUE = "${aws_sqs_queue.letters.arn}"
TAGS = {"Environment": "dev", "ManagedBy": "cdktf", "Project": "payments", "Owner": "us"}
STREAM = {
    "function_name": "${aws_lambda_function.processor.arn}",
    "event_source_arn": "${aws_dynamodb_table.ledger.stream_arn}",
    "destination_config": {"on_failure": {"destination_arn": QUEUE}},
    "tags": TAGS,
}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"enabled": True},
        {"enabled": "true"},
        {"filter_criteria": []},
        {"filter_criteria": None},
        {"destination_config": [{"on_failure": [{"destination_arn": "${aws_sns_topic.alerts.arn}"}]}]},
    ],
)
def test_harmless(broken: Callable[..., set[str]], change: dict[str, Any]) -> None:
    assert broken(MAPPING, "", {**STREAM, **change}) == set()


@pytest.mark.parametrize(
    "change",
    [
        {"enabled": False},
        {"enabled": "false"},
        {"enabled": "${var.enabled}"},
        {"filter_criteria": {"filter": [{"pattern": "{}"}]}},
        {"filter_criteria": {}},
        {"filter_criteria": "${var.filter}"},
        {"dynamic": {"filter_criteria": {"for_each": [1], "content": {}}}},
        {"destination_config": None},
        {"destination_config": {}},
        {"destination_config": {"on_failure": {}}},
        {"destination_config": {"on_failure": {"destination_arn": "arn:aws:sqs:x:1:theirs"}}},
        {"destination_config": {"on_failure": {"destination_arn": "${aws_sqs_queue.nowhere.arn}"}}},
        {"destination_config": {"on_failure": {"destination_arn": "${aws_s3_bucket.records.arn}"}}},
        {"destination_config": "${var.config}"},
        {"event_source_arn": "${var.source}", "destination_config": None},
    ],
)
def test_broken(broken: Callable[..., set[str]], change: dict[str, Any]) -> None:
    assert broken(MAPPING, "", {**STREAM, **change}) - {"TAP-NET-6"} == {"TAP-RUN-6"}


@pytest.mark.parametrize(
    ("policy", "is_lost"),
    [
        (None, True),
        ('{"deadLetterTargetArn": "${aws_sqs_queue.letters.arn}", "maxReceiveCount": 5}', False),
        ('{"deadLetterTargetArn": "arn:aws:sqs:x:1:theirs", "maxReceiveCount": 5}', True),
        ('{"maxReceiveCount": 5}', True),
        ("${var.policy}", True),
    ],
)
@pytest.mark.parametrize("is_beside", [False, True])
def test_a_queue_as_a_source_has_an_end_of_its_own(
    good: dict[str, Any], policy: str | None, is_lost: bool, is_beside: bool
) -> None:
    work = {**good["resource"]["aws_sqs_queue"]["letters"], "name": "sqs-work-dev"}
    good["resource"]["aws_sqs_queue"]["work"] = work
    denied = good["data"]["aws_iam_policy_document"]["letters"]["statement"][0]["resources"]
    denied.append(denied[0].replace("sqs-dead-letters-dev", "sqs-work-dev"))
    if is_beside:
        redrive = {"queue_url": "${aws_sqs_queue.work.id}", "redrive_policy": policy}
        good["resource"]["aws_sqs_queue_redrive_policy"] = {"a": redrive}
    else:
        work["redrive_policy"] = policy
    mapping = {**STREAM, "event_source_arn": "${aws_sqs_queue.work.arn}", "destination_config": None}
    good["resource"]["aws_lambda_event_source_mapping"] = {"a": mapping}
    assert {finding.rule_id for finding in judge(good, FAMILIES)} - {"TAP-NET-6"} == (
        {"TAP-RUN-6"} if is_lost else set()
    )


@pytest.mark.parametrize(
    ("pattern", "is_readable"),
    [
        (None, True),
        ('{"source": ["payments"], "detail-type": ["PaymentCaptured", "PaymentVoided"]}', True),
        ('{"source": [{"prefix": ""}]}', False),
        ("${var.pattern}", False),
    ],
)
def test_the_pattern_of_a_rule_is_read(broken: Callable[..., set[str]], pattern: str | None, is_readable: bool) -> None:
    """Which patterns there may be: test_event_pattern.py."""
    found = broken(RULE, "", {"name": "rule-a-dev", "event_pattern": pattern, "tags": TAGS})
    assert found == (set() if is_readable else {"TAP-RUN-6"})
