"""What leads to a resource of this stack, and what only looks like it."""

from __future__ import annotations

import pytest

from lib.aspects.addresses import addressed, is_this_account, shape, surroundings
from lib.aspects.terraform_json import StackView

STACK = StackView(
    {
        "resource": {
            "aws_sqs_queue": {"q": {"name": "sqs-a-dev"}},
            "aws_s3_bucket": {"b": {"bucket": "s3-a-dev"}},
            "aws_sns_topic": {"t": {"name": "sns-a-dev", "display_name": "arn:aws:sqs:x:1:theirs"}},
            "aws_sns_topic_policy": {"p": {"arn": "arn:aws:sqs:x:1:theirs"}},
            "aws_apigatewayv2_integration": {"i": {}},
        },
        "data": {"aws_sqs_queue": {"d": {}}},
    }
)


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        ("${aws_sqs_queue.q.arn}", "aws_sqs_queue"),
        ("${aws_sqs_queue.q.name}", "aws_sqs_queue"),
        ("${aws_sqs_queue.q.arn}:more", "aws_sqs_queue"),
        ("${aws_s3_bucket.b.arn}/audit/*", "aws_s3_bucket"),
        ("${aws_s3_bucket.b.bucket}", "aws_s3_bucket"),
        ("s3://${aws_s3_bucket.b.id}/results/", "aws_s3_bucket"),
        ("integrations/${aws_apigatewayv2_integration.i.id}", "aws_apigatewayv2_integration"),
        ("${aws_s3_bucket.b.arn}/${aws_sqs_queue.q.name}", "aws_s3_bucket"),
    ],
)
def test_it_leads_to_a_resource_of_this_stack(value: str, type_: str) -> None:
    resource = addressed(STACK, value)
    assert resource is not None
    assert resource.type == type_


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        17,
        "arn:aws:sqs:x:111122223333:theirs",
        "sqs-a-dev",
        "${aws_sqs_queue.nowhere.arn}",
        "${data.aws_sqs_queue.d.arn}",
        "${aws_sns_topic.t.display_name}",
        "${aws_sns_topic_policy.p.arn}",  # an argument, so free text
        "${aws_sns_topic.t.tags_all.where}",
        "${aws_sqs_queue.q.policy}",
        "x${aws_sqs_queue.q.arn}",
        "s3://theirs/${aws_s3_bucket.b.id}",
        "${aws_sqs_queue.q.arn}-theirs",  # another queue
        "${aws_s3_bucket.b.arn}${aws_sqs_queue.q.name}",
        "${aws_s3_bucket.b.arn}/${var.x}",
        "${var.queue}",
        '${join("", [aws_sqs_queue.q.arn])}',
        "$${aws_sqs_queue.q.arn}",
        "%{ if true }${aws_sqs_queue.q.arn}%{ endif }",
    ],
)
def test_it_leads_elsewhere_or_nobody_knows(value: object) -> None:
    assert addressed(STACK, value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("arn:${data.aws_partition.p.partition}:s3:::b", "arn:{partition}:s3:::b"),
        ("${data.aws_region.r.name}${data.aws_caller_identity.c.account_id}", "{region}{account}"),
        ("", ""),
        ("plain", "plain"),
        ("{region}", None),
        ("${data.aws_region.r.description}", None),
        ("${aws_region.r.name}", None),
        ("${var.region}", None),
        (None, None),
        (["x"], None),
    ],
)
def test_a_shape_has_names_for_references(value: object, expected: str | None) -> None:
    assert shape(value, surroundings) == expected


@pytest.mark.parametrize(
    ("value", "is_ours"),
    [
        ("${data.aws_caller_identity.me.account_id}", True),
        ("${data.aws_caller_identity.me.user_id}", False),
        ("${aws_caller_identity.me.account_id}", False),
        ("x${data.aws_caller_identity.me.account_id}", False),
        ("111122223333", False),
        (None, False),
    ],
)
def test_this_account_is_looked_up(value: object, is_ours: bool) -> None:
    assert is_this_account(value) == is_ours
