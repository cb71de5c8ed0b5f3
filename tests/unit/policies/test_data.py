"""TAP-ENC, TAP-REC and TAP-DEL of the second judge: how data is encrypted, brought back and destroyed."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from typing import Any

import pytest

from lib.environments import ROOT

from .conftest import Violated

KEY, BUCKET = "${aws_kms_key.key.arn}", "${aws_s3_bucket.records.id}"
ARN = "${aws_s3_bucket.records.arn}"
EVERYBODY = [{"type": "*", "identifiers": ["*"]}]
NO_TLS = [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}]
DEFAULT, LOGS = "apply_server_side_encryption_by_default", "${aws_s3_bucket.logs.id}"
ENCRYPTION, POLICY = "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_policy"
VERSIONING, ACCESS = "aws_s3_bucket_versioning", "aws_s3_bucket_public_access_block"
KINDS = [("TAP-ENC-2", ENCRYPTION), ("TAP-ENC-8", POLICY), ("TAP-REC-2", VERSIONING), ("TAP-NET-1", ACCESS)]
PRIVATE = dict.fromkeys(
    ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"), True
)


POLICIES = ROOT / "policies"


def refusing(action: str, *resources: str) -> dict[str, Any]:
    deny = {"effect": "Deny", "actions": [action], "resources": list(resources)}
    return {"statement": [{**deny, "principals": EVERYBODY, "condition": NO_TLS}]}


def document(name: str) -> str:
    return f"${{data.aws_iam_policy_document.{name}.json}}"


STACK: dict[str, Any] = {
    "data": {
        "aws_iam_policy_document": {
            "bucket": refusing("s3:*", ARN, f"{ARN}/*"),
            "logs": refusing("s3:*", "${aws_s3_bucket.logs.arn}", "${aws_s3_bucket.logs.arn}/*"),
            "queue": refusing("sqs:*", "${aws_sqs_queue.orders.arn}"),
        }
    },
    "resource": {
        "aws_kms_key": {"key": {}},
        "aws_s3_bucket": {"records": {"bucket": "s3-records-dev"}, "logs": {"bucket": "s3-logs-dev"}},
        ENCRYPTION: {
            "records": {"bucket": BUCKET, "rule": [{DEFAULT: {"sse_algorithm": "aws:kms", "kms_master_key_id": KEY}}]},
            "logs": {"bucket": LOGS, "rule": [{DEFAULT: [{"sse_algorithm": "AES256"}]}]},
        },
        POLICY: {
            "records": {"bucket": BUCKET, "policy": document("bucket")},
            "logs": {"bucket": LOGS, "policy": document("logs")},
        },
        VERSIONING: {
            "records": {"bucket": BUCKET, "versioning_configuration": {"status": "Enabled"}},
            "logs": {"bucket": LOGS, "versioning_configuration": {"status": "Enabled"}},
        },
        ACCESS: {"records": {"bucket": BUCKET, **PRIVATE}, "logs": {"bucket": LOGS, **PRIVATE}},
        "aws_s3_bucket_logging": {"records": {"bucket": BUCKET, "target_bucket": LOGS}},
        "aws_sqs_queue": {"orders": {"name": "sqs-orders-dev", "policy": document("queue")}},
    },
}


@pytest.fixture
def found(violated: Violated) -> Callable[..., list[str]]:
    """The addresses at which a rule finds something, after a change of a copy of STACK's resources."""

    def judge(rule: str, change: Callable[[dict[str, Any]], Any] = lambda _: None) -> list[str]:
        stack = copy.deepcopy(STACK)
        change(stack["resource"])
        return [address for address, _ in violated(rule, stack)]

    return judge


Found = Callable[..., list[str]]


@pytest.mark.parametrize(("rule", "kind"), KINDS)
def test_a_bucket_has_one_configuration(found: Found, rule: str, kind: str) -> None:
    bucket = "aws_s3_bucket.records"
    assert found(rule) == []
    assert found(rule, lambda resources: resources[kind].pop("records")) == [bucket]
    assert found(rule, lambda resources: resources[kind].update(more=resources[kind]["records"])) == [bucket]


@pytest.mark.parametrize(("rule", "kind"), KINDS)
@pytest.mark.parametrize("bucket", ["s3-records-dev", f"${{{VERSIONING}.records.bucket}}", "${aws_s3_bucket.gone.id}"])
def test_a_second_one_by_another_name(found: Found, rule: str, kind: str, bucket: str) -> None:
    def add(resources: dict[str, Any]) -> None:
        resources[kind]["more"] = {**resources[kind]["records"], "bucket": bucket}

    assert found(rule, add) == [f"{kind}.more"]


@pytest.mark.parametrize(("rule", "kind"), KINDS)
def test_a_bucket_may_be_referred_to_by_its_name(found: Found, rule: str, kind: str) -> None:
    by_name = "${aws_s3_bucket.records.bucket}"
    assert found(rule, lambda resources: resources[kind]["records"].update(bucket=by_name)) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda resources: resources.pop("aws_s3_bucket_logging"),
        lambda resources: resources["aws_s3_bucket_logging"]["records"].update(bucket=LOGS),
        lambda resources: resources.update(aws_lambda_function={"f": {"environment": {"variables": {"B": LOGS}}}}),
        lambda resources: resources.update(aws_lambda_function={"f": {"description": "writes to s3-logs-dev"}}),
        lambda resources: resources[ENCRYPTION]["logs"].update(rule=resources[ENCRYPTION]["records"]["rule"]),
    ],
)
def test_a_log_target_takes_logs_alone(found: Found, change: Callable[[dict[str, Any]], Any]) -> None:
    assert found("TAP-ENC-2", change) == ["aws_s3_bucket.logs"]


@pytest.mark.parametrize("resources", [[ARN], [f"{ARN}/*"], ["*"], [ARN, f"{ARN}/audit/*"]])
def test_a_refusal_is_of_the_bucket_and_all_in_it(violated: Violated, resources: list[str]) -> None:
    stack = copy.deepcopy(STACK)
    stack["data"]["aws_iam_policy_document"]["bucket"] = refusing("s3:*", *resources)
    assert [address for address, _ in violated("TAP-ENC-8", stack)] == ["aws_s3_bucket.records"]


@pytest.mark.parametrize(
    "change",
    [
        lambda queues: queues["aws_sqs_queue"]["orders"].pop("policy"),
        lambda queues: queues["aws_sqs_queue"]["orders"].update(policy=document("bucket")),
        lambda queues: queues.update(
            aws_sqs_queue_policy={"more": {"queue_url": "${aws_sqs_queue.orders.url}", "policy": document("queue")}}
        ),
        lambda queues: queues.update(aws_sns_topic={"alerts": {"name": "sns-alerts-dev"}}),
    ],
)
def test_topics_and_queues_refuse_plain_http(found: Found, change: Callable[[dict[str, Any]], Any]) -> None:
    assert found("TAP-ENC-11") == []
    assert len(found("TAP-ENC-11", change)) == 1


@pytest.mark.parametrize(
    ("rule", "kind", "body"),
    [
        ("TAP-ENC-7", "aws_kms_key", {"enable_key_rotation": False}),
        ("TAP-ENC-7", "aws_kms_key", {"enable_key_rotation": True, "rotation_period_in_days": 2560}),
        ("TAP-ENC-7", "aws_kms_key", {"customer_master_key_spec": "symmetric_default"}),
        ("TAP-ENC-9", "aws_ecs_cluster", {"configuration": {"managed_storage_configuration": {"kms_key_id": "a"}}}),
        ("TAP-ENC-9", "aws_athena_workgroup", {"configuration": {"result_configuration": {"output_location": "a"}}}),
        (
            "TAP-ENC-9",
            "aws_ecr_repository",
            {"encryption_configuration": {"encryption_type": "AES256", "kms_key": KEY}},
        ),
        ("TAP-ENC-9", "aws_kinesis_firehose_delivery_stream", {"name": "delivery-a-dev"}),
        ("TAP-ENC-9", "aws_rds_cluster", {"storage_encrypted": True, "kms_key_id": "${aws_kms_key.gone.arn}"}),
        ("TAP-ENC-10", "aws_elasticache_cluster", {}),
        ("TAP-ENC-10", "aws_database_of_next_year", {}),
        ("TAP-REC-1", "aws_dynamodb_table", {"point_in_time_recovery": [{"enabled": True}, {"enabled": False}]}),
        *(
            (
                "TAP-REC-1",
                "aws_dynamodb_table",
                {"point_in_time_recovery": {"enabled": True, "recovery_period_in_days": days}},
            )
            for days in (1, "6", "forever", True, 36)
        ),
        ("TAP-DEL-1", "aws_lb", {"enable_deletion_protection": "${var.x}"}),
        ("TAP-DEL-2", "aws_lb", {"lifecycle": [{"prevent_destroy": "true"}]}),
        ("TAP-DEL-3", "aws_db_instance", {"identifier": "db-a-dev"}),
        ("TAP-DEL-4", VERSIONING, {"versioning_configuration": {"mfa_delete": "Enabled"}}),
        ("TAP-DEL-5", "aws_ecr_repository", {"force_destroy": True}),
        ("TAP-DEL-6", "aws_secretsmanager_secret", {"recovery_window_in_days": 7}),
        ("TAP-DEL-6", "aws_secretsmanager_secret", {"recovery_window_in_days": False}),
    ],
)
def test_a_setting_is_found(found: Found, rule: str, kind: str, body: dict[str, Any]) -> None:
    assert f"{kind}.added" in found(rule, lambda resources: resources.setdefault(kind, {}).update(added=body))


@pytest.mark.parametrize(
    ("rule", "kind", "body"),
    [
        ("TAP-ENC-7", "aws_kms_key", {"enable_key_rotation": "true", "rotation_period_in_days": "90"}),
        ("TAP-ENC-7", "aws_kms_key", {"customer_master_key_spec": "HMAC_256"}),
        ("TAP-ENC-9", "aws_ecs_cluster", {"name": "cluster-a-dev"}),
        ("TAP-ENC-9", "aws_ssm_parameter", {"type": "String"}),
        (
            "TAP-ENC-9",
            "aws_devopsguru_service_integration",
            {
                "kms_server_side_encryption": {
                    "kms_key_id": KEY,
                    "opt_in_status": "ENABLED",
                    "type": "CUSTOMER_MANAGED_KEY",
                }
            },
        ),
        ("TAP-ENC-9", "aws_kinesis_firehose_delivery_stream", {"kinesis_source_configuration": [{"role_arn": "a"}]}),
        (
            "TAP-REC-1",
            "aws_dynamodb_table",
            {"point_in_time_recovery": {"enabled": True, "recovery_period_in_days": "7"}},
        ),
        ("TAP-DEL-4", VERSIONING, {"versioning_configuration": {"mfa_delete": "Disabled"}}),
        ("TAP-DEL-6", "aws_kms_key", {"deletion_window_in_days": "7"}),
    ],
)
def test_a_setting_that_is_right(found: Found, rule: str, kind: str, body: dict[str, Any]) -> None:
    assert f"{kind}.added" not in found(rule, lambda resources: resources.setdefault(kind, {}).update(added=body))


@pytest.mark.parametrize(("days", "is_right"), [(30, True), ("7", True), (6, False), ("${var.days}", False)])
def test_earlier_versions_stay_for_a_week(found: Found, days: object, is_right: bool) -> None:
    rule = {"noncurrent_version_expiration": [{"noncurrent_days": days}]}
    lifecycle = {"aws_s3_bucket_lifecycle_configuration": {"records": {"bucket": BUCKET, "rule": [rule]}}}
    assert found("TAP-REC-2", lambda resources: resources.update(lifecycle)) == (
        [] if is_right else ["aws_s3_bucket.records"]
    )


def test_no_policy_asks_for_the_identity_of_a_class_of_policies() -> None:
    """Checkov executes each file of the folder, so a module that others import exists twice, and so do its classes."""
    sources = {path: ast.parse(path.read_text()) for path in POLICIES.glob("*.py")}
    ours = {node.name for tree in sources.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    for path, tree in sources.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "isinstance":
                named = {part.id for part in ast.walk(node.args[1]) if isinstance(part, ast.Name)}
                assert not named & ours, f"{path.name}:{node.lineno}"
