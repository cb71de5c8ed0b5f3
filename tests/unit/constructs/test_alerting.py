"""The alarms: each names a metric that exists, tells somebody, and says what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from lib.environments import ROOT
from lib.operations import differences

if TYPE_CHECKING:
    from tests.unit.conftest import Synthesize, Template

TABLE, API, STAGE = "ledger/transactions", "front_door/api", "front_door/stage"
# Purpose -> namespace, metric, and the dimensions that AWS publishes it under: (construct, attribute) or a literal.
ALARMS: dict[str, tuple[str, str, dict[str, tuple[str, str] | str]]] = {
    **{
        purpose: ("AWS/ApiGateway", metric, {"ApiId": (API, "id"), "Stage": (STAGE, "name")})
        for purpose, metric in {"api-server-errors": "5xx", "api-latency": "Latency"}.items()
    },
    "api-throttled": ("Payments/dev", "RequestsThrottled", {}),
    **{
        f"{name}-{metric.lower()}": ("AWS/Lambda", metric, {"FunctionName": (f"{name}/function", "function_name")})
        for name in ("processor", "settler", "archiver")
        for metric in ("Errors", "Throttles", "Duration")
    },
    **{
        purpose: ("Payments/dev", metric, {"service": service})
        for purpose, metric, service in (
            ("gateway-circuit-open", "GatewayCircuitOpen", "processor"),
            ("oldest-pending-payment", "OldestPendingSeconds", "settler"),
            ("settler-failures", "SettlerFailures", "settler"),
        )
    },
    "archiver-failed-changes": ("Payments/dev", "ChangesFailed", {"service": "archiver"}),
    **{
        purpose: ("AWS/Lambda", metric, {"FunctionName": ("archiver/function", "function_name")})
        for purpose, metric in {
            "archiver-iterator-age": "IteratorAge",
            "archiver-lost-batches": "DestinationDeliveryFailures",
        }.items()
    },
    **{
        f"transactions-{kind.lower()}-throttles": (
            "AWS/DynamoDB",
            f"{kind}ThrottleEvents",
            {"TableName": (TABLE, "name")},
        )
        for kind in ("Read", "Write")
    },
    **{
        f"{index}-index-{kind.lower()}-throttles": (
            "AWS/DynamoDB",
            f"{kind}ThrottleEvents",
            {"TableName": (TABLE, "name"), "GlobalSecondaryIndexName": f"index-{index}-dev"},
        )
        for index in ("merchant", "pending")
        for kind in ("Read", "Write")
    },
}
QUEUES = {
    "payment-dead-letters": "dead_letters",
    "settler-dead-letters": "settler_dead_letters",
    "archive-failures": "archive_failures",
}
SYSTEM_ERRORS = "transactions-system-errors"
# Purpose -> metric math over m1 and m2, and what those are. tests/unit/constructs/test_failures_are_seen.py has the two
# that see a stopped archiver.
MATH: dict[str, tuple[str, tuple[str, str], tuple[str, str]]] = {
    "api-client-errors": ("IF(m1 >= 50, 100 * m1 / m2, 0)", ("AWS/ApiGateway", "4xx"), ("AWS/ApiGateway", "Count")),
    "account-concurrency": (
        "100 * m1 / SERVICE_QUOTA(m2)",
        ("AWS/Lambda", "ClaimedAccountConcurrency"),
        ("AWS/Lambda", "ConcurrentExecutions"),
    ),
}
# Of what the functions count: expression, and the service and metric of m1 and m2.
OWN_MATH: dict[str, tuple[str, tuple[str, str], tuple[str, str]]] = {
    "gateway-errors": ("FILL(m1, 0) + FILL(m2, 0)", ("processor", "GatewayErrors"), ("settler", "GatewayErrors")),
    "payments-declined": (
        "IF(m1 >= 20, 100 * m1 / (m1 + FILL(m2, 0)), 0)",
        ("processor", "PaymentsDeclined"),
        ("processor", "PaymentsAuthorized"),
    ),
}
STOPPED = {"archiver-stopped", "archiver-stopped-for-hours", "settler-stopped"}
# They watch what should go on: no data is what they are for.
FALLING = {"settler-stopped"}


def alarm_arns(template: Template) -> list[str]:
    return sorted(
        f"arn:PARTITION:cloudwatch:REGION:ACCOUNT:alarm:{alarm['alarm_name']}" for _, alarm in alarms(template)
    )


def alarms(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """(purpose, attributes) of each alarm."""
    for path, attributes in template.of_type("aws_cloudwatch_metric_alarm"):
        yield path.removeprefix("alerting/"), attributes


def test_these_alarms_and_no_other(template: Template) -> None:
    """A missing one is noticed here, not at night."""
    assert {purpose for purpose, _ in alarms(template)} == {*ALARMS, SYSTEM_ERRORS, *QUEUES, *MATH, *OWN_MATH, *STOPPED}


@pytest.mark.parametrize("purpose", ALARMS)
def test_an_alarm_watches_what_aws_publishes(template: Template, purpose: str) -> None:
    """Exactly these dimensions: one more or less names a metric that never has data."""
    namespace, metric, dimensions = ALARMS[purpose]
    alarm = template[f"alerting/{purpose}"]
    assert (alarm["namespace"], alarm["metric_name"]) == (namespace, metric)
    assert alarm.get("dimensions", {}) == {
        key: value if isinstance(value, str) else template.ref(*value) for key, value in dimensions.items()
    }
    assert alarm["period"] == 60
    assert ("statistic" in alarm) != ("extended_statistic" in alarm)


@pytest.mark.parametrize("purpose", MATH)
def test_an_alarm_on_a_share_watches_both_parts(template: Template, purpose: str) -> None:
    """In the same period, by the same statistic, with the dimensions of the stack's API or of the whole account."""
    expression, *names = MATH[purpose]
    *parts, watched = template[f"alerting/{purpose}"]["metric_query"]
    assert (watched["expression"], watched["return_data"]) == (expression, True)
    assert [(part["metric"]["namespace"], part["metric"]["metric_name"]) for part in parts] == names
    assert [part["id"] for part in parts] == ["m1", "m2"]
    assert len({(part["metric"]["period"], part["metric"]["stat"]) for part in parts}) == 1
    api = {"ApiId": template.ref(API, "id"), "Stage": template.ref(STAGE, "name")}
    for part in parts:
        assert part["metric"].get("dimensions") == (api if purpose.startswith("api-") else None)


@pytest.mark.parametrize("purpose", QUEUES)
def test_a_message_that_was_received_and_not_deleted_still_counts(template: Template, purpose: str) -> None:
    """After a `make redrive` that was killed, the queue shows nothing for five minutes; nothing has been handled."""
    *parts, watched = template[f"alerting/{purpose}"]["metric_query"]
    assert [part["metric"] for part in parts] == [
        {
            "namespace": "AWS/SQS",
            "metric_name": f"ApproximateNumberOfMessages{which}",
            "dimensions": {"QueueName": template.ref(f"{QUEUES[purpose]}/queue", "name")},
            "period": 60,
            "stat": "Maximum",
        }
        for which in ("Visible", "NotVisible")
    ]
    assert watched["expression"] == "FILL(m1, 0) + FILL(m2, 0)"
    alarm = template[f"alerting/{purpose}"]
    assert (alarm["threshold"], alarm["datapoints_to_alarm"], alarm["evaluation_periods"]) == (1, 2, 3)


@pytest.mark.parametrize("purpose", OWN_MATH)
def test_an_alarm_on_what_functions_count_names_their_services(template: Template, purpose: str) -> None:
    """If every payment is declined, none is authorized, and that metric has no data: so it is filled."""
    expression, *counted = OWN_MATH[purpose]
    *parts, watched = template[f"alerting/{purpose}"]["metric_query"]
    assert (watched["expression"], watched["return_data"]) == (expression, True)
    assert [(part["metric"]["dimensions"]["service"], part["metric"]["metric_name"]) for part in parts] == counted
    assert {(part["metric"]["namespace"], part["metric"]["stat"]) for part in parts} == {("Payments/dev", "Sum")}


def test_a_settler_that_does_not_run_raises_an_alarm(template: Template) -> None:
    """It publishes nothing then, so the alarm falls, and takes no data for a breach."""
    alarm = template["alerting/settler-stopped"]
    assert alarm["metric_name"] == "Invocations"
    assert alarm["dimensions"] == {"FunctionName": template.ref("settler/function", "function_name")}
    assert (alarm["comparison_operator"], alarm["threshold"]) == ("LessThanThreshold", 1)
    assert template["schedule/rule"]["schedule_expression"] == "rate(1 minute)"
    assert alarm["period"] * alarm["datapoints_to_alarm"] <= 900


def test_throttled_requests_are_counted_in_the_access_log(template: Template) -> None:
    """API Gateway's own metrics do not tell a 429 from another 4xx."""
    made = template["front_door/throttled"]
    assert made["name"] == "filter-throttled-dev"
    assert made["log_group_name"] == template.ref("front_door/access_log", "name")
    written = json.loads(template[STAGE]["access_log_settings"]["format"])
    assert written["status"] == "$context.status", "in quotes, as the pattern has it"
    assert made["pattern"] == '{ $.status = "429" }'
    assert made["metric_transformation"] == {"name": "RequestsThrottled", "namespace": "Payments/dev", "value": "1"}


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
        assert alarm["treat_missing_data"] == ("breaching" if purpose in FALLING else "notBreaching"), purpose
        assert 1 <= alarm["datapoints_to_alarm"] <= alarm["evaluation_periods"], purpose
        assert alarm["threshold"] > 0, purpose


def test_every_alarm_names_a_runbook_that_exists(template: Template) -> None:
    """One page for each kind of alarm, named in the text that arrives; no page without an alarm, or a difference."""
    named = set()
    for purpose, alarm in alarms(template):
        found = re.search(r" Runbook: (docs/runbooks/[a-z-]+\.md)$", alarm["alarm_description"])
        assert found, purpose
        named.add(ROOT / found.group(1))
    named |= {ROOT / page for page in (differences.BY_HAND, differences.GATEWAY)}  # make reconcile names these
    assert named == {page for page in (ROOT / "docs" / "runbooks").glob("*.md") if page.name != "README.md"}


def test_a_slow_function_is_noticed_before_it_is_stopped(template: Template) -> None:
    """In milliseconds, from the function's own timeout."""
    for name in ("processor", "settler", "archiver"):
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
    conditions = template.conditions(statements["Alarms"])
    assert conditions.pop(("StringEquals", "aws:SourceAccount")) == ["ACCOUNT"]
    assert sorted(conditions.pop(("ArnLike", "aws:SourceArn"))) == alarm_arns(template)
    assert not conditions
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
            assert re.fullmatch(r"AWS/(ApiGateway|Lambda|DynamoDB|SQS)|Payments/dev", namespace)
            assert dimensions
            assert len(dimensions) % 2 == 0
