"""ENC: data at rest is under a key that the stack owns; data in transit is under TLS."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from lib.aspects.model import ANY_TYPE, ResourceRule, Severity, StackRule
from lib.aspects.provider import encrypted
from lib.aspects.terraform_json import (
    UNKNOWN,
    Attributes,
    Resource,
    StackView,
    blocks,
    flag,
    format_value,
    literal,
    reference,
    strings,
)

KEY = "a customer managed key of this stack"
AT_REST = ("PCI DSS 4.0.1 3.5.1", "Well-Architected SEC08-BP02")
LOGS = ("PCI DSS 4.0.1 10.3.2", "Well-Architected SEC08-BP02")
WHY_OUR_KEY = (
    "Only a customer managed key has a policy of ours, an audit trail of its uses, and an end that we decide: "
    "an AWS owned or AWS managed key opens to whoever may call the service."
)


def _dynamodb(stack: StackView) -> Iterator[tuple[str, str]]:
    for table in stack.of("aws_dynamodb_table"):
        found = blocks(table.attributes, "server_side_encryption")
        if not found:
            yield table.path, "server_side_encryption is missing; expected enabled with a customer managed key"
        for block in found:
            if flag(block.get("enabled")) is not True:
                yield (
                    table.path,
                    f"server_side_encryption.enabled is {format_value(block.get('enabled'))}; expected true",
                )
            yield from _keyed(stack, table, "server_side_encryption.kms_key_arn", block.get("kms_key_arn"))
        for replica in blocks(table.attributes, "replica"):
            yield from _keyed(stack, table, "replica.kms_key_arn", replica.get("kms_key_arn"))
    for replica_table in stack.of("aws_dynamodb_table_replica"):
        yield from _keyed(stack, replica_table, "kms_key_arn", replica_table.attributes.get("kms_key_arn"))


def _bucket(stack: StackView) -> Iterator[tuple[str, str]]:
    for bucket in stack.of("aws_s3_bucket"):
        kind = "aws_s3_bucket_server_side_encryption_configuration"
        algorithms = ("AES256",) if _receives_logs(stack, bucket) else ("aws:kms", "aws:kms:dsse")
        configurations = stack.attached_to(bucket, kind, "bucket", "id", "bucket")
        if not configurations:
            yield bucket.path, f"no {kind} refers to this bucket; expected one with {algorithms[0]}"
        for configuration in configurations:
            rules = blocks(configuration.attributes, "rule")
            if not rules:
                yield configuration.path, f"rule is missing; expected one with {algorithms[0]}"
            for rule in rules:
                yield from _default_encryption(stack, configuration, rule, algorithms)


def _default_encryption(
    stack: StackView, configuration: Resource, rule: Attributes, algorithms: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    name = "apply_server_side_encryption_by_default"
    defaults = blocks(rule, name)
    if not defaults:
        yield configuration.path, f"rule.{name} is missing; expected {algorithms[0]}"
    for default in defaults:
        algorithm = default.get("sse_algorithm")
        if literal(algorithm) not in algorithms:
            reason = " (this bucket receives access logs)" if algorithms == ("AES256",) else ""
            yield configuration.path, f"sse_algorithm is {format_value(algorithm)}; expected {algorithms[0]}{reason}"
        elif algorithm != "AES256":
            yield from _keyed(stack, configuration, "kms_master_key_id", default.get("kms_master_key_id"))


def _receives_logs(stack: StackView, bucket: Resource) -> bool:
    """Whether S3 writes another bucket's access logs here; AWS delivers none into a bucket encrypted with KMS."""
    return bool(stack.attached_to(bucket, "aws_s3_bucket_logging", "target_bucket", "id", "bucket"))


def _argument(type_: str, argument: str) -> Callable[[StackView], Iterator[tuple[str, str]]]:
    """The check of a resource type that has its key in one argument."""

    def check(stack: StackView) -> Iterator[tuple[str, str]]:
        for resource in stack.of(type_):
            yield from _keyed(stack, resource, argument, resource.attributes.get(argument))

    return check


def _lambda_environment(stack: StackView) -> Iterator[tuple[str, str]]:
    for function in stack.of("aws_lambda_function"):
        if blocks(function.attributes, "environment"):
            yield from _keyed(stack, function, "kms_key_arn", function.attributes.get("kms_key_arn"))


def _keyed(stack: StackView, resource: Resource, argument: str, value: Any) -> Iterator[tuple[str, str]]:
    if complaint := stack.key_complaint(value):
        yield resource.path, f"{argument} {complaint}; expected {KEY}"


def _rotation(_type: str, key: Attributes) -> Iterator[str]:
    spec = key.get("customer_master_key_spec")
    if spec is not None and literal(spec) not in ("SYMMETRIC_DEFAULT", UNKNOWN):
        return  # AWS rotates symmetric encryption keys only
    if flag(key.get("enable_key_rotation")) is not True:
        yield f"enable_key_rotation is {format_value(key.get('enable_key_rotation'))}; expected true"


def _tls_only(stack: StackView) -> Iterator[tuple[str, str]]:
    for bucket in stack.of("aws_s3_bucket"):
        policies = stack.attached_to(bucket, "aws_s3_bucket_policy", "bucket", "id", "bucket")
        if not policies:
            yield bucket.path, "no aws_s3_bucket_policy refers to this bucket; expected one that denies plain HTTP"
        for policy in policies:
            statements = _statements(stack, policy.attributes.get("policy"))
            if statements is None:
                yield policy.path, "the policy is not known at synthesis; expected one that denies plain HTTP"
            elif not any(_denies_plain_http(statement, bucket) for statement in statements):
                yield (
                    policy.path,
                    "no statement denies every principal s3:* on the bucket and its objects, "
                    "under the one condition Bool aws:SecureTransport false",
                )


def _statements(stack: StackView, policy: Any) -> list[dict[str, Any]] | None:
    """The statements of a policy, all in one shape; None where they cannot be known."""
    to = reference(policy)
    if to is not None and to.type == "aws_iam_policy_document" and to.is_data and (document := stack.get(to)):
        if document.attributes.get("override_policy_documents"):
            return None  # may replace any statement
        return [_from_document(statement) for statement in blocks(document.attributes, "statement")]
    try:
        found = json.loads(policy)["Statement"]
        return [_from_json(statement) for statement in (found if isinstance(found, list) else [found])]
    except (TypeError, ValueError, KeyError, AttributeError):
        return None


def _from_document(statement: Attributes) -> dict[str, Any]:
    """A `statement` block of an aws_iam_policy_document."""
    return {
        "effect": statement.get("effect"),
        "everybody": any(
            literal(who.get("type")) in ("*", "AWS") and "*" in strings(who.get("identifiers"))
            for who in blocks(statement, "principals")
        ),
        "actions": strings(statement.get("actions")),
        "resources": strings(statement.get("resources")),
        "conditions": [
            (condition.get("test"), condition.get("variable"), strings(condition.get("values")))
            for condition in blocks(statement, "condition")
        ],
    }


def _from_json(statement: dict[str, Any]) -> dict[str, Any]:
    """A statement of a policy that is written as JSON."""
    principal = statement.get("Principal")
    return {
        "effect": statement.get("Effect"),
        "everybody": principal == "*" or (isinstance(principal, dict) and "*" in strings(principal.get("AWS"))),
        "actions": strings(statement.get("Action")),
        "resources": strings(statement.get("Resource")),
        "conditions": [
            (test, variable, ["false"] if value is False else strings(value))
            for test, tested in statement.get("Condition", {}).items()
            for variable, value in tested.items()
        ],
    }


def _denies_plain_http(statement: dict[str, Any], bucket: Resource) -> bool:
    arn = f"${{{bucket.type}.{bucket.id}.arn}}"
    return (
        statement["effect"] == "Deny"
        and statement["everybody"]
        and bool({"s3:*", "*"} & set(statement["actions"]))
        and {arn, f"{arn}/*"} <= set(statement["resources"])
        # A second condition would leave plain requests that do not meet it.
        and [(test, str(key).lower(), values) for test, key, values in statement["conditions"]]
        == [("Bool", "aws:securetransport", ["false"])]
    )


DYNAMODB = StackRule(
    id="TAP-ENC-1",
    title="DynamoDB tables are encrypted with a customer managed key",
    why=WHY_OUR_KEY,
    severity=Severity.CRITICAL,
    controls=AT_REST,
    resource_types=("aws_dynamodb_table", "aws_dynamodb_table_replica"),
    waivable=False,
    fix="set server_side_encryption with enabled=True and kms_key_arn=<KmsKey>.arn, on replicas kms_key_arn",
    source="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html",
    check=_dynamodb,
)

BUCKET = StackRule(
    id="TAP-ENC-2",
    title=(
        "Buckets are encrypted with a customer managed key; one that receives S3 access logs with SSE-S3, "
        "because AWS delivers logs into no other"
    ),
    why=WHY_OUR_KEY,
    severity=Severity.CRITICAL,
    controls=AT_REST,
    resource_types=("aws_s3_bucket", "aws_s3_bucket_server_side_encryption_configuration"),
    waivable=False,
    fix=(
        "declare an S3BucketServerSideEncryptionConfiguration with bucket=<S3Bucket>.id, sse_algorithm='aws:kms' and "
        "kms_master_key_id=<KmsKey>.arn; for a target of access logs sse_algorithm='AES256'"
    ),
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html",
    check=_bucket,
)

TOPIC = StackRule(
    id="TAP-ENC-3",
    title="SNS topics are encrypted with a customer managed key",
    why=WHY_OUR_KEY + " CloudWatch alarms cannot publish to a topic under alias/aws/sns at all.",
    severity=Severity.HIGH,
    controls=AT_REST,
    resource_types=("aws_sns_topic",),
    waivable=False,
    fix="set kms_master_key_id=<KmsKey>.arn",
    source="https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html",
    check=_argument("aws_sns_topic", "kms_master_key_id"),
)

QUEUE = StackRule(
    id="TAP-ENC-4",
    title="SQS queues are encrypted with a customer managed key",
    why=WHY_OUR_KEY,
    severity=Severity.HIGH,
    controls=AT_REST,
    resource_types=("aws_sqs_queue",),
    waivable=False,
    fix="set kms_master_key_id=<KmsKey>.arn; sqs_managed_sse_enabled is SQS's own key",
    source=(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html"
    ),
    check=_argument("aws_sqs_queue", "kms_master_key_id"),
)

LOG_GROUP = StackRule(
    id="TAP-ENC-5",
    title="Log groups are encrypted with a customer managed key",
    why=WHY_OUR_KEY,
    severity=Severity.HIGH,
    controls=LOGS,
    resource_types=("aws_cloudwatch_log_group",),
    waivable=False,
    fix="set kms_key_id=<KmsKey>.arn",
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    check=_argument("aws_cloudwatch_log_group", "kms_key_id"),
)

LAMBDA_ENVIRONMENT = StackRule(
    id="TAP-ENC-6",
    title="Environments of Lambda functions are encrypted with a customer managed key",
    why=WHY_OUR_KEY,
    severity=Severity.HIGH,
    controls=AT_REST,
    resource_types=("aws_lambda_function",),
    waivable=False,
    fix="set kms_key_arn=<KmsKey>.arn",
    source="https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",
    check=_lambda_environment,
)

ROTATION = ResourceRule(
    id="TAP-ENC-7",
    title="Customer managed keys rotate; asymmetric and HMAC keys are left out, because AWS cannot rotate them",
    why="What one key material has encrypted ends with its year: a leak opens that much and no more.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 3.7.4", "Well-Architected SEC08-BP01"),
    resource_types=("aws_kms_key",),
    waivable=False,
    fix="set enable_key_rotation=True",
    source="https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    check=_rotation,
)

TLS_ONLY = StackRule(
    id="TAP-ENC-8",
    title="Buckets refuse requests without TLS",
    why="S3 answers plain HTTP too, so credentials and records could cross a network in the clear.",
    severity=Severity.HIGH,
    controls=("PCI DSS 4.0.1 4.2.1", "Well-Architected SEC09-BP02"),
    resource_types=("aws_s3_bucket", "aws_s3_bucket_policy"),
    waivable=False,
    fix=(
        "declare an S3BucketPolicy with bucket=<S3Bucket>.id whose document denies s3:* to principal * on "
        "<S3Bucket>.arn and <S3Bucket>.arn/*, with the condition Bool aws:SecureTransport false and no other"
    ),
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    check=_tls_only,
)

ANY_OTHER = StackRule(
    id="TAP-ENC-9",
    title="Whatever else holds data is encrypted with a customer managed key",
    why=WHY_OUR_KEY,
    severity=Severity.CRITICAL,
    controls=AT_REST,
    resource_types=encrypted.TYPES,
    waivable=False,
    fix="switch the encryption on and give it <KmsKey>.arn of this stack, in each block that has a key",
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/sec_protect_data_rest_encrypt.html",
    check=encrypted.encrypted,
)

COVERED = StackRule(
    id="TAP-ENC-10",
    title="An encryption rule covers every type that holds data",
    why="A type that no rule knows, or that takes no key of ours, would hold data in whatever way its default is.",
    severity=Severity.HIGH,
    controls=AT_REST,
    resource_types=ANY_TYPE,
    waivable=False,
    fix=(
        "use a type that takes a customer managed key; for a newer provider's type run "
        "python -m lib.aspects.provider.generate and judge it in judgments.toml, and in policies/_encryption.py"
    ),
    source="https://docs.aws.amazon.com/wellarchitected/latest/framework/sec_protect_data_rest_encrypt.html",
    check=encrypted.covered,
)

RULES = (DYNAMODB, BUCKET, TOPIC, QUEUE, LOG_GROUP, LAMBDA_ENVIRONMENT, ROTATION, TLS_ONLY, ANY_OTHER, COVERED)
