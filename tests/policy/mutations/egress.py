"""TAP-NET-6: data that AWS would send or copy to where this stack ends."""

from __future__ import annotations

import json
from typing import Any

from .mutation import TOKEN, Mutation, add, attach, put
from .provider import DELIVERY

OTHERS = "arn:aws:{}:us-east-1:111122223333:{}".format
SUBSCRIPTION, INTEGRATION = "aws_sns_topic_subscription", "aws_apigatewayv2_integration"
MAPPING, NOTIFICATION = "aws_lambda_event_source_mapping", "aws_s3_bucket_notification"
TOPIC_ARN, TABLE_STREAM, RECORDS = (
    "${aws_sns_topic.TOPIC.arn}",
    "${aws_dynamodb_table.TABLE.arn}",
    "aws_s3_bucket.RECORDS",
)
TARGET, REPLICATION = "aws_cloudwatch_event_target", "aws_s3_bucket_replication_configuration"
ROLE = "${aws_iam_role.ROLE.arn}"


def subscribed(protocol: str, endpoint: str) -> Mutation:
    """Somebody who is told what the alarms say."""
    body = {"topic_arn": TOPIC_ARN, "protocol": protocol, "endpoint": endpoint}
    return attach("TAP-NET-6", SUBSCRIPTION, body, f"{protocol} {endpoint[:40]}")


def unclassified(kind: str, body: dict[str, Any], says: str = "") -> Mutation:
    """A type whose purpose is to send data away: the type itself is a finding, if nothing else in it is."""
    return attach("TAP-NET-6", kind, body, says, ("TAP-DOC-4", "TAP-DOC-5"))


def event_target(arn: str, **other: Any) -> Mutation:
    """Where a rule of EventBridge sends events."""
    return attach("TAP-NET-6", TARGET, {"rule": "rule-a-dev", "arn": arn, **other}, f"to {arn[:60]}")


def delivery(says: str, **other: Any) -> Mutation:
    """A delivery stream that delivers elsewhere."""
    kind = "aws_kinesis_firehose_delivery_stream"
    return add("TAP-NET-6", kind, {**DELIVERY, **other}, says, instead=("TAP-DOC-5",))


def notification(**where: Any) -> Mutation:
    """Where a bucket tells of its objects."""
    body = {"bucket": f"${{{RECORDS}.id}}", **where}
    return unclassified(NOTIFICATION, body, f"to {next(iter(where))}")


def replica(bucket: str) -> Mutation:
    """Where a bucket's objects are copied to."""
    rule = {"id": "all", "status": "Enabled", "destination": {"bucket": bucket}}
    return unclassified(REPLICATION, {"bucket": f"${{{RECORDS}.id}}", "role": ROLE, "rule": [rule]}, f"to {bucket}")


QUEUE_OF_OTHERS, TOPIC_OF_OTHERS = OTHERS("sqs", "sqs-others-dev"), OTHERS("sns", "sns-others-dev")
STREAM_OF_OTHERS, FUNCTION_OF_OTHERS = OTHERS("kinesis", "stream/others"), OTHERS("lambda", "function:others")
SCHEDULED = {"name": "schedule-a-dev", "schedule_expression": "rate(1 day)", "flexible_time_window": {"mode": "OFF"}}
BACKUP_RULE = {"rule_name": "daily", "target_vault_name": "a", "schedule": "cron(0 5 ? * * *)"}
ALARM_ACTION = ("TAP-OBS-6",)

VIOLATIONS = [
    # A topic's subscribers
    subscribed("https", "https://collector.example.com/payments"),
    subscribed("http", "http://collector.example.com/payments"),
    subscribed("sqs", QUEUE_OF_OTHERS),
    subscribed("lambda", FUNCTION_OF_OTHERS),
    subscribed("firehose", OTHERS("firehose", "deliverystream/others")),
    subscribed("sms", "+15550100"),
    subscribed("sqs", "${aws_sqs_queue.nowhere.arn}"),
    subscribed("sqs", TOKEN),
    subscribed("email", TOKEN),
    # An API's integrations
    put("TAP-NET-6", INTEGRATION, "integration_uri", FUNCTION_OF_OTHERS),
    put("TAP-NET-6", INTEGRATION, "integration_uri", "https://collector.example.com/payments"),
    put("TAP-NET-6", INTEGRATION, "integration_uri", "${aws_lambda_alias.nowhere.invoke_arn}", instead=("TAP-DOC-2",)),
    put("TAP-NET-6", INTEGRATION, "integration_type", "HTTP_PROXY", instead=("TAP-DOC-5",)),
    put("TAP-NET-6", INTEGRATION, "credentials_arn", OTHERS("iam", "role/others"), instead=("TAP-DOC-5",)),
    # Actions of alarms, failures of functions and mappings
    *(
        put("TAP-NET-6", "aws_cloudwatch_metric_alarm", argument, [TOPIC_OF_OTHERS], instead=ALARM_ACTION)
        for argument in ("ok_actions", "insufficient_data_actions")
    ),
    put(
        "TAP-NET-6",
        MAPPING,
        "destination_config.on_failure.destination_arn",
        QUEUE_OF_OTHERS,
        instead=("TAP-RUN-6",),
    ),
    put("TAP-DOC-5", MAPPING, "event_source_arn", STREAM_OF_OTHERS, instead=("TAP-RUN-6",)),
    put("TAP-NET-6", "aws_s3_bucket_logging", "target_bucket", "s3-others-dev"),
    put("TAP-NET-6", "aws_s3_bucket_logging", "target_bucket", "${aws_s3_bucket.nowhere.id}", instead=("TAP-DOC-2",)),
    # Events and schedules
    event_target(OTHERS("events", "event-bus/others")),
    event_target(QUEUE_OF_OTHERS),
    event_target("${aws_sqs_queue.QUEUE.arn}", dead_letter_config={"arn": QUEUE_OF_OTHERS}),
    event_target("${aws_cloudwatch_event_bus.nowhere.arn}"),
    attach(
        "TAP-NET-6", "aws_scheduler_schedule", {**SCHEDULED, "target": {"arn": FUNCTION_OF_OTHERS, "role_arn": ROLE}}
    ),
    unclassified(
        "aws_cloudwatch_event_api_destination",
        {"name": "destination-a-dev", "invocation_endpoint": "https://collector.example.com", "http_method": "POST"},
    ),
    unclassified("aws_pipes_pipe", {"name": "pipe-a-dev", "source": TABLE_STREAM, "target": QUEUE_OF_OTHERS}),
    # Streams of what is stored
    unclassified("aws_dynamodb_kinesis_streaming_destination", {"table_name": "a", "stream_arn": STREAM_OF_OTHERS}),
    notification(queue=[{"queue_arn": QUEUE_OF_OTHERS, "events": ["s3:ObjectCreated:*"]}]),
    notification(topic=[{"topic_arn": TOPIC_OF_OTHERS, "events": ["s3:ObjectCreated:*"]}]),
    notification(lambda_function=[{"lambda_function_arn": FUNCTION_OF_OTHERS, "events": ["s3:ObjectCreated:*"]}]),
    replica("arn:aws:s3:::s3-others-dev"),
    replica("${aws_s3_bucket.nowhere.arn}"),
    delivery(
        "to another bucket",
        extended_s3_configuration={**DELIVERY["extended_s3_configuration"], "bucket_arn": "arn:aws:s3:::s3-others-dev"},
    ),
    delivery(
        "to an endpoint",
        destination="http_endpoint",
        http_endpoint_configuration={"url": "https://collector.example.com", "role_arn": ROLE},
    ),
    # Logs, metrics, backups, images
    unclassified(
        "aws_cloudwatch_log_subscription_filter",
        {"name": "filter-a-dev", "log_group_name": "a", "filter_pattern": "", "destination_arn": STREAM_OF_OTHERS},
    ),
    unclassified("aws_cloudwatch_metric_stream", {"name": "metrics-a-dev", "firehose_arn": STREAM_OF_OTHERS}),
    unclassified("aws_flow_log", {"log_destination": "arn:aws:s3:::s3-others-dev", "log_destination_type": "s3"}),
    add("TAP-NET-6", "aws_cloudtrail", {"name": "trail-all-dev", "kms_key_id": "a", "s3_bucket_name": "s3-others-dev"}),
    unclassified(
        "aws_wafv2_web_acl_logging_configuration",
        {"resource_arn": "a", "log_destination_configs": ["arn:aws:s3:::aws-waf-logs-others"]},
    ),
    add(
        "TAP-NET-6",
        "aws_backup_plan",
        {
            "name": "plan-a-dev",
            "rule": [
                {**BACKUP_RULE, "copy_action": [{"destination_vault_arn": OTHERS("backup", "backup-vault:others")}]}
            ],
        },
        instead=("TAP-DOC-5",),
    ),
    unclassified(
        "aws_ecr_replication_configuration",
        {"replication_configuration": {"rule": [{"destination": [{"registry_id": "111122223333", "region": "a"}]}]}},
    ),
    put(
        "TAP-NET-6",
        "aws_sqs_queue",
        "redrive_policy",
        json.dumps({"deadLetterTargetArn": QUEUE_OF_OTHERS}),
        instead=("TAP-OBS-5",),
    ),
]
