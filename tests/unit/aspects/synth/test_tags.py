"""The tagging aspect in a real App."""

from __future__ import annotations

from collections.abc import Callable

from lib.aws import (
    AwsProvider,
    DataAwsRegion,
)

# isort: split
from cdktf import (
    App,
    Aspects,
    Fn,
    TerraformResource,
    TerraformStack,
    Token,
)

from lib.aspects.tagging_aspect import TaggingAspect

from .conftest import TAGS, Stack, written


def test_a_resources_own_tags_win(app: App, stack: Stack) -> None:
    stack.topic.tags = {"Owner": "alerting", "Runbook": "throttles"}
    app.synth()
    assert [topic["tags"] for topic in written(app, "aws_sns_topic")] == [
        {**TAGS, "Owner": "alerting", "Runbook": "throttles"}
    ]


def raw_bus(stack: Stack) -> TerraformResource:
    """A resource without a class of its own."""
    bus = TerraformResource(stack, "raw", terraform_resource_type="aws_cloudwatch_event_bus")
    bus.add_override("name", "bus-raw-dev")
    bus.add_override("kms_key_identifier", stack.key.arn)
    return bus


def test_tags_reach_raw_resources_and_their_own_win(app: App, stack: Stack) -> None:
    bus = raw_bus(stack)
    bus.add_override("tags", {"Owner": "raw"})
    app.synth()
    assert [found["tags"] for found in written(app, "aws_cloudwatch_event_bus")] == [{**TAGS, "Owner": "raw"}]


def test_tags_of_an_autoscaling_group_are_blocks(app: App) -> None:
    """The type is not classified, so this stack has the tagging aspect only."""
    stack = TerraformStack(app, "Small")
    AwsProvider(stack, "aws", region="eu-west-1")
    Aspects.of(stack).add(TaggingAspect(TAGS))
    group = TerraformResource(stack, "group", terraform_resource_type="aws_autoscaling_group")
    group.add_override("name", "asg-workers-dev")
    group.add_override("tag", [{"key": "Owner", "value": "workers", "propagate_at_launch": False}])
    app.synth()
    (found,) = written(app, "aws_autoscaling_group")
    assert {block["key"]: (block["value"], block["propagate_at_launch"]) for block in found["tag"]} == {
        **{key: (value, True) for key, value in TAGS.items()},
        "Owner": ("workers", False),
    }


def test_tags_that_are_an_expression_are_a_finding(stack: Stack, refused: Callable[[], list[tuple[str, str]]]) -> None:
    stack.topic.tags = Token.as_string_map(Fn.merge([TAGS, {"a": "b"}]))
    raw_bus(stack).add_override("tags", "${var.tags}")
    assert {("TAP-TAG-1", "Small/nested/topic"), ("TAP-TAG-1", "Small/raw")} < set(refused())


def test_what_cannot_carry_tags_is_left_alone(app: App, stack: Stack) -> None:
    DataAwsRegion(stack, "region")
    app.synth()
    assert "tags" not in written(app, "aws_sns_topic_policy")[0]


def test_tags_that_are_taken_away_again_are_a_finding(
    stack: Stack, refused: Callable[[], list[tuple[str, str]]]
) -> None:
    stack.topic.add_override("tags.Owner", "")
    assert refused() == [("TAP-TAG-1", "Small/nested/topic")]
