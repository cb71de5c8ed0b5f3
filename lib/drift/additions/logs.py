"""Subscription filters, which send a log group's events elsewhere, and metric filters, beyond the declared ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.drift.additions.addition import addition, command
from lib.drift.model import Change
from lib.drift.refreshed import Managed, Refreshed
from lib.targets.pages import pages

SUBSCRIPTION = "aws_cloudwatch_log_subscription_filter"
METRIC = "aws_cloudwatch_log_metric_filter"


def find(client: Any, state: Refreshed) -> Iterator[Change]:
    """Of every log group."""
    for group in state.of("aws_cloudwatch_log_group"):
        yield from _subscriptions(client, state, group)
        yield from _metrics(client, state, group)


def _subscriptions(client: Any, state: Refreshed, group: Managed) -> Iterator[Change]:
    declared = {item["name"] for item in state.having(SUBSCRIPTION, "log_group_name", group.name)}
    for item in pages(client, "describe_subscription_filters", "subscriptionFilters", logGroupName=group.name):
        name = item["filterName"]
        if name not in declared:
            yield addition(
                group,
                f"the subscription filter {name} to {item['destinationArn']}",
                SUBSCRIPTION,
                {
                    "name": name,
                    "log_group_name": group.reference("name"),
                    "destination_arn": item["destinationArn"],
                    "filter_pattern": item.get("filterPattern"),
                },
                command("logs", "delete-subscription-filter", "--log-group-name", group.name, "--filter-name", name),
            )


def _metrics(client: Any, state: Refreshed, group: Managed) -> Iterator[Change]:
    declared = {item["name"] for item in state.having(METRIC, "log_group_name", group.name)}
    for item in pages(client, "describe_metric_filters", "metricFilters", logGroupName=group.name):
        name = item["filterName"]
        if name not in declared:
            (transformation,) = item["metricTransformations"]  # AWS allows one
            yield addition(
                group,
                f"the metric filter {name}",
                METRIC,
                {
                    "name": name,
                    "log_group_name": group.reference("name"),
                    "pattern": item.get("filterPattern"),
                    "metric_transformation": [
                        {
                            "name": transformation["metricName"],
                            "namespace": transformation["metricNamespace"],
                            "value": transformation["metricValue"],
                        }
                    ],
                },
                command("logs", "delete-metric-filter", "--log-group-name", group.name, "--filter-name", name),
            )
