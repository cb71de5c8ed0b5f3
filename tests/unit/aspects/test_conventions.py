"""Conventions of another project: which names, tags, backends, runbooks, runtimes and variables are then right."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from lib.aspects.conventions import BY_CONVENTION, LOCAL, Backend, Conventions
from lib.aspects.judge import judge
from lib.aspects.payments_conventions import PAYMENTS
from lib.errors import ToolError

SUFFIX, PATTERN = "TAP-NAME-1", "TAP-NAME-2"


def conventions(**changes: Any) -> Conventions:
    return Conventions(**{"name_pattern": "acme-{purpose}-{suffix}", "required_tags": ("Team",), **changes})


def stack(resources: dict[str, Any], **backend: Any) -> dict[str, Any]:
    """Resources of one kind each, `aws_sqs_queue.a`, of the environment dev."""
    found: dict[str, Any] = {}
    for address, body in resources.items():
        type_, name = address.split(".")
        found.setdefault(type_, {})[name] = {"tags": {"Team": "orders"}, **body}
    state = backend or {"s3": {"bucket": "b", "key": "dev/orders.tfstate", "region": "eu-north-1"}}
    return {"resource": found, "terraform": {"backend": state}}


def found(document: dict[str, Any], own: Conventions) -> set[str]:
    return {finding.rule_id for finding in judge(document, conventions=own)}


@pytest.mark.parametrize(
    ("pattern", "name", "rules"),
    [
        ("acme-{purpose}-{suffix}", "acme-orders-dev", set()),
        ("acme-{purpose}-{suffix}", "acme-new-orders-dev", set()),
        ("acme-{purpose}-{suffix}", "orders-dev", {PATTERN}),
        ("acme-{purpose}-{suffix}", "acme-dev", {PATTERN}),
        ("acme-{purpose}-{suffix}", "acme-orders", {SUFFIX}),
        ("acme-{purpose}-{suffix}", "acme-Orders-dev", {PATTERN}),
        ("acme-{purpose}-{suffix}", "sqs-orders-prod", {SUFFIX, PATTERN}),
        ("{suffix}-{purpose}", "dev-orders", set()),
        ("{suffix}-{purpose}", "orders-dev", {SUFFIX}),
        ("{suffix}-{purpose}", "dev", {SUFFIX}),
        ("acme-{suffix}-{purpose}-{resource-type}", "acme-dev-orders-sqs", set()),
        ("acme-{suffix}-{purpose}-{resource-type}", "acme-dev-orders-lambda", {PATTERN}),
        ("acme-{suffix}-{purpose}-{resource-type}", "acme-orders-dev-sqs", {PATTERN}),
        ("acme-{suffix}-{purpose}-{resource-type}", "acme-orders-sqs", {SUFFIX}),
    ],
)
def test_names(pattern: str, name: str, rules: set[str]) -> None:
    document = stack({"aws_sqs_queue.orders": {"name": name}})
    assert found(document, conventions(name_pattern=pattern)) & {SUFFIX, PATTERN} == rules


def test_the_word_of_a_type() -> None:
    document = stack({"aws_sqs_queue.orders": {"name": "queue-orders-dev"}})
    pattern = {"name_pattern": "{resource-type}-{purpose}-{suffix}"}
    assert PATTERN in found(document, conventions(**pattern))
    assert PATTERN not in found(document, conventions(**pattern, resource_types={"aws_sqs_queue": "queue"}))


def test_tags() -> None:
    document = stack({"aws_sqs_queue.orders": {}})
    assert "TAP-TAG-1" not in found(document, conventions())
    assert "TAP-TAG-1" in found(document, conventions(required_tags=("Team", "CostCentre")))


@pytest.mark.parametrize(
    ("backend", "own", "state_path", "is_right"),
    [
        ({"local": {"path": "orders/dev/terraform.tfstate"}}, LOCAL, "orders/{suffix}/terraform.tfstate", True),
        ({"local": {"path": "dev/terraform.tfstate"}}, LOCAL, "orders/{suffix}/terraform.tfstate", False),
        ({"local": {"path": "dev/o.tfstate", "workspace_dir": "x"}}, LOCAL, "{suffix}/{stack}.tfstate", False),
        ({"s3": {"bucket": "b", "key": "dev/o.tfstate", "region": "r"}}, LOCAL, "{suffix}/{stack}.tfstate", False),
        (
            {"gcs": {"bucket": "b", "prefix": "dev/o"}},
            Backend("gcs", ("bucket", "prefix"), "prefix"),
            "{suffix}/{stack}",
            True,
        ),
    ],
)
def test_backends(backend: dict[str, Any], own: Backend, state_path: str, is_right: bool) -> None:
    document = stack({"aws_sqs_queue.orders": {"name": "acme-orders-dev"}}, **backend)
    messages = [
        finding.message
        for finding in judge(document, conventions=conventions(backend=own, state_path=state_path))
        if "backend" in finding.message
    ]
    assert (messages == []) is is_right, messages


def test_runbooks(tmp_path: Path) -> None:
    (tmp_path / "queue-is-full.md").write_text("")
    alarm = {"alarm_description": "The queue is full. See https://wiki/queue-is-full"}
    document = stack({"aws_cloudwatch_metric_alarm.full": alarm})
    assert "TAP-OBS-8" in found(document, PAYMENTS)
    assert "TAP-OBS-8" not in found(document, conventions(runbook="https://wiki/{name}"))
    assert "TAP-OBS-8" not in found(document, conventions(runbook="https://wiki/{name}", runbooks=tmp_path))
    (tmp_path / "queue-is-full.md").unlink()
    assert "TAP-OBS-8" in found(document, conventions(runbook="https://wiki/{name}", runbooks=tmp_path))


def test_runtimes() -> None:
    document = stack({"aws_lambda_function.f": {"runtime": "python3.13"}})
    layer = stack({"aws_lambda_layer_version.l": {"compatible_runtimes": ["python3.13"]}})
    assert "TAP-RUN-1" in found(document, conventions())
    assert "TAP-RUN-1" not in found(document, conventions(runtimes=("python3.13",)))

    def complaints(own: Conventions) -> list[str]:
        return [each.rule_id for each in judge(layer, conventions=own) if "compatible_runtimes" in each.message]

    assert complaints(conventions()) == ["TAP-DOC-5"]
    assert complaints(conventions(runtimes=("python3.13",))) == []


@pytest.mark.parametrize("runtime", ["python3.11", "python3.12"])
def test_runtimes_without_a_convention(runtime: str) -> None:
    assert "TAP-RUN-1" not in found(stack({"aws_lambda_function.f": {"runtime": runtime}}), conventions())


def test_variables() -> None:
    document = stack({"aws_lambda_function.f": {"environment": {"variables": {"ORDERS_TABLE": "x"}}}})

    def rules(own: Conventions) -> list[str]:
        return [each.rule_id for each in judge(document, conventions=own) if "ORDERS_TABLE" in each.message]

    assert rules(conventions()) == ["TAP-DOC-5"]
    assert rules(conventions(variables={"ORDERS_TABLE": "free"})) == []
    reference = {"refers_to": ["aws_dynamodb_table"], "rule": "TAP-NET-6"}
    assert rules(conventions(variables={"ORDERS_TABLE": reference})) == ["TAP-NET-6"]


def test_the_namespace_of_metrics() -> None:
    variables = {"POWERTOOLS_METRICS_NAMESPACE": "Orders/dev"}
    document = stack(
        {"aws_lambda_function.f": {"environment": {"variables": variables}, "function_name": "acme-a-dev"}}
    )
    assert SUFFIX in found(document, conventions())
    assert SUFFIX not in found(document, conventions(metrics_namespace="Orders/{suffix}"))


def test_protocols_of_alerts() -> None:
    subscription = {"protocol": "https", "endpoint": "https://events.example.com/integration", "tags": None}
    document = stack({"aws_sns_topic_subscription.pager": subscription})
    assert "TAP-NET-6" in found(document, conventions())
    assert not [
        each
        for each in judge(document, conventions=conventions(alert_protocols=("https",)))
        if each.rule_id == "TAP-NET-6" and each.message.startswith("endpoint")
    ]


def test_provider_version() -> None:
    document = stack({"aws_sqs_queue.orders": {}})
    document["terraform"]["required_providers"] = {"aws": {"source": "aws", "version": "6.0.0"}}

    def pinned(own: Conventions) -> bool:
        return not any("version" in each.message for each in judge(document, conventions=own))

    assert (pinned(conventions()), pinned(conventions(provider_version="6.0.0"))) == (False, True)


def test_metrics_of_functions() -> None:
    alarm = {
        "namespace": "Orders/dev",
        "metric_name": "OrdersLost",
        "dimensions": {"service": "shop"},
        "alarm_description": "x",
    }
    function = {
        "handler": "shop.main",
        "environment": {"variables": {"POWERTOOLS_METRICS_NAMESPACE": "Orders/dev", "POWERTOOLS_SERVICE_NAME": "shop"}},
    }
    document = stack({"aws_cloudwatch_metric_alarm.lost": alarm, "aws_lambda_function.shop": function})
    entry = {"kind": "failures", "dimensions": [["service"]]}
    assert "TAP-OBS-10" in found(document, conventions())
    assert "TAP-OBS-10" not in found(
        document, conventions(handler="{service}.main", metrics={"shop": {"OrdersLost": entry}})
    )
    assert "TAP-OBS-10" in found(
        document, conventions(handler="{service}.other", metrics={"shop": {"OrdersLost": entry}})
    )


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"name_pattern": "acme-{suffix}"}, "name_pattern is 'acme-{suffix}'"),
        ({"name_pattern": "acme_{purpose}_{suffix}"}, "name_pattern"),
        ({"name_pattern": "Acme-{purpose}-{suffix}"}, "name_pattern"),
        ({"name_pattern": "{purpose}-{suffix}-{region}"}, "name_pattern"),
        ({"name_pattern": "{purpose}-{suffix}-{suffix}"}, "name_pattern"),
        ({"name_pattern": None}, "name_pattern is None"),
        ({"required_tags": "Team"}, "required_tags is 'Team'"),
        ({"runtimes": ("",)}, r"runtimes is \(''"),
        ({"alert_protocols": None}, "alert_protocols is None"),
        ({"backend": "s3"}, "backend is 's3'"),
        ({"backend": Backend("s3", ("bucket",), "key")}, "backend is .* whose path is not one of its literals"),
        ({"state_path": "terraform.tfstate"}, "state_path is 'terraform.tfstate'"),
        ({"metrics_namespace": "Orders"}, "metrics_namespace is 'Orders'"),
        ({"runbook": "see the wiki"}, "runbook is 'see the wiki'"),
        ({"runbooks": Path("nowhere")}, "runbooks is 'nowhere'"),
        ({"handler": "main"}, "handler is 'main'"),
        ({"variables": {"A": 7}}, "variables is {'A': 7}"),
        ({"variables": {"A": "fre"}}, "variables is {'A': 'fre'}"),
        ({"variables": ["A"]}, r"variables is \['A'\]"),
        ({"variables": {"A": {"free": True}}}, "variables is {'A'"),
        ({"metrics": {"shop": {"OrdersLost": {"kind": "losses", "dimensions": []}}}}, "metrics of shop is"),
    ],
)
def test_a_value_by_which_nothing_can_be_checked(change: dict[str, Any], named: str) -> None:
    """The message names field, value, rule and fix."""
    with pytest.raises(ToolError, match=f"^conventions: {named}") as error:
        conventions(**change)
    assert "; " in str(error.value)


def test_rules_by_convention_are_those_that_can_be_waived() -> None:
    from lib.aspects.catalogue import RULES

    assert {rule.id for rule in RULES if rule.waivable} >= BY_CONVENTION


def test_the_projects_own_are_the_default() -> None:
    document = stack({"aws_sqs_queue.orders": {"name": "acme-orders-dev"}})
    assert judge(document) == judge(copy.deepcopy(document), conventions=PAYMENTS)
