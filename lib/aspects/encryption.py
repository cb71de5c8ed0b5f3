"""The ENC rules: data at rest is encrypted with a key of the stack; data in transit uses TLS.

This file checks types that name their key in one or two arguments, and the keys themselves. buckets.py checks buckets,
messages.py checks TLS of queues and topics, encryption_of_types.py checks all other types that hold data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from lib.aspects.model import ResourceRule, StackRule
from lib.aspects.terraform_json import (
    MISSING,
    Attributes,
    Resource,
    StackView,
    blocks,
    flag,
    format_value,
    number,
)
from lib.findings.finding import Severity

OWN_KEY = "a customer managed key of this stack"
AT_REST = ("PCI DSS 4.0.1 3.5.1", "Well-Architected SEC08-BP02")
WHY_OUR_KEY = (
    "Only for a customer managed key do we write the key policy and decide when the key is deleted. "
    "With an AWS owned or AWS managed key, whoever may call the service can read the data."
)
# Rotation period in days: AWS's minimum, and one year (PCI DSS 4.0.1, 3.7.4).
# AWS can only rotate symmetric encryption keys.
NOT_ROTATED = re.compile(r"(ECC|HMAC|ML_DSA|RSA)_\w+|SM2")
ROTATION_DAYS = (90, 365)


def keyed(stack: StackView, resource: Resource, argument: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield (construct path, message) if the value of an argument is not a key of this stack."""
    if complaint := stack.key_complaint(value):
        yield resource.path, f"{argument} {complaint}; expected {OWN_KEY}"


def _has_key(type_: str, argument: str) -> Callable[[StackView], Iterator[tuple[str, str]]]:
    """Return the check for a resource type that names its key in one argument."""

    def check(stack: StackView) -> Iterator[tuple[str, str]]:
        for resource in stack.of(type_):
            yield from keyed(stack, resource, argument, resource.attributes.get(argument))

    return check


def _dynamodb(stack: StackView) -> Iterator[tuple[str, str]]:
    for table in stack.of("aws_dynamodb_table"):
        found = blocks(table.attributes, "server_side_encryption")
        if not found:
            yield table.path, "server_side_encryption is missing; expected enabled with a customer managed key"
        for block in found:
            if flag(block.get("enabled")) is not True:
                enabled = format_value(block.get("enabled"))
                yield table.path, f"server_side_encryption.enabled is {enabled}; expected true"
            yield from keyed(stack, table, "server_side_encryption.kms_key_arn", block.get("kms_key_arn"))
        for replica in blocks(table.attributes, "replica"):
            yield from keyed(stack, table, "replica.kms_key_arn", replica.get("kms_key_arn"))
    for replica_table in stack.of("aws_dynamodb_table_replica"):
        yield from keyed(stack, replica_table, "kms_key_arn", replica_table.attributes.get("kms_key_arn"))


DYNAMODB = StackRule(
    id="TAP-ENC-1",
    title="DynamoDB tables are encrypted with a customer managed key",
    why=WHY_OUR_KEY,
    severity=Severity.CRITICAL,
    controls=AT_REST,
    resource_types=("aws_dynamodb_table", "aws_dynamodb_table_replica"),
    waivable=False,
    fix="set server_side_encryption with enabled=True and kms_key_arn=<KmsKey>.arn; on replicas, set kms_key_arn",
    source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html",
    check=_dynamodb,
)

TOPIC = StackRule(
    id="TAP-ENC-3",
    title="SNS topics are encrypted with a customer managed key",
    why=WHY_OUR_KEY + " CloudWatch alarms cannot publish to a topic encrypted with alias/aws/sns.",
    severity=Severity.HIGH,
    controls=AT_REST,
    resource_types=("aws_sns_topic",),
    waivable=False,
    fix="set kms_master_key_id=<KmsKey>.arn",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html",
    check=_has_key("aws_sns_topic", "kms_master_key_id"),
)

QUEUE = StackRule(
    id="TAP-ENC-4",
    title="SQS queues are encrypted with a customer managed key",
    why=WHY_OUR_KEY,
    severity=Severity.HIGH,
    controls=AT_REST,
    resource_types=("aws_sqs_queue",),
    waivable=False,
    fix="set kms_master_key_id=<KmsKey>.arn; leave out sqs_managed_sse_enabled, which uses SQS's own key",
    source=(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html"
    ),
    check=_has_key("aws_sqs_queue", "kms_master_key_id"),
)

LOG_GROUP = StackRule(
    id="TAP-ENC-5",
    title="Log groups are encrypted with a customer managed key",
    why=WHY_OUR_KEY,
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 10.3.2", "Well-Architected SEC08-BP02"),
    resource_types=("aws_cloudwatch_log_group",),
    waivable=False,
    fix="set kms_key_id=<KmsKey>.arn",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    check=_has_key("aws_cloudwatch_log_group", "kms_key_id"),
)


def _lambda_environment(stack: StackView) -> Iterator[tuple[str, str]]:
    for function in stack.of("aws_lambda_function"):
        key = function.attributes.get("kms_key_arn")
        if key is not None or function.attributes.get("environment") or blocks(function.attributes, "environment"):
            yield from keyed(stack, function, "kms_key_arn", key)


LAMBDA_ENVIRONMENT = StackRule(
    id="TAP-ENC-6",
    title="Environment variables of Lambda functions are encrypted with a customer managed key",
    why=WHY_OUR_KEY,
    severity=Severity.HIGH,
    controls=AT_REST,
    resource_types=("aws_lambda_function",),
    waivable=False,
    fix="set kms_key_arn=<KmsKey>.arn",
    source="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
    check=_lambda_environment,
)


def _rotation(_type: str, key: Attributes) -> Iterator[str]:
    spec = key.get("customer_master_key_spec")
    if isinstance(spec, str) and NOT_ROTATED.fullmatch(spec):
        return
    if flag(key.get("enable_key_rotation")) is not True:
        yield f"enable_key_rotation is {format_value(key.get('enable_key_rotation'))}; expected true"
    least, most = ROTATION_DAYS
    period = number(key.get("rotation_period_in_days"))
    if period is not MISSING and not (isinstance(period, float) and least <= period <= most):
        named = format_value(key.get("rotation_period_in_days"))
        yield f"rotation_period_in_days is {named}; expected {least} to {most}, or none (AWS's default is {most})"


ROTATION = ResourceRule(
    id="TAP-ENC-7",
    title="Customer managed keys are rotated every year, except asymmetric and HMAC keys, which AWS cannot rotate",
    why="If a key rotates, leaked key material exposes the data of one year only.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 3.7.4", "Well-Architected SEC08-BP01"),
    resource_types=("aws_kms_key",),
    waivable=False,
    fix="set enable_key_rotation=True, and leave out rotation_period_in_days",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    check=_rotation,
)

RULES = (DYNAMODB, TOPIC, QUEUE, LOG_GROUP, LAMBDA_ENVIRONMENT, ROTATION)
