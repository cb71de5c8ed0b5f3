"""The alarms: each names a metric that exists, tells somebody, and says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from lib.environments import ROOT

if TYPE_CHECKING:
    from tests.unit.conftest import Synthesize, Template

TABLE, API, STAGE = "ledger/transactions", "front_door/api", "front_door/stage"
# Purpose -> namespace, metric, and the dimensions that AWS publishes it under: (construct, attribute) or a literal.
ALARMS: dict[str, tuple[str, str, dict[str, tuple[str, str] | str]]] = {
    "api-server-errors": ("AWS/ApiGateway", "5xx", {"ApiId": (API, "id"), "Stage": (STAGE, "name")}),
    **{
        f"{name}-{metric.lower()}": ("AWS/Lambda", metric, {"FunctionName": (f"{name}/function", "function_name")})
        for name in ("processor", "archiver")
        for metric in ("Errors", "Throttles", "Duration")
    },
    "archiver-failed-changes": ("Payments", "ChangesFailed", {"service": "archiver"}),
    "archiver-iterator-age": ("AWS/Lambda", "IteratorAge", {"FunctionName": ("archiver/function", "function_name")}),
    **{
        f"transactions-{kind.lower()}-throttles": (
            "AWS/DynamoDB",
            f"{kind}ThrottleEvents",
            {"TableName": (TABLE, "name")},
        )
        for kind in ("Read", "Write")
    },
    **{
        f"merchant-index-{kind.lower()}-throttles": (
            "AWS/DynamoDB",
            f"{kind}ThrottleEvents",
            {"TableName": (TABLE, "name"), "GlobalSecondaryIndexName": "index-merchant-dev"},
        )
        for kind in ("Read", "Write")
    },
    **{
        purpose: ("AWS/SQS", "ApproximateNumberOfMessagesVisible", {"QueueName": (f"{queue}/queue", "name")})
        for purpose, queue in {"payment-dead-letters": "dead_letters", "archive-failures": "archive_failures"}.items()
    },
}
SYSTEM_ERRORS = "transactions-system-errors"


def alarms(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """(purpose, attributes) of each alarm."""
    for path, attributes in template.of_type("aws_cloudwatch_metric_alarm"):
        yield path.removeprefix("alerting/"), attributes


def test_these_alarms_and_no_other(template: Template) -> None:
    """A missing one is noticed here, not at night."""
    assert {purpose for purpose, _ in alarms(template)} == {*ALARMS, SYSTEM_ERRORS}


@pytest.mark.parametrize("purpose", ALARMS)
def test_an_alarm_watches_what_aws_publishes(template: Template, purpose: str) -> None:
    """Exactly these dimensions: one more or less names a metric that never has data."""
    namespace, metric, dimensions = ALARMS[purpose]
    alarm = template[f"alerting/{purpose}"]
    assert (alarm["namespace"], alarm["metric_name"]) == (namespace, metric)
    assert alarm["dimensions"] == {
        key: value if isinstance(value, str) else template.ref(*value) for key, value in dimensions.items()
    }
    assert alarm["period"] == 60
    assert ("statistic" in alarm) != ("extended_statistic" in alarm)


def test_system_errors_are_summed_over_every_operation_in_use(template: Template) -> None:
    """DynamoDB publishes them by operation only, and the operations are those that the processor may call."""
    alarm = template[f"alerting/{SYSTEM_ERRORS}"]
    assert "metric_name" not in alarm
    *parts, total = alarm["metric_query"]
    statements = template.statements("processor/policy_document")
    granted = [*statements["Ledger"]["actions"], *statements["LedgerIndex"]["actions"]]
    assert {f"dynamodb:{part['metric']['dimensions']['Operation']}" for part in parts} == set(granted)
    for part in parts:
        assert part["metric"]["namespace"] == "AWS/DynamoDB"
        assert part["metric"]["metric_name"] == "SystemErrors"
        assert part["metric"]["dimensions"]["TableName"] == template.ref(TABLE, "name")
        assert part["return_data"] is False
        assert f"FILL({part['id']}, 0)" in total["expression"]
    assert total["return_data"] is True


def test_every_alarm_tells_the_topic_of_both_changes(template: Template) -> None:
    """When it begins and when it is over; and says what no data means."""
    topic = [template.ref("alerting/topic", "arn")]
    for purpose, alarm in alarms(template):
        assert alarm["alarm_actions"] == topic, purpose
        assert alarm["ok_actions"] == topic, purpose
        assert alarm["actions_enabled"] is True, purpose
        assert alarm["treat_missing_data"] == "notBreaching", purpose
        assert 1 <= alarm["datapoints_to_alarm"] <= alarm["evaluation_periods"], purpose
        assert alarm["threshold"] > 0, purpose


def test_every_alarm_names_a_runbook_that_exists(template: Template) -> None:
    """One page for each kind of alarm, named in the text that arrives; and no page without an alarm."""
    named = set()
    for purpose, alarm in alarms(template):
        found = re.search(r" Runbook: (docs/runbooks/[a-z-]+\.md)$", alarm["alarm_description"])
        assert found, purpose
        named.add(ROOT / found.group(1))
    assert named == {page for page in (ROOT / "docs" / "runbooks").glob("*.md") if page.name != "README.md"}


def test_a_slow_function_is_noticed_before_it_is_stopped(template: Template) -> None:
    """In milliseconds, from the function's own timeout."""
    for name in ("processor", "archiver"):
        alarm = template[f"alerting/{name}-duration"]
        assert alarm["threshold"] == template[f"{name}/function"]["timeout"] * 800
        assert alarm["extended_statistic"] == "p99"


def test_the_topic_is_encrypted_and_takes_messages_from_these_alarms_over_tls(template: Template) -> None:
    """CloudWatch of this account, for alarms of this environment."""
    assert template["alerting/topic"]["kms_master_key_id"] == template.ref("encryption/key", "arn")
    policy = template["alerting/policy"]
    assert policy["arn"] == template.ref("alerting/topic", "arn")
    assert policy["policy"] == template.ref("alerting/policy_document", "json")
    statements = template.statements("alerting/policy_document")
    assert set(statements) == {"Alarms", "DenyInsecureTransport"}
    assert statements["Alarms"]["principals"] == [{"type": "Service", "identifiers": ["cloudwatch.amazonaws.com"]}]
    assert statements["Alarms"]["actions"] == ["sns:Publish"]
    assert template.conditions(statements["Alarms"]) == {
        ("StringEquals", "aws:SourceAccount"): ["ACCOUNT"],
        ("ArnLike", "aws:SourceArn"): ["arn:PARTITION:cloudwatch:REGION:ACCOUNT:alarm:alarm-*-dev"],
    }
    assert statements["DenyInsecureTransport"]["effect"] == "Deny"


def test_an_address_is_subscribed_when_there_is_one(synthesize: Synthesize, template: Template) -> None:
    """Without a setting nobody is mailed."""
    assert "alerting/email" not in template
    subscription = synthesize(context={"alert_email": "oncall@example.com"})["alerting/email"]
    assert subscription["protocol"] == "email"
    assert subscription["endpoint"] == "oncall@example.com"


def test_the_dashboard_shows_every_alarm_and_only_metrics_of_this_stack(template: Template) -> None:
    """A body that is JSON, in the stack's region, without a region written down."""
    made = template["dashboard/dashboard"]
    assert made["dashboard_name"] == "dashboard-payments-dev"
    alarm_widget, *graphs = json.loads(made["dashboard_body"])["widgets"]
    assert set(alarm_widget["properties"]["alarms"]) == {
        template.ref(f"alerting/{purpose}", "arn") for purpose, _ in alarms(template)
    }
    for graph in graphs:
        assert template.plain(graph["properties"]["region"]) == "REGION"
        for namespace, _, *dimensions in graph["properties"]["metrics"]:
            assert re.fullmatch(r"AWS/(ApiGateway|Lambda|DynamoDB|SQS)", namespace)
            assert dimensions
            assert len(dimensions) % 2 == 0
