"""ENC-11: a topic and a queue have one policy, and it refuses plain HTTP."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.judge import judge
from lib.findings.finding import Finding

from .conftest import FAMILIES

TOPIC, QUEUE = "aws_sns_topic.alerts", "aws_sqs_queue.letters"
TOPIC_POLICY, QUEUE_POLICY = "aws_sns_topic_policy.alerts", "aws_sqs_queue_policy.letters"
OF_TOPIC, OF_QUEUE = (f"data.aws_iam_policy_document.{name}" for name in ("alerts", "letters"))
DOCUMENT = "${data.aws_iam_policy_document.letters.json}"


@pytest.mark.parametrize(
    ("path", "target", "argument", "value"),
    [
        (TOPIC, TOPIC_POLICY, "", None),
        (QUEUE, QUEUE, "policy", None),
        (QUEUE, QUEUE, "policy", "${data.aws_iam_policy_document.records.json}"),
        (TOPIC_POLICY, TOPIC_POLICY, "policy", DOCUMENT),
        (TOPIC_POLICY, OF_TOPIC, "statement.0.actions", ["sns:Subscribe"]),
        (TOPIC_POLICY, OF_TOPIC, "statement.0.resources", ["*"]),
        (QUEUE, OF_QUEUE, "statement.0.actions", ["sqs:SendMessage"]),
        (QUEUE, OF_QUEUE, "statement.0.effect", "Allow"),
        (QUEUE, OF_QUEUE, "statement", []),
    ],
)
def test_broken(after: Callable[..., tuple[Finding, ...]], path: str, target: str, argument: str, value: Any) -> None:
    findings = [one for one in after(target, argument, value) if not one.rule_id.startswith("TAP-IAM")]
    assert {finding.rule_id for finding in findings} == {"TAP-ENC-11"}
    assert {finding.path for finding in findings} == {f"TapStackdev/{path}"}


@pytest.mark.parametrize("policy", ["${var.policy}", "{}", "${data.aws_iam_policy_document.nowhere.json}"])
def test_a_policy_that_is_no_document_counts_for_nothing(broken: Callable[..., set[str]], policy: str) -> None:
    assert broken(QUEUE, "policy", policy) == {"TAP-ENC-11", "TAP-IAM-4"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("aws_sqs_queue_policy", {"queue_url": "${aws_sqs_queue.letters.id}"}),
        ("aws_sqs_queue_policy", {"queue_url": "${aws_sqs_queue.letters.url}"}),
        ("aws_sns_topic_policy", {"arn": "${aws_sns_topic.alerts.id}"}),
    ],
)
def test_a_second_policy_is_one_too_many(good: dict[str, Any], kind: str, body: dict[str, str]) -> None:
    document = "letters" if "queue_url" in body else "alerts"
    added = {**body, "policy": f"${{data.aws_iam_policy_document.{document}.json}}"}
    good["resource"].setdefault(kind, {})["second"] = added
    (finding,) = judge(good, FAMILIES)
    assert (finding.rule_id, finding.path) == ("TAP-ENC-11", f"TapStackdev/{kind}.second")
    assert "it is a second policy" in finding.message


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("aws_sqs_queue_policy", {"queue_url": "https://sqs.example/1/sqs-dead-letters-dev"}),
        ("aws_sqs_queue_policy", {"queue_url": "${aws_sqs_queue.letters.arn}"}),
        ("aws_sns_topic_policy", {"arn": "arn:aws:sns:x:1:sns-alerts-dev"}),
        ("aws_sns_topic_policy", {}),
    ],
)
def test_a_policy_refers_to_its_topic_or_queue(good: dict[str, Any], kind: str, body: dict[str, str]) -> None:
    good["resource"].setdefault(kind, {})["second"] = {**body, "policy": DOCUMENT}
    findings = [finding for finding in judge(good, FAMILIES) if finding.rule_id == "TAP-ENC-11"]
    assert [finding.path for finding in findings] == [f"TapStackdev/{kind}.second"]


def test_each_queue_has_a_policy_of_its_own(good: dict[str, Any]) -> None:
    queues, documents = good["resource"]["aws_sqs_queue"], good["data"]["aws_iam_policy_document"]
    queues["more"] = {**queues["letters"], "name": "sqs-more-dev", "policy": None}
    documents["more"] = copy.deepcopy(documents["letters"])
    documents["more"]["statement"][0]["resources"] = ["${aws_sqs_queue.more.arn}"]
    policy = {"queue_url": "${aws_sqs_queue.more.url}", "policy": "${data.aws_iam_policy_document.more.json}"}
    good["resource"]["aws_sqs_queue_policy"] = {"more": policy}
    assert judge(good, FAMILIES) == ()
    policy["policy"] = DOCUMENT  # which speaks of the other queue
    assert [finding.path for finding in judge(good, FAMILIES)] == ["TapStackdev/aws_sqs_queue_policy.more"]


def test_a_policy_may_stand_beside_its_queue(good: dict[str, Any]) -> None:
    policy = good["resource"]["aws_sqs_queue"]["letters"].pop("policy")
    good["resource"]["aws_sqs_queue_policy"] = {"a": {"queue_url": "${aws_sqs_queue.letters.id}", "policy": policy}}
    good["data"]["aws_iam_policy_document"]["letters"]["statement"][0]["resources"] = ["${aws_sqs_queue.letters.arn}"]
    assert judge(good, FAMILIES) == ()
