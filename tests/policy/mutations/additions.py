"""Additions that are complete: a second queue, bucket or function with all that belongs to it. No rule may mind one."""

from __future__ import annotations

import json
from typing import Any

from .mutation import (
    ALARM,
    DOCUMENT,
    FUNCTION,
    ROUTE,
    TABLE,
    TOPIC,
    Body,
    Document,
    body_of,
    change,
    id_of,
    own_key,
    put,
    tracing_statement,
)

TAGS = {"Environment": "dev", "ManagedBy": "cdktf", "Project": "payments", "Owner": "somebody"}
SUBSCRIPTION, REPOSITORY = "aws_sns_topic_subscription", "aws_ecr_repository"
UNCLASSIFIED = ("TAP-DOC-4",)


def copied(document: Document, of: str, *words: tuple[str, str]) -> None:
    """Copy each resource and policy document whose construct path contains `of`, with these words replaced in it."""
    for section in ("resource", "data"):
        for named in document[section].values():
            for name, body in list(named.items()):
                if of in body["//"]["metadata"]["path"]:
                    text = json.dumps([name, body])
                    for old, new in words:
                        text = text.replace(old, new)
                    new_name, new_body = json.loads(text)
                    named[new_name] = new_body


def second_queue(document: Document) -> None:
    """Another queue with the key, the policy and the alarm of the dead-letter queue."""
    words = (("dead_letters", "parked"), ("sqs-dead-letters", "sqs-parked"))
    copied(document, "/dead_letters/", *words)
    alarm = ("alerting_payment-dead", "alerting_parked"), ("alerting/payment-dead", "alerting/parked")
    copied(document, "/payment-dead-letters", *words, *alarm, ("alarm-payment-dead", "alarm-parked"))


def second_bucket(document: Document) -> None:
    """Another bucket with all that belongs to the bucket of the records."""
    copied(document, "archive/records/", ("archive_records", "archive_exports"), ("s3-archive", "s3-exports"))


def second_function(document: Document) -> None:
    """Another function with role, log group, stream and alarms of the archiver."""
    words = (("archiver", "exporter"),)
    copied(document, "/archiver/", *words)
    for alarm in ("errors", "throttles", "duration", "iterator-age"):
        copied(document, f"alerting/archiver-{alarm}", *words)


def second_index(document: Document) -> None:
    """Another index of the table, with its alarms."""
    index = {"name": "index-day-dev", "hash_key": "created_at", "projection_type": "ALL"}
    body_of(document, TABLE)["global_secondary_index"].append(index)
    copied(document, "alerting/merchant-index", ("merchant-index", "day-index"), ("index-merchant", "index-day"))


def second_alarm(document: Document) -> None:
    """Another alarm on a metric that already has one."""
    copied(document, "alerting/processor-errors", ("processor-errors", "processor-many-errors"))
    body_of(document, ALARM, "many-errors").update(evaluation_periods=5, datapoints_to_alarm=3)


def alert_by_mail(document: Document) -> None:
    """The one literal to which AWS may send."""
    topic = f"${{{TOPIC}.{id_of(document, TOPIC)}.arn}}"
    added = {"topic_arn": topic, "protocol": "email", "endpoint": "payments-oncall@example.com"}
    document["resource"][SUBSCRIPTION] = {"added": added}


def repository(document: Document) -> None:
    """A repository of images, with a policy that knows no Resource and rules for old images."""
    account = "${data.aws_caller_identity.ME.account_id}"
    document["data"][DOCUMENT]["pull"] = {
        "statement": [
            {
                "sid": "Pull",
                "effect": "Allow",
                "actions": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}],
                "condition": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": [account]}],
            }
        ]
    }
    expire = {
        "rulePriority": 1,
        "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 5},
    }
    document["resource"] |= {
        REPOSITORY: {
            "images": {
                "name": "registry-images-dev",
                "force_delete": True,
                "image_tag_mutability": "IMMUTABLE",
                "encryption_configuration": {"encryption_type": "KMS", "kms_key": own_key},
                "tags": TAGS,
            }
        },
        "aws_ecr_repository_policy": {
            "images": {
                "repository": f"${{{REPOSITORY}.images.name}}",
                "policy": f"${{data.{DOCUMENT}.pull.json}}",
            }
        },
        "aws_ecr_lifecycle_policy": {
            "images": {
                "repository": f"${{{REPOSITORY}.images.name}}",
                "policy": json.dumps({"rules": [{**expire, "action": {"type": "expire"}}]}),
            }
        },
    }


def allowed_everywhere(document: Document, *actions: str) -> None:
    """Actions that know no resource, beside the function's traces."""
    tracing_statement(document)["actions"].extend(actions)


def failures_kept(document: Document) -> None:
    """The first function's queue becomes the end of its failed invocations."""
    body = body_of(document, FUNCTION)
    document["resource"]["aws_lambda_function_event_invoke_config"] = {
        "added": {
            "function_name": f"${{{FUNCTION}.{id_of(document, FUNCTION)}.function_name}}",
            "destination_config": {"on_failure": {"destination": body.pop("dead_letter_config")["target_arn"]}},
        }
    }


def also_deny(document: Document, of: str, **statement: Any) -> None:
    """The same refusal of plain HTTP once more, worded differently."""
    written: list[Body] = body_of(document, DOCUMENT, of)["statement"]
    refusal = next(one for one in written if one["effect"] == "Deny")
    written.append({**refusal, "sid": "Again", **statement})


def preflight_route(document: Document) -> None:
    """A route more, for what browsers ask before they send."""
    route = dict(body_of(document, ROUTE))
    del route["//"]
    document["resource"][ROUTE]["preflight"] = route | {"route_key": "OPTIONS /payments", "authorization_type": "NONE"}


def alarm_of_alarms(document: Document) -> None:
    """An alarm on another one."""
    document["resource"]["aws_cloudwatch_composite_alarm"] = {
        "added": {
            "alarm_name": "alarm-all-dev",
            "alarm_rule": f'ALARM("${{{ALARM}.{id_of(document, ALARM)}.alarm_name}}")',
            "alarm_actions": ["${aws_sns_topic.TOPIC.arn}"],
            "alarm_description": "All hurts. Runbook: docs/runbooks/function-errors.md",
            "tags": TAGS,
        }
    }


HARMLESS = [
    change(None, "a second queue", second_queue),
    change(None, "a second bucket", second_bucket),
    change(None, "a second function", second_function),
    change(None, "a second index", second_index),
    change(None, "a second alarm", second_alarm),
    change(None, "alerts by mail", alert_by_mail),
    change(None, "a repository of images", repository, UNCLASSIFIED),
    *(
        change(None, f"may {action}", lambda document, action=action: allowed_everywhere(document, action))
        for action in (
            *("cloudwatch:PutMetricData", "ecr:GetAuthorizationToken", "ec2:DescribeSubnets"),
            *("s3:ListAllMyBuckets", "kms:ListAliases", "sts:GetCallerIdentity"),
        )
    ),
    change(None, "an end of failed invocations", failures_kept, UNCLASSIFIED),
    change(None, "plain HTTP refused twice", lambda document: also_deny(document, "archive/records")),
    change(None, "a preflight route more", preflight_route),
    change(None, "an alarm of alarms", alarm_of_alarms, UNCLASSIFIED),
    put(None, TABLE, "ttl", {"attribute_name": "expires_at", "enabled": True}),
]
