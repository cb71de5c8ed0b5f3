"""Variations of the real stack's own resources that no rule may mind: other values of their arguments."""

from __future__ import annotations

from .mutation import (
    ACCESS,
    ALARM,
    BUCKET,
    DOCUMENT,
    FUNCTION,
    KEY,
    LOGS,
    QUEUE,
    REMOVED,
    ROUTE,
    TABLE,
    TOPIC,
    VERSIONING,
    Document,
    body_of,
    change,
    own_key,
    put,
    replace_text,
)

STAGE, MAPPING = "aws_apigatewayv2_stage", "aws_lambda_event_source_mapping"
POLICY = "processor/policy_document"


def preflight(document: Document) -> None:
    """The first route answers browsers that ask what they may send: nobody signs such a request."""
    body_of(document, ROUTE).update(route_key="OPTIONS /{proxy+}", authorization_type="NONE")


def in_order(document: Document) -> None:
    """The dead-letter queue, and its policy, become those of a FIFO queue."""
    body_of(document, QUEUE, "dead_letters").update(fifo_queue=True)
    replace_text(document, ("sqs-dead-letters-dev", "sqs-in-order-dev.fifo"))


HARMLESS = [
    change(None, "nothing", lambda _: None),
    # Tables, buckets, keys
    put(None, TABLE, "name", "dynamodb-a-second-ledger2-dev"),
    put(None, TABLE, "point_in_time_recovery", [{"enabled": True}], says="in a list"),
    put(None, TABLE, "point_in_time_recovery.enabled", "true"),
    put(None, TABLE, "point_in_time_recovery.recovery_period_in_days", 35),
    put(None, TABLE, "server_side_encryption", [{"enabled": "true", "kms_key_arn": own_key}], says="in a list"),
    put(None, TABLE, "deletion_protection_enabled", REMOVED),
    put(None, TABLE, "deletion_protection_enabled", "false"),
    put(None, TABLE, "lifecycle", {"create_before_destroy": True}),
    put(None, TABLE, "timeouts", {"create": "30m", "delete": "30m"}),
    put(None, TABLE, "depends_on", ["aws_kms_alias.ALIAS"], says="alias"),
    put(None, TABLE, "billing_mode", None),
    put(None, TABLE, "provider", "aws"),
    put(None, BUCKET, "force_destroy", "true"),
    put(None, ACCESS, "block_public_acls", "true"),
    put(None, VERSIONING, "versioning_configuration", [{"status": "Enabled"}], says="in a list"),
    put(None, KEY, "deletion_window_in_days", "7"),
    put(None, KEY, "tags.More", "than asked"),
    put(None, KEY, "rotation_period_in_days", 90),
    # Topics, queues
    put(None, TOPIC, "kms_master_key_id", own_key.replace("arn", "id")),
    put(None, TOPIC, "display_name", "us-east-10th avenue, north-1"),
    put(None, TOPIC, "tags.Region", "us-east-1"),
    put(None, QUEUE, "visibility_timeout_seconds", 60),
    change(None, "a queue in order", in_order),
    # Functions
    put(None, FUNCTION, "runtime", "python3.11"),
    put(None, FUNCTION, "tracing_config", [{"mode": "Active"}], says="in a list"),
    put(None, FUNCTION, "memory_size", 1024),
    put(None, FUNCTION, "timeout", "90"),
    put(None, FUNCTION, "reserved_concurrent_executions", 5),
    put(None, MAPPING, "batch_size", 10),
    put(None, MAPPING, "enabled", "true"),
    put(None, MAPPING, "enabled", REMOVED),
    put(None, MAPPING, "bisect_batch_on_function_error", "true"),
    # The API
    put(None, STAGE, "default_route_settings.throttling_rate_limit", "50"),
    put(None, "aws_apigatewayv2_api", "cors_configuration", {"allow_origins": ["https://pay.example"]}),
    change(None, "a preflight route without authorization", preflight),
    put(None, "aws_apigatewayv2_integration", "timeout_milliseconds", 5000),
    # Logs and alarms
    put(None, LOGS, "retention_in_days", "400"),
    put(None, ALARM, "threshold", "5", "processor-errors"),
    put(None, ALARM, "comparison_operator", "GreaterThanThreshold", "processor-errors"),
    put(None, ALARM, "period", 300, "processor-errors"),
    put(None, ALARM, "datapoints_to_alarm", REMOVED, "processor-errors"),
    put(None, ALARM, "treat_missing_data", "breaching"),
    put(None, ALARM, "actions_enabled", REMOVED),
    put(None, ALARM, "alarm_description", "It hurts. Runbook: docs/runbooks/function-errors.md"),
    # Permissions
    put(None, DOCUMENT, "statement.0.effect", None, POLICY),
    put(None, DOCUMENT, "statement.0.sid", REMOVED, POLICY),
    put(None, DOCUMENT, "statement.0.condition.0.variable", "AWS:sourceaccount", "processor/trust_policy"),
    put(None, DOCUMENT, "statement.0.resources", [own_key], POLICY),
    put(None, DOCUMENT, "statement.0.resources", [f"{own_key}/*"], POLICY, "beneath"),
]
