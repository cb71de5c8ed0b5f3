"""The gateway's secret, the settler's schedule, the limits of routes: broken in one place, or varied without harm."""

from __future__ import annotations

from typing import Any

from .mutation import (
    ALARM,
    DOCUMENT,
    FUNCTION,
    OTHER_KEY,
    QUEUE,
    REMOVED,
    TOKEN,
    Document,
    Mutation,
    body_of,
    change,
    put,
)
from .running import FIRST, looking_elsewhere, without

SECRET, RULE, TARGET = "aws_secretsmanager_secret", "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"
STAGE, PERMISSION = "aws_apigatewayv2_stage", "aws_lambda_permission"
INVOKED = "aws_lambda_function_event_invoke_config"
VARIABLES = "environment.variables"
OTHERS = "arn:aws:{}:us-east-1:111122223333:{}"
SETTLER, QUEUE_POLICY, KEY_POLICY = "settler/policy_document", "settler_dead_letters/policy_document", "key_policy"
DECLINED, PENDING, STOPPED = "payments-declined", "oldest-pending-payment", "settler-stopped"


def statement(document: Document, of: str, sid: str) -> dict[str, Any]:
    """A statement of a policy document."""
    written: list[dict[str, Any]] = body_of(document, DOCUMENT, of)["statement"]
    return next(each for each in written if each["sid"] == sid)


def stated(rule: str, of: str, sid: str, says: str, **arguments: Any) -> Mutation:
    """A statement with other arguments; None takes one away."""

    def apply(document: Document) -> None:
        found = statement(document, of, sid)
        found.update(arguments)
        for name in [name for name, value in found.items() if value is None]:
            del found[name]

    return change(rule, f"{sid} of {of.partition('/')[0]} {says}", apply)


def watch(expression: str) -> Mutation:
    """Another share of declined payments."""
    return change(
        "TAP-OBS-9",
        f"declines as {expression}",
        lambda document: body_of(document, ALARM, DECLINED)["metric_query"][-1].update(expression=expression),
    )


VIOLATIONS = [
    # The secret
    *(
        put("TAP-ENC-9", SECRET, "kms_key_id", value)
        for value in (REMOVED, OTHER_KEY, "alias/aws/secretsmanager", TOKEN)
    ),
    *(put("TAP-DEL-6", SECRET, "recovery_window_in_days", value) for value in (REMOVED, 7, 30, TOKEN)),
    *(put("TAP-NAME-1", SECRET, "name", value) for value in ("secret-gateway", "secret-gateway-qa")),
    put("TAP-REG-2", SECRET, "replica", [{"region": "eu-west-1"}], "", "elsewhere", ("TAP-DOC-5", "TAP-REG-1")),
    put("TAP-DOC-5", SECRET, "force_overwrite_replica_secret", True),
    # Which gateway, and which secret
    *(put("TAP-DOC-5", FUNCTION, f"{VARIABLES}.PAYMENT_GATEWAY", value, "settler") for value in ("adyen", "")),
    put("TAP-DOC-5", FUNCTION, f"{VARIABLES}.PAYMENT_GATEWAY", TOKEN, "processor", instead=("TAP-DOC-2",)),
    *(
        put("TAP-DOC-5", FUNCTION, f"{VARIABLES}.GATEWAY_SECRET_ARN", value, "processor", instead=("TAP-DOC-2",))
        for value in (
            OTHERS.format("secretsmanager", "secret:others"),
            "${aws_sqs_queue.QUEUE.arn}",
            "${aws_secretsmanager_secret.nowhere.arn}",
            "sk_test_no_secret",
        )
    ),
    put("TAP-DOC-5", FUNCTION, f"{VARIABLES}.GATEWAY_KEY", "sk_test_no_secret", "processor"),
    # The schedule
    *(put("TAP-RUN-6", RULE, "state", value, instead=("TAP-DOC-5",)) for value in ("DISABLED", TOKEN)),
    put("TAP-RUN-6", RULE, "is_enabled", False, instead=("TAP-DOC-5",)),
    put("TAP-RUN-6", RULE, "schedule_expression", "cron(0 0 1 1 ? 2020)", instead=("TAP-DOC-5",)),
    put("TAP-RUN-6", RULE, "schedule_expression", "rate(365 days)", instead=("TAP-DOC-5",)),
    put("TAP-DOC-5", RULE, "event_bus_name", OTHERS.format("events", "event-bus/others")),
    *(
        put("TAP-NET-6", TARGET, "arn", value)
        for value in (OTHERS.format("lambda", "function:others"), TOKEN, "${aws_lambda_alias.nowhere.arn}")
    ),
    put("TAP-NET-6", TARGET, "dead_letter_config.arn", OTHERS.format("sqs", "sqs-others-dev")),
    put("TAP-DOC-5", TARGET, "input", '{"do": "void"}', says="of somebody"),
    put("TAP-DOC-5", TARGET, "run_command_targets", [{"key": "tag:a", "values": ["b"]}], says="commands"),
    change("TAP-DOC-2", "no rule", lambda document: without(document, RULE, "schedule")),
    *(put("TAP-NET-3", PERMISSION, "principal", value, "settler") for value in ("*", "111122223333")),
    *(
        put("TAP-NET-3", PERMISSION, "source_arn", value, "settler")
        for value in (REMOVED, OTHERS.format("events", "rule/others"))
    ),
    put("TAP-NET-6", INVOKED, "destination_config.on_success.destination", OTHERS.format("sqs", "a")),
    # What the settler and EventBridge may do
    stated("TAP-IAM-1", SETTLER, "Ledger", "everything", actions=["dynamodb:*"]),
    stated("TAP-IAM-2", SETTLER, "Ledger", "on every table", resources=["*"]),
    stated("TAP-IAM-2", SETTLER, "GatewaySecret", "of every secret", resources=["*"]),
    stated("TAP-IAM-1", SETTLER, "GatewaySecret", "in every way", actions=["secretsmanager:*"]),
    stated("TAP-IAM-7", SETTLER, "GatewaySecret", "for others", actions=["secretsmanager:PutResourcePolicy"]),
    stated(
        "TAP-IAM-2",
        SETTLER,
        "GatewaySecret",
        "of another account",
        resources=[OTHERS.format("secretsmanager", "secret:others")],
    ),
    stated("TAP-IAM-5", QUEUE_POLICY, "Events", "from anywhere", condition=None),
    stated("TAP-IAM-5", KEY_POLICY, "EventsToEncryptedQueue", "from anywhere", condition=None),
    # Who hears of it
    *looking_elsewhere("TAP-OBS-1", "settler-errors"),
    *looking_elsewhere("TAP-OBS-4", "pending-index-write-throttles"),
    *looking_elsewhere("TAP-OBS-5", "settler-dead-letters", FIRST),
    *(
        put("TAP-OBS-9", ALARM, argument, value, alarm)
        for alarm, argument, value in (
            (STOPPED, "treat_missing_data", "notBreaching"),
            (STOPPED, "treat_missing_data", "ignore"),
            (STOPPED, "threshold", 0),
            (STOPPED, "statistic", "Average"),
            (PENDING, "threshold", 86400),
            (PENDING, "statistic", "Minimum"),
            (PENDING, "comparison_operator", "LessThanThreshold"),
            ("gateway-circuit-open", "threshold", 100),
            (DECLINED, "threshold", 100),
        )
    ),
    watch("IF(m1 >= 5000, 100 * m1 / (m1 + FILL(m2, 0)), 0)"),
    watch("IF(m1 >= 20, 100 * m1 / (m1 + m2), 0)"),
    watch("IF(m1 >= 20, 1 * m1 / (m1 + FILL(m2, 0)), 0)"),
    watch("IF(m2 >= 20, 100 * m2 / (m2 + FILL(m1, 0)), 0)"),
    put("TAP-OBS-10", ALARM, "dimensions.service", "archiver", PENDING),
    put("TAP-OBS-10", ALARM, "metric_name", "OldestPendingHours", PENDING),
    # Limits of routes
    *(
        put("TAP-NET-5", STAGE, f"route_settings.0.{limit}", value)
        for limit in ("throttling_rate_limit", "throttling_burst_limit")
        for value in (REMOVED, 0, -1, 1_000_000, TOKEN)
    ),
    put("TAP-DOC-5", STAGE, "route_settings.1.data_trace_enabled", True),
]
HARMLESS = [
    put(None, SECRET, "description", "What signs in at the gateway"),
    put(None, SECRET, "recovery_window_in_days", "0"),
    put(None, SECRET, "kms_key_id", "${aws_kms_key.OWN.id}"),
    put(None, FUNCTION, f"{VARIABLES}.PAYMENT_GATEWAY", "simulated", "settler"),
    put(None, RULE, "schedule_expression", "rate(5 minutes)"),
    put(None, RULE, "state", REMOVED),
    put(None, RULE, "description", REMOVED),
    put(None, TARGET, "retry_policy.maximum_retry_attempts", 185),
    put(None, TARGET, "dead_letter_config", [{"arn": "${aws_sqs_queue.QUEUE.arn}"}], says="in a list"),
    put(None, FUNCTION, "reserved_concurrent_executions", 1, "settler"),
    put(None, INVOKED, "maximum_retry_attempts", 2),
    put(None, ALARM, "threshold", 600, PENDING),
    put(None, ALARM, "threshold", 60, DECLINED),
    put(None, ALARM, "period", 60, STOPPED),
    put(None, STAGE, "route_settings.0.throttling_rate_limit", "5"),
    put(None, STAGE, "route_settings", REMOVED),
    put(None, QUEUE, "visibility_timeout_seconds", 60, "settler"),
]
