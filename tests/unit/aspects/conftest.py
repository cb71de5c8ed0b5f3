"""A stack in Terraform JSON that violates no rule, and fixtures that change it in one place and check it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects import document
from lib.aspects.catalogue import RULES
from lib.aspects.judge import judge
from lib.aspects.provider.projection import VERSION
from lib.findings.finding import Finding

# The stack below has only the resources that the rules check. tests/unit/aspects/document/ has a complete document.
FAMILIES = [rule for rule in RULES if rule not in document.RULES]

TAGS = {"Environment": "dev", "ManagedBy": "cdktf", "Project": "payments", "Owner": "payments-platform"}
KEY = "${aws_kms_key.main.arn}"


def tls_only(bucket: str) -> dict[str, Any]:
    arn = f"${{aws_s3_bucket.{bucket}.arn}}"
    return {
        "statement": [
            {
                "effect": "Deny",
                "actions": ["s3:*"],
                "resources": [arn, f"{arn}/*"],
                "principals": [{"type": "*", "identifiers": ["*"]}],
                "condition": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}],
            }
        ]
    }


def plain_http_denied(action: str, resource: str) -> dict[str, Any]:
    return {"statement": [{**tls_only("")["statement"][0], "actions": [action], "resources": [resource]}]}


def encrypted(bucket: str, **default: str) -> dict[str, Any]:
    return {
        "bucket": f"${{aws_s3_bucket.{bucket}.id}}",
        "rule": [{"apply_server_side_encryption_by_default": default}],
    }


def versioned(bucket: str) -> dict[str, Any]:
    return {"bucket": f"${{aws_s3_bucket.{bucket}.id}}", "versioning_configuration": {"status": "Enabled"}}


def closed(bucket: str) -> dict[str, Any]:
    settings = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    return {"bucket": f"${{aws_s3_bucket.{bucket}.id}}", **dict.fromkeys(settings, True)}


# Who, what, when, whether it went well, from where.
ACCESS_LOG = json.dumps(
    {name: f"$context.{name}" for name in ("identity.sourceIp", "requestId", "requestTime", "routeKey", "status")}
)
TOPIC = "${aws_sns_topic.alerts.arn}"
# A policy inside a queue cannot refer to the queue.
LETTERS = (
    "arn:${data.aws_partition.here.partition}:sqs:${data.aws_region.here.name}:"
    "${data.aws_caller_identity.me.account_id}:sqs-dead-letters-dev"
)


def alarm(purpose: str, namespace: str, metric: str, **dimensions: str) -> dict[str, Any]:
    return {
        "alarm_name": f"alarm-{purpose}-dev",
        "alarm_description": "It hurts. Runbook: docs/runbooks/function-errors.md",
        "namespace": namespace,
        "metric_name": metric,
        "dimensions": dimensions,
        "statistic": "Sum",
        "period": 60,
        "evaluation_periods": 1,
        "comparison_operator": "GreaterThanOrEqualToThreshold",
        "threshold": 1,
        "alarm_actions": [TOPIC],
        "treat_missing_data": "notBreaching",
        "tags": TAGS,
    }


def alarms() -> dict[str, Any]:
    function, table = "${aws_lambda_function.processor.function_name}", "${aws_dynamodb_table.ledger.name}"
    found = {
        metric.lower(): alarm(metric.lower(), "AWS/Lambda", metric, FunctionName=function)
        for metric in ("Errors", "Throttles", "Duration")
    }
    for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
        found[metric.lower()] = alarm(metric.lower(), "AWS/DynamoDB", metric, TableName=table)
        found[f"index-{metric.lower()}"] = alarm(
            f"index-{metric.lower()}",
            "AWS/DynamoDB",
            metric,
            TableName=table,
            GlobalSecondaryIndexName="index-merchant-dev",
        )
    found["duration"] |= {"statistic": "Maximum", "threshold": 2000}
    depth = "ApproximateNumberOfMessagesVisible"
    found["letters"] = alarm("letters", "AWS/SQS", depth, QueueName="${aws_sqs_queue.letters.name}")
    found["letters"]["statistic"] = "Maximum"
    return found


def good_resources() -> dict[str, Any]:
    """`records` is an ordinary bucket; `logs` receives its access logs."""
    return {
        "aws_kms_key": {"main": {"enable_key_rotation": True, "deletion_window_in_days": 7, "tags": TAGS}},
        "aws_kms_alias": {"main": {"name": "alias/kms-main-dev", "target_key_id": "${aws_kms_key.main.key_id}"}},
        "aws_dynamodb_table": {
            "ledger": {
                "name": "dynamodb-transactions-dev",
                "deletion_protection_enabled": False,
                "server_side_encryption": {"enabled": True, "kms_key_arn": KEY},
                "point_in_time_recovery": {"enabled": True},
                "global_secondary_index": [{"name": "index-merchant-dev", "hash_key": "merchant_id"}],
                "tags": TAGS,
            }
        },
        "aws_s3_bucket": {
            "records": {"bucket": "s3-records-dev", "force_destroy": True, "tags": TAGS},
            "logs": {"bucket": "s3-access-logs-dev", "force_destroy": True, "tags": TAGS},
        },
        "aws_s3_bucket_logging": {
            "records": {"bucket": "${aws_s3_bucket.records.id}", "target_bucket": "${aws_s3_bucket.logs.id}"}
        },
        "aws_s3_bucket_server_side_encryption_configuration": {
            "records": encrypted("records", sse_algorithm="aws:kms", kms_master_key_id=KEY),
            "logs": encrypted("logs", sse_algorithm="AES256"),
        },
        "aws_s3_bucket_versioning": {"records": versioned("records"), "logs": versioned("logs")},
        "aws_s3_bucket_public_access_block": {name: closed(name) for name in ("records", "logs")},
        "aws_s3_bucket_policy": {
            name: {
                "bucket": f"${{aws_s3_bucket.{name}.bucket}}",
                "policy": f"${{data.aws_iam_policy_document.{name}.json}}",
            }
            for name in ("records", "logs")
        },
        "aws_sns_topic": {"alerts": {"name": "sns-alerts-dev", "kms_master_key_id": KEY, "tags": TAGS}},
        "aws_sns_topic_policy": {
            "alerts": {"arn": TOPIC, "policy": "${data.aws_iam_policy_document.alerts.json}"},
        },
        "aws_sqs_queue": {
            "letters": {
                "name": "sqs-dead-letters-dev",
                "kms_master_key_id": KEY,
                "policy": "${data.aws_iam_policy_document.letters.json}",
                "tags": TAGS,
            }
        },
        "aws_cloudwatch_log_group": {
            "processor": {
                "name": "/aws/lambda/lambda-processor-dev",
                "kms_key_id": KEY,
                "retention_in_days": 365,
                "tags": TAGS,
            }
        },
        "aws_lambda_function": {
            "processor": {
                "function_name": "lambda-processor-dev",
                "environment": {"variables": {"TRANSACTIONS_TABLE": "${aws_dynamodb_table.ledger.name}"}},
                "kms_key_arn": KEY,
                "filename": "assets/code/lambda.zip",
                "source_code_hash": "+MLQL5y6L1xEh1CLEW/fTOZzhw8V+JMRMSH9ymGpISA=",
                "runtime": "python3.12",
                "dead_letter_config": {"target_arn": "${aws_sqs_queue.letters.arn}"},
                "tracing_config": {"mode": "Active"},
                "logging_config": {"log_format": "JSON", "log_group": "${aws_cloudwatch_log_group.processor.name}"},
                "tags": TAGS,
            }
        },
        "aws_apigatewayv2_stage": {
            "main": {
                "name": "$default",
                "default_route_settings": {"throttling_burst_limit": 200, "throttling_rate_limit": 100},
                "access_log_settings": {
                    "destination_arn": "${aws_cloudwatch_log_group.processor.arn}",
                    "format": ACCESS_LOG,
                },
                "tags": TAGS,
            }
        },
        "aws_cloudwatch_metric_alarm": alarms(),
    }


@pytest.fixture
def good() -> dict[str, Any]:
    """Return a new copy of the stack."""
    stack = {
        "//": {"metadata": {"stackName": "TapStackdev"}},
        "terraform": {
            "backend": {
                "s3": {
                    "bucket": "state",
                    "key": "dev/TapStackdev.tfstate",
                    "region": "eu-north-1",
                    "encrypt": True,
                    "use_lockfile": True,
                }
            },
            "required_providers": {"aws": {"source": "aws", "version": VERSION}},
        },
        "provider": {"aws": [{"region": "eu-west-1"}]},
        "resource": good_resources(),
        "data": {
            "aws_caller_identity": {"me": {}},
            "aws_partition": {"here": {}},
            "aws_region": {"here": {}},
            "aws_iam_policy_document": {
                "records": tls_only("records"),
                "logs": tls_only("logs"),
                "alerts": plain_http_denied("sns:Publish", TOPIC),
                "letters": plain_http_denied("sqs:*", LETTERS),
            },
        },
    }
    fresh: dict[str, Any] = json.loads(json.dumps(stack))  # through text: no two places share an object
    return fresh


@pytest.fixture
def after(good: dict[str, Any]) -> Callable[..., tuple[Finding, ...]]:
    """Return `after("aws_sqs_queue.letters", "name", "x")`, which sets one argument and returns the findings.

    None removes the argument. The argument "" is the whole resource, "a.0.b" an argument in a block.
    A target that begins with `data.` is a data source.
    """

    def findings(target: str, argument: str, value: Any) -> tuple[Finding, ...]:
        kind = "data" if target.startswith("data.") else "resource"
        type_, id_ = target.removeprefix("data.").split(".")
        place: Any = good[kind].setdefault(type_, {})
        *way, last = [id_, *(argument.split(".") if argument else ())]
        for step in way:
            place = place[int(step) if isinstance(place, list) else step]
        place[int(last) if isinstance(place, list) else last] = copy.deepcopy(value)
        found = judge(good, FAMILIES)
        assert [str(one) for one in found if "the rule itself failed" in one.message] == []
        return found

    return findings


@pytest.fixture
def broken(after: Callable[..., tuple[Finding, ...]]) -> Callable[..., set[str]]:
    """Return a function like `after` that returns the ids of the violated rules."""
    return lambda *change: {finding.rule_id for finding in after(*change)}
