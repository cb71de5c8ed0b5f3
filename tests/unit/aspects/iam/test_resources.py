"""IAM-2: what is allowed is allowed on resources of this stack. Which texts are such: test_arns.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .samples import (
    ADMINISTER,
    ASSUME,
    FOR_US,
    OF_IMAGES,
    OF_KEY,
    OF_TOPIC,
    PERMISSIONS,
    PUBLISH,
    READ,
    RECORDS,
    TRUST,
    here,
    principals,
)

TRACE = {"actions": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "resources": ["*"]}
PULL = {"actions": ["ecr:BatchGetImage"], "principals": principals("lambda.amazonaws.com"), "condition": [FOR_US]}


@pytest.mark.parametrize(
    "change",
    [
        {"resources": ["*"]},
        {"resources": "*"},
        {"resources": [RECORDS, "*"]},
        {"resources": ["${var.bucket}"]},
        {"resources": [{"arn": RECORDS}]},
        {"resources": ["${aws_kms_key.main.description}"]},
        {"resources": []},
        {"resources": None},
        {"not_resources": [RECORDS]},
        {"resources": None, "not_resources": [RECORDS]},
    ],
)
@pytest.mark.parametrize("place", [(), (PERMISSIONS,)])
def test_resources_that_are_not_named(
    judged: Callable[..., set[str]], change: dict[str, Any], place: tuple[str, ...]
) -> None:
    assert judged({**READ, **change}, *place) == {"TAP-IAM-2"}


def test_a_wildcard_is_for_actions_that_know_no_resource(judged: Callable[..., set[str]]) -> None:
    assert judged(TRACE, PERMISSIONS) == set()
    assert judged({**TRACE, "actions": ["cloudwatch:PutMetricData", "dynamodb:ListStreams"]}, PERMISSIONS) == set()
    for more, found in {"s3:GetObject": set(), "xray:PutTraceSegment": {"TAP-IAM-1"}, "xray:*": {"TAP-IAM-1"}}.items():
        actions = [*TRACE["actions"], more]
        assert judged({**TRACE, "actions": actions}, PERMISSIONS) >= {"TAP-IAM-2"} | found
    assert judged({**TRACE, "actions": []}) == {"TAP-IAM-1", "TAP-IAM-2"}


def test_a_wildcard_is_the_key_itself_in_the_policy_of_a_key_and_of_nothing_else(
    judged: Callable[..., set[str]],
) -> None:
    assert judged(ADMINISTER, OF_KEY) == set()
    assert "TAP-IAM-2" in judged(ADMINISTER, OF_KEY, PERMISSIONS)
    assert "TAP-IAM-2" in judged(ADMINISTER, OF_TOPIC)


def test_a_wildcard_in_a_text_beside_the_policy_of_a_key_is_none(judged: Callable[..., set[str]]) -> None:
    assert "TAP-IAM-2" in judged(ADMINISTER, "aws_kms_key.main.description")


@pytest.mark.parametrize(("statement", "place"), [(ASSUME, TRUST), (PULL, OF_IMAGES)])
def test_policies_about_what_they_stand_on_name_no_resource(
    judged: Callable[..., set[str]], statement: dict[str, Any], place: str
) -> None:
    assert judged(statement, place) == set()
    assert "TAP-IAM-2" in judged(statement, place, OF_TOPIC)


def test_interfaces_that_lambda_makes_in_a_vpc(judged: Callable[..., set[str]]) -> None:
    interfaces = {"actions": ["ec2:CreateNetworkInterface"], "resources": [here("ec2", "network-interface/*"), RECORDS]}
    assert judged(interfaces, PERMISSIONS) == set()
    assert judged({**interfaces, "actions": ["ec2:DetachNetworkInterface"]}, PERMISSIONS) == {"TAP-IAM-2"}
    assert judged({**interfaces, "resources": [here("ec2", "*")]}, PERMISSIONS) == {"TAP-IAM-2"}


def test_a_policy_of_a_resource_names_it(judged: Callable[..., set[str]]) -> None:
    assert judged(PUBLISH, OF_TOPIC) == set()
    assert judged({**PUBLISH, "resources": None}, OF_TOPIC) == {"TAP-IAM-2"}
