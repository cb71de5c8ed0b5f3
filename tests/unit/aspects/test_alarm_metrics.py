"""OBS-10: alarms on metrics for which there is no data; and that the list of our own metrics is the code's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.judge import judge

from .conftest import FAMILIES

ALARM = "aws_cloudwatch_metric_alarm"
ERRORS = f"{ALARM}.errors"
INDEX = f"{ALARM}.index-readthrottleevents"
FUNCTION = "${aws_lambda_function.processor.function_name}"


@pytest.mark.parametrize(
    ("target", "argument", "value"),
    [
        (ERRORS, "namespace", "AWS/Lambada"),
        (ERRORS, "namespace", "${var.namespace}"),
        (ERRORS, "metric_name", "Error"),
        (ERRORS, "metric_name", None),
        (ERRORS, "dimensions", {}),
        (ERRORS, "dimensions", {"FunctionName": "lambda-processor-dev"}),
        (ERRORS, "dimensions", {"FunctionName": "${aws_lambda_function.nowhere.function_name}"}),
        (ERRORS, "dimensions", {"FunctionName": "${aws_lambda_function.processor.description}"}),
        (ERRORS, "dimensions", {"FunctionName": "${aws_sqs_queue.letters.name}"}),
        (ERRORS, "dimensions", {"FunctionName": FUNCTION, "Resource": "lambda-processor-dev:live"}),
        (ERRORS, "dimensions", {"QueueName": "${aws_sqs_queue.letters.name}"}),
        (ERRORS, "unit", "Bytes"),
        (INDEX, "dimensions.GlobalSecondaryIndexName", "index-other-dev"),
        (INDEX, "dimensions.TableName", "${aws_dynamodb_table.nowhere.name}"),
        (ERRORS, "metric_query", [{"id": "m", "account_id": "111122223333"}]),
    ],
)
def test_there_is_no_data(broken: Callable[..., set[str]], target: str, argument: str, value: Any) -> None:
    assert "TAP-OBS-10" in broken(target, argument, value)


OWN = {"service": "archiver"}


@pytest.mark.parametrize(
    ("change", "is_known"),
    [
        ({}, True),
        ({"metric_name": "ChangesLost"}, False),
        ({"metric_name": "PaymentsFailed"}, False),  # the processor's
        ({"namespace": "Payment"}, False),
        ({"dimensions": {"service": "processor"}}, False),
        ({"dimensions": {"service": "nobody"}}, False),
        ({"dimensions": {"service": "${var.service}"}}, False),
        ({"dimensions": {}}, False),
        ({"dimensions": {**OWN, "merchant": "m"}}, False),
    ],
)
def test_what_a_function_counts_itself(good: dict[str, Any], change: dict[str, Any], is_known: bool) -> None:
    function = good["resource"]["aws_lambda_function"]["processor"]
    function["handler"] = "payments.archiver.handler"
    variables = function["environment"]["variables"]
    variables |= {"POWERTOOLS_SERVICE_NAME": "archiver", "POWERTOOLS_METRICS_NAMESPACE": "Payments"}
    # Another function counts under a service of its own.
    good["resource"]["aws_lambda_function"]["other"] = {"function_name": "lambda-other-dev"}
    own = {"namespace": "Payments", "metric_name": "ChangesFailed", "dimensions": OWN, **change}
    good["resource"][ALARM]["own"] = {**good["resource"][ALARM]["errors"], **own}
    assert ("TAP-OBS-10" not in {finding.rule_id for finding in judge(good, FAMILIES)}) == is_known


def test_each_index_of_a_table_has_its_metrics(good: dict[str, Any]) -> None:
    indexes = good["resource"]["aws_dynamodb_table"]["ledger"]["global_secondary_index"]
    indexes.append({"name": "index-more-dev", "hash_key": "payment_id"})
    assert "TAP-OBS-10" not in {finding.rule_id for finding in judge(good)}


@pytest.mark.parametrize(("operation", "is_known"), [("GetItem", True), ("GetItems", False), ("${var.o}", False)])
def test_a_word_of_awss(good: dict[str, Any], operation: str, is_known: bool) -> None:
    dimensions = {"TableName": "${aws_dynamodb_table.ledger.name}", "Operation": operation}
    own = {"namespace": "AWS/DynamoDB", "metric_name": "SystemErrors", "dimensions": dimensions}
    good["resource"][ALARM]["own"] = {**good["resource"][ALARM]["errors"], **own}
    assert ("TAP-OBS-10" not in {finding.rule_id for finding in judge(good, FAMILIES)}) == is_known


def test_a_service_that_no_function_of_the_stack_is(good: dict[str, Any]) -> None:
    own = {"namespace": "Payments", "metric_name": "ChangesFailed", "dimensions": OWN}
    good["resource"][ALARM]["own"] = {**good["resource"][ALARM]["errors"], **own}
    assert [finding.rule_id for finding in judge(good, FAMILIES)] == ["TAP-OBS-10"]


@pytest.mark.parametrize(("name", "is_known"), [("LinesOfErrors", True), ("LinesOfMore", False)])
def test_what_a_filter_counts_in_the_logs(good: dict[str, Any], name: str, is_known: bool) -> None:
    transformation = {"namespace": "Payments", "name": "LinesOfErrors", "value": "1"}
    more = {**transformation, "name": "LinesOfWarnings"}
    good["resource"]["aws_cloudwatch_log_metric_filter"] = {
        "lines": {"name": "filter-lines-dev", "metric_transformation": [transformation, more]}
    }
    own = {"namespace": "Payments", "metric_name": name, "dimensions": None}
    good["resource"][ALARM]["own"] = {**good["resource"][ALARM]["errors"], **own}
    assert ("TAP-OBS-10" not in {finding.rule_id for finding in judge(good, FAMILIES)}) == is_known


def test_dashboards_are_read(broken: Callable[..., set[str]]) -> None:
    """What may stand in them: test_dashboard.py."""
    shown = {"dashboard_name": "dashboard-a-dev", "dashboard_body": '{"widgets": [{"type": "custom"}]}'}
    assert broken("aws_cloudwatch_dashboard.a", "", shown) == {"TAP-OBS-10"}


@pytest.mark.parametrize(
    ("metric", "is_known"),
    [
        (["AWS/Lambda", "Errors", "FunctionName", FUNCTION], True),
        (["AWS/Lambda", "Errors", "FunctionName", FUNCTION, {"stat": "Sum"}], True),
        (["AWS/Lambda", "Errors", "FunctionName", "lambda-others-dev"], False),
        (["AWS/Lambda", "Mistakes", "FunctionName", FUNCTION], False),
        (["AWS/Lambda", "Errors", "TableName", "${aws_dynamodb_table.ledger.name}"], False),
    ],
)
def test_what_a_dashboard_shows(good: dict[str, Any], metric: list[Any], is_known: bool) -> None:
    properties = {"metrics": [metric], "region": "${data.aws_region.here.name}"}
    body = json.dumps({"widgets": [{"type": "metric", "properties": properties}]})
    dashboard = {"dashboard_name": "dashboard-a-dev", "dashboard_body": body}
    good["resource"]["aws_cloudwatch_dashboard"] = {"shown": dashboard}
    assert ("TAP-OBS-10" not in {finding.rule_id for finding in judge(good, FAMILIES)}) == is_known
