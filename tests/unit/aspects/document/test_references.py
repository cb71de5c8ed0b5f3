"""TAP-DOC-2: which expressions a value may hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Changed

ALARM, FUNCTION = "resource.aws_cloudwatch_metric_alarm.errors", "resource.aws_lambda_function.processor"
STATEMENT = "data.aws_iam_policy_document.records.statement.0"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{ALARM}.alarm_description", "${var.text}"),
        (f"{ALARM}.alarm_description", '${file("/etc/passwd")}'),
        (f"{ALARM}.alarm_description", '${join("", ["a"])}'),
        (f"{ALARM}.alarm_description", '${true ? "a" : "b"}'),
        (f"{ALARM}.alarm_description", "a %{ if false }b%{ endif }"),
        (f"{ALARM}.alarm_description", "%{ for a in [] }%{ endfor }"),
        (f"{ALARM}.alarm_description", "$${aws:username}"),
        (f"{ALARM}.alarm_description", "%%{ if false }"),
        (f"{ALARM}.alarm_description", "&{aws:username}"),
        (f"{ALARM}.alarm_description", "${aws_sns_topic.alerts[0].arn}"),
        (f"{ALARM}.alarm_description", "${aws_sns_topic.alerts[*].arn}"),
        (f"{ALARM}.alarm_description", "${ aws_sns_topic.alerts.arn }"),
        (f"{ALARM}.alarm_description", "${aws_sns_topic.alerts.arn"),
        (f"{ALARM}.alarm_description", "${local.text}"),
        (f"{ALARM}.alarm_description", "${path.module}"),
        (f"{ALARM}.alarm_description", "${terraform.workspace}"),
        (f"{ALARM}.alarm_description", "${self.arn}"),
        (f"{ALARM}.alarm_description", "${aws_sns_topic.nowhere.arn}"),
        (f"{ALARM}.alarm_description", "${data.aws_region.nowhere.name}"),
        (f"{ALARM}.alarm_actions", ["${aws_sns_topic.alerts.display_name}"]),
        ("resource.aws_sns_topic_policy.a", {"arn": "${aws_sns_topic.alerts.name}"}),
        (f"{FUNCTION}.kms_key_arn", "${aws_kms_key.main.key_id}"),
        (f"{FUNCTION}.role", "${aws_sns_topic.alerts.name}"),
        (f"{FUNCTION}.environment.variables", {"${aws_sns_topic.alerts.arn}": "a"}),
        (f"{FUNCTION}.tags", {"//": "${file('/etc/passwd')}"}),
        (f"{STATEMENT}.condition.0.values", ["${aws_kms_key.main.description}"]),
        (f"{STATEMENT}.resources", ["${aws_lambda_function.processor.description}"]),
        ("output.secret", {"value": "${var.secret}"}),
        ("resource.aws_sns_topic.alerts.name", "sns-*-dev"),
        ("resource.aws_lambda_function.processor.function_name", "lambda-?-dev"),
        ("resource.aws_iam_role.a", {"name": "role-a-dev", "path": "/*/"}),
    ],
)
def test_not_allowed(violated: Callable[..., set[str]], path: str, value: Any) -> None:
    assert "TAP-DOC-2" in violated(path, value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{ALARM}.alarm_description", "100 % of $5 {a}"),
        (f"{ALARM}.alarm_description", "about ${aws_lambda_function.processor.function_name}"),
        (f"{ALARM}.alarm_actions", ["${aws_sns_topic.alerts.arn}", "${aws_sns_topic.alerts.id}"]),
        (f"{FUNCTION}.kms_key_arn", "${aws_kms_key.main.arn}"),
        (f"{STATEMENT}.resources", ["${aws_s3_bucket.records.arn}", "${aws_s3_bucket.records.arn}/*"]),
        ("output.topic", {"value": "${aws_sns_topic.alerts.arn}"}),
    ],
)
def test_allowed(violated: Callable[..., set[str]], path: str, value: Any) -> None:
    assert violated(path, value) == set()


def test_what_is_declared_twice_is_no_reference(changed: Changed, good: dict[str, Any]) -> None:
    topics = good["resource"]["aws_sns_topic"]
    found = changed("resource.aws_sns_topic", [topics, topics])
    assert any("declared 2 times" in finding.message for finding in found)
