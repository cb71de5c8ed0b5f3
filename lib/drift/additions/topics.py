"""Subscriptions of a topic beyond the declared ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.drift.additions.addition import addition, command
from lib.drift.model import Change
from lib.drift.refreshed import Refreshed
from lib.targets.pages import pages

# Value of the ARN until the subscription is confirmed: it cannot be deleted, and expires after two days.
PENDING = "PendingConfirmation"


def find(client: Any, state: Refreshed) -> Iterator[Change]:
    """Yield the additions of every topic."""
    for topic in state.of("aws_sns_topic"):
        declared = state.having("aws_sns_topic_subscription", "topic_arn", topic["arn"])
        arns, endpoints = ({item[name] for item in declared} for name in ("arn", "endpoint"))
        for item in pages(client, "list_subscriptions_by_topic", "Subscriptions", TopicArn=topic["arn"]):
            arn, protocol, endpoint = item["SubscriptionArn"], item["Protocol"], item["Endpoint"]
            if arn in arns or (arn == PENDING and endpoint in endpoints):
                continue
            remedy = "wait: an unconfirmed subscription ends after two days"
            if arn != PENDING:
                remedy = command("sns", "unsubscribe", "--subscription-arn", arn)
            yield addition(
                topic,
                f"the {protocol} subscription of {endpoint}",
                "aws_sns_topic_subscription",
                {"topic_arn": topic.reference("arn"), "protocol": protocol, "endpoint": endpoint},
                remedy,
            )
