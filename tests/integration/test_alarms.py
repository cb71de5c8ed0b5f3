"""Alarms: each watches something that exists, and one that fires reaches whoever listens to the topic.

The emulator publishes no service metrics, so that real traffic raises an alarm cannot be shown on it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lib.console.polling import wait_for
from lib.targets.deployment import Deployment
from lib.targets.pages import pages

DELIVERY_SECONDS = 60.0
STOPPED = "settler-stopped"  # it watches runs on a schedule, so that no data is bad news
# Of the account, and of the environment's access log.
WITHOUT_DIMENSIONS = {"ClaimedAccountConcurrency", "ConcurrentExecutions", "RequestsThrottled"}


@pytest.fixture(scope="module")
def alarms(deployment: Deployment, suffix: str) -> dict[str, dict[str, Any]]:
    """This environment's, by purpose."""
    named = pages(deployment.client("cloudwatch"), "describe_alarms", "MetricAlarms", AlarmNamePrefix="alarm-")
    found = [alarm for alarm in named if alarm["AlarmName"].endswith(f"-{suffix}")]
    return {alarm["AlarmName"].removeprefix("alarm-").removesuffix(f"-{suffix}"): alarm for alarm in found}


def metrics(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """What an alarm watches, whether one metric or an expression over some."""
    return [part["MetricStat"]["Metric"] for part in alarm.get("Metrics", []) if "MetricStat" in part] or [alarm]


@pytest.mark.aws
def test_every_alarm_has_an_action_a_runbook_and_a_word_on_missing_data(
    alarms: dict[str, dict[str, Any]], outputs: dict[str, str]
) -> None:
    assert len(alarms) >= 23
    for name, alarm in alarms.items():
        assert alarm["ActionsEnabled"], name
        assert alarm["AlarmActions"] == alarm["OKActions"] == [outputs["alerts_topic_arn"]], name
        assert alarm["TreatMissingData"] == ("breaching" if name == STOPPED else "notBreaching"), name
        assert "docs/runbooks/" in alarm["AlarmDescription"], name


@pytest.mark.aws
def test_every_alarm_watches_something_that_exists(
    deployment: Deployment, alarms: dict[str, dict[str, Any]], outputs: dict[str, str], suffix: str
) -> None:
    apis = pages(deployment.client("apigatewayv2"), "get_apis", "Items")
    urls = pages(deployment.client("sqs"), "list_queues", "QueueUrls", MaxResults=1000)
    table = deployment.client("dynamodb").describe_table(TableName=outputs["transactions_table_name"])["Table"]
    existing = {
        "FunctionName": {outputs[f"{name}_function_name"] for name in ("payment", "settler", "archive")},
        "TableName": {outputs["transactions_table_name"]},
        "GlobalSecondaryIndexName": {index["IndexName"] for index in table["GlobalSecondaryIndexes"]},
        "QueueName": {url.split("/")[-1] for url in urls if url.endswith(f"-{suffix}")},
        "ApiId": {api["ApiId"] for api in apis},
        "Stage": {"$default"},
        "service": {"processor", "settler", "archiver"},
        "Operation": {"GetItem", "PutItem", "Query", "UpdateItem", "TransactWriteItems", "BatchGetItem"},
    }
    for name, alarm in alarms.items():
        for metric in metrics(alarm):
            shared = metric["MetricName"] in WITHOUT_DIMENSIONS
            assert bool(metric.get("Dimensions")) is not shared, name
            for dimension in metric.get("Dimensions", []):
                assert dimension["Value"] in existing[dimension["Name"]], (name, dimension)


@pytest.mark.aws
@pytest.mark.parametrize("purpose", ["errors", "throttles", "duration"])
@pytest.mark.parametrize("output", ["payment_function_name", "settler_function_name", "archive_function_name"])
def test_every_function_is_watched(
    alarms: dict[str, dict[str, Any]], outputs: dict[str, str], output: str, purpose: str
) -> None:
    watched = {"Name": "FunctionName", "Value": outputs[output]}
    found = [alarm for alarm in alarms.values() if alarm.get("MetricName", "").lower() == purpose]
    assert [alarm for alarm in found if watched in alarm["Dimensions"]]


@pytest.mark.emulator_only("it pages the on-call")
def test_an_alarm_that_fires_reaches_the_topics_listeners(
    deployment: Deployment, alarms: dict[str, dict[str, Any]], inbox: str
) -> None:
    alarm = alarms["processor-errors"]["AlarmName"]
    deployment.client("cloudwatch").set_alarm_state(
        AlarmName=alarm, StateValue="ALARM", StateReason="an integration test"
    )
    message = wait_for("the alarm's message", lambda: received(deployment, inbox, alarm), DELIVERY_SECONDS)
    assert message["NewStateValue"] == "ALARM"
    assert "docs/runbooks/" in message["AlarmDescription"]


@pytest.mark.emulator_only("it pages the on-call, and AWS lets nobody else publish in its namespaces")
def test_a_metric_over_its_threshold_fires_the_alarm_of_its_dimensions_alone(
    deployment: Deployment, alarms: dict[str, dict[str, Any]], inbox: str
) -> None:
    alarm, other = alarms["archiver-errors"], alarms["processor-errors"]
    assert other["MetricName"] == alarm["MetricName"]
    client = deployment.client("cloudwatch")
    client.set_alarm_state(AlarmName=other["AlarmName"], StateValue="OK", StateReason="an integration test")
    datum = {
        "MetricName": alarm["MetricName"],
        "Dimensions": alarm["Dimensions"],
        "Timestamp": datetime.now(UTC),
        "Value": 1.0,
        "Unit": "Count",
    }
    client.put_metric_data(Namespace=alarm["Namespace"], MetricData=[datum])
    fired = wait_for("the alarm's message", lambda: received(deployment, inbox, alarm["AlarmName"]), DELIVERY_SECONDS)
    assert fired["NewStateValue"] == "ALARM"
    (state,) = client.describe_alarms(AlarmNames=[other["AlarmName"]])["MetricAlarms"]
    assert state["StateValue"] == "OK"


def received(deployment: Deployment, inbox: str, alarm: str) -> dict[str, Any] | None:
    """CloudWatch's message on that alarm, once it is in the queue; others are thrown away."""
    client = deployment.client("sqs")
    for item in client.receive_message(QueueUrl=inbox, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", []):
        client.delete_message(QueueUrl=inbox, ReceiptHandle=item["ReceiptHandle"])
        message: dict[str, Any] = json.loads(json.loads(item["Body"])["Message"])
        if message["AlarmName"] == alarm:
            return message
    return None
