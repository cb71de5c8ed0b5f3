"""RUN, OBS: how functions run and who hears of it, broken in one place."""

from __future__ import annotations

import json
from typing import Any

from .mutation import (
    ALARM,
    FUNCTION,
    LOGS,
    QUEUE,
    REMOVED,
    TABLE,
    TOKEN,
    Document,
    Mutation,
    add,
    body_of,
    change,
    own_key,
    put,
)

MAPPING, COMPOSITE = "aws_lambda_event_source_mapping", "aws_cloudwatch_composite_alarm"
MORE = "${aws_sqs_queue.added.arn}"
FIRST = "metric_query.0.metric."  # of an alarm on metric math


def looking_elsewhere(rule: str, alarm: str, within: str = "") -> list[Mutation]:
    """The ways in which an alarm stops watching what it is there for; `within` is the path to its first metric."""
    return [
        change(rule, f"no {alarm}", lambda document: without(document, ALARM, alarm)),
        put(rule, ALARM, f"{within}metric_name", "Invocations", alarm),
        put(rule, ALARM, f"{within}namespace", "AWS/Other", alarm),
        put(rule, ALARM, f"{within}dimensions", REMOVED, alarm),
        put(rule, ALARM, f"{within}dimensions", {}, alarm),
        put(rule, ALARM, "comparison_operator", "LessThanThreshold", alarm),
        put(rule, ALARM, "threshold", TOKEN, alarm),
        change(rule, f"{alarm} by name", lambda document: by_name(document, alarm)),
        change(rule, f"{alarm} of another", lambda document: by_name(document, alarm, "${aws_sqs_queue.other.name}")),
    ]


def without(document: Document, kind: str, of: str) -> None:
    """Take away the resource of a kind whose construct path contains `of`."""
    gone = body_of(document, kind, of)
    named = document["resource"][kind]
    document["resource"][kind] = {name: body for name, body in named.items() if body is not gone}


def by_name(document: Document, alarm: str, value: str = "lambda-processor-dev") -> None:
    """Every dimension with one value: what is watched is no longer referred to."""
    body = body_of(document, ALARM, alarm)
    for metric in (body, *(query["metric"] for query in body.get("metric_query", []) if "metric" in query)):
        if "dimensions" in metric:
            metric["dimensions"] = dict.fromkeys(metric["dimensions"], value)


def failing_to(document: Document, function: str) -> None:
    """The first function's queue becomes the end of failed invocations of `function`."""
    body = body_of(document, FUNCTION)
    queue = body.pop("dead_letter_config")["target_arn"]
    config = {
        "function_name": f"${{aws_lambda_function.{function}.function_name}}",
        "destination_config": {"on_failure": {"destination": queue}},
    }
    document["resource"]["aws_lambda_function_event_invoke_config"] = {"added": config}


def dead_letters_of(document: Document, kind: str, argument: str, value: Any) -> None:
    """A queue without an alarm, to which something sends what failed."""
    add("", QUEUE, {"name": "sqs-more-dev", "kms_master_key_id": own_key}).apply(document)
    body_of(document, kind)[argument] = value


VIOLATIONS = [
    *(put("TAP-RUN-1", FUNCTION, "runtime", value) for value in (REMOVED, "python3.9", "nodejs20.x", TOKEN)),
    *(put("TAP-RUN-2", FUNCTION, "dead_letter_config", value) for value in (REMOVED, [])),
    put("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", "arn:aws:sqs:us-east-1:111122223333:sqs-others-dev"),
    put("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", "${aws_s3_bucket.b.arn}"),
    put("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", TOKEN),
    put("TAP-RUN-2", FUNCTION, "dead_letter_config.target_arn", "${aws_sqs_queue.nowhere.arn}"),
    change("TAP-RUN-2", "an end of another function", lambda document: failing_to(document, "other")),
    *(put("TAP-RUN-3", FUNCTION, "tracing_config", value) for value in (REMOVED, [])),
    *(put("TAP-RUN-3", FUNCTION, "tracing_config.mode", value) for value in (REMOVED, "PassThrough", TOKEN)),
    put("TAP-RUN-4", FUNCTION, "logging_config", REMOVED),
    put("TAP-RUN-4", FUNCTION, "logging_config.log_group", REMOVED),
    put("TAP-RUN-4", FUNCTION, "logging_config.log_group", "/aws/lambda/lambda-processor-dev"),
    put("TAP-RUN-4", FUNCTION, "logging_config.log_group", TOKEN),
    *(put("TAP-RUN-5", LOGS, "retention_in_days", value) for value in (REMOVED, 0, TOKEN)),
    *(
        mutation
        for rule, alarm in {
            "TAP-OBS-1": "processor-errors",
            "TAP-OBS-2": "archiver-throttles",
            "TAP-OBS-3": "processor-duration",
            "TAP-OBS-4": "transactions-write-throttles",
        }.items()
        for mutation in looking_elsewhere(rule, alarm)
    ),
    *looking_elsewhere("TAP-OBS-5", "archive-failures", FIRST),
    put("TAP-OBS-1", ALARM, "dimensions.Resource", "lambda-processor-dev:live", "processor-errors"),
    put("TAP-OBS-4", ALARM, "dimensions.GlobalSecondaryIndexName", "index-other-dev", "index-read"),
    put("TAP-OBS-4", TABLE, "global_secondary_index.0.name", TOKEN),
    change(
        "TAP-OBS-4",
        "a second index",
        lambda document: body_of(document, TABLE)["global_secondary_index"].append(
            {"name": "index-more-dev", "hash_key": "payment_id", "projection_type": "ALL"}
        ),
    ),
    add("TAP-OBS-1", FUNCTION, {"function_name": "lambda-more-dev"}),
    add("TAP-OBS-4", TABLE, {"name": "dynamodb-more-dev", "hash_key": "id"}),
    *(
        change("TAP-OBS-5", f"a queue more, by {says}", lambda document, at=at: dead_letters_of(document, *at))
        for says, at in {
            "a function": (FUNCTION, "dead_letter_config", {"target_arn": MORE}),
            "a queue": (QUEUE, "redrive_policy", json.dumps({"deadLetterTargetArn": MORE})),
            "a mapping": (MAPPING, "destination_config", {"on_failure": [{"destination_arn": MORE}]}),
        }.items()
    ),
    *(put("TAP-OBS-6", ALARM, "actions_enabled", value) for value in (False, "false", TOKEN)),
    *(
        put("TAP-OBS-6", ALARM, "alarm_actions", value)
        for value in (REMOVED, [], ["arn:aws:sns:x:111122223333:t"], ["${aws_sns_topic.nowhere.arn}"], [TOKEN])
    ),
    change(
        "TAP-OBS-6",
        "a second action",
        lambda document: body_of(document, ALARM)["alarm_actions"].append("${data.aws_sns_topic.x.arn}"),
    ),
    add("TAP-OBS-6", "aws_cloudwatch_composite_alarm", {"alarm_name": "alarm-all-dev", "alarm_rule": "TRUE"}),
    *(put("TAP-OBS-7", ALARM, "treat_missing_data", value) for value in (REMOVED, None, "notbreaching", TOKEN)),
    *(
        put("TAP-OBS-8", ALARM, "alarm_description", value, says=f"number {number}")
        for number, value in enumerate(
            (
                REMOVED,
                "It hurts.",
                "It hurts. Runbook: docs/runbooks/no-such.md",
                "It hurts. Runbook: docs/runbooks/function-errors.md, or not",
                f"It hurts. Runbook: docs/runbooks/{TOKEN}.md",
            )
        )
    ),
]
