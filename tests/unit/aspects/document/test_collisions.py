"""TAP-DOC-6: names that two resources share, and files from outside the stack's assets."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Changed

FUNCTION = {
    "function_name": "lambda-other-dev",
    "filename": "assets/code/F8C2/lambda.zip",
    "source_code_hash": "+MLQL5y6L1xEh1CLEW/fTOZzhw8V+JMRMSH9ymGpISA=",
}


def ids(found: Any) -> list[str]:
    return [finding.rule_id for finding in found]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("resource.aws_sqs_queue.second", {"name": "sqs-dead-letters-dev"}),
        ("resource.aws_sqs_queue.second", {"name": "SQS-Dead-Letters-dev"}),
        ("resource.aws_sqs_queue.second", {"name": "${aws_sqs_queue.letters.name}"}),
        ("resource.aws_cloudwatch_metric_alarm.throttles.alarm_name", "alarm-errors-dev"),
        ("resource.aws_s3_bucket.logs.bucket", "s3-records-dev"),
    ],
)
def test_two_resources_of_a_type_share_a_name(changed: Changed, path: str, value: Any) -> None:
    assert ids(changed(path, value)) == ["TAP-DOC-6"]


@pytest.mark.parametrize(
    "changes",
    [
        {"filename": "/etc/lambda.zip"},
        {"filename": "../lambda.zip"},
        {"filename": "assets/../../lambda.zip"},
        {"filename": "assets//lambda.zip"},
        {"filename": "./assets/lambda.zip"},
        {"filename": "lambda.zip"},
        {"filename": "assets"},
        {"filename": "${path.module}/lambda.zip"},
        {"source_code_hash": None},
        {"source_code_hash": ""},
        {"source_code_hash": "${filebase64sha256('lambda.zip')}"},
    ],
)
def test_a_file_that_was_not_checked(changed: Changed, changes: dict[str, Any]) -> None:
    assert "TAP-DOC-6" in ids(changed("resource.aws_lambda_function.other", {**FUNCTION, **changes}))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("resource.aws_sns_topic.second", {"name": "sqs-dead-letters-dev"}),
        ("resource.aws_lambda_function.other", FUNCTION),
    ],
)
def test_neither(changed: Changed, path: str, value: Any) -> None:
    assert ids(changed(path, value)) == []


def test_names_beneath_two_parents_are_two(changed: Changed, good: dict[str, Any]) -> None:
    roles = {name: {"name": f"role-{name}-dev", "assume_role_policy": "{}"} for name in ("a", "b")}
    good["resource"]["aws_iam_role"] = roles
    policies = {name: {"name": "policy-own-dev", "role": f"${{aws_iam_role.{name}.id}}"} for name in roles}
    assert ids(changed("resource.aws_iam_role_policy", policies)) == []
    policies["b"]["role"] = policies["a"]["role"]
    assert ids(changed("resource.aws_iam_role_policy", policies)) == ["TAP-DOC-6"]
