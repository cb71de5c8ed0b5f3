"""ENC-9, ENC-10: any type that holds data has a key of this stack, in each block that asks for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects.encryption_of_types import is_covered, uncovered
from lib.aspects.terraform_json import StackView
from lib.aspects.types import all_types
from lib.findings.finding import Finding

from .test_encryption import NOT_OUR_KEY

KEY = "${aws_kms_key.main.arn}"
REPLICATION = "aws_s3_bucket_replication_configuration"
STREAM = {"name": "stream-a-dev", "encryption_type": "KMS", "kms_key_id": KEY}
CLUSTER = {"cluster_identifier": "cluster-a-dev", "storage_encrypted": True, "kms_key_id": KEY}
STORAGE = {"fargate_ephemeral_storage_kms_key_id": KEY}


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("encryption_type", None, "encryption_type is missing; expected the value that selects a customer managed key"),
        ("encryption_type", "NONE", 'encryption_type is "NONE"'),
        *(("kms_key_id", value, message) for value, message in NOT_OUR_KEY),
    ],
)
def test_any_type_is_encrypted_with_a_key_of_this_stack(
    after: Callable[..., tuple[Finding, ...]], argument: str, value: Any, message: str
) -> None:
    findings = after("aws_kinesis_stream.a", "", {**STREAM, argument: value})
    (text,) = (finding.message for finding in findings if finding.rule_id == "TAP-ENC-9")
    assert message in text


@pytest.mark.parametrize(
    ("type_", "body", "is_encrypted"),
    [
        ("aws_kinesis_stream", STREAM, True),
        ("aws_rds_cluster", CLUSTER, True),
        ("aws_rds_cluster", {**CLUSTER, "storage_encrypted": "false"}, False),
        ("aws_rds_cluster", {**CLUSTER, "performance_insights_enabled": True}, False),
        ("aws_rds_cluster", {**CLUSTER, "performance_insights_enabled": False}, True),
        ("aws_rds_cluster", {**CLUSTER, "manage_master_user_password": True}, False),
        ("aws_rds_cluster", {**CLUSTER, "master_user_secret_kms_key_id": "alias/aws/secretsmanager"}, False),
        ("aws_ecr_repository", {}, False),  # a block that is left out is AWS's own key
        ("aws_ecr_repository", {"encryption_configuration": {"encryption_type": "AES256"}}, False),
        ("aws_ecr_repository", {"encryption_configuration": {"encryption_type": "KMS", "kms_key": KEY}}, True),
        ("aws_ecs_cluster", {}, True),
        ("aws_ecs_cluster", {"configuration": {}}, True),
        ("aws_ecs_cluster", {"configuration": {"managed_storage_configuration": STORAGE}}, True),
        ("aws_secretsmanager_secret", {"kms_key_id": KEY}, True),
        ("aws_secretsmanager_secret", {"kms_key_id": KEY, "replica": [{"region": "x"}]}, False),
        ("aws_kinesis_firehose_delivery_stream", {}, False),
        ("aws_kinesis_firehose_delivery_stream", {"kinesis_source_configuration": {"kinesis_stream_arn": "x"}}, True),
        ("aws_ssm_parameter", {"type": "String"}, True),
        ("aws_ssm_parameter", {"type": "SecureString"}, False),
        ("aws_ssm_parameter", {"type": "SecureString", "key_id": KEY}, True),
        # `status` says whether encrypted objects are replicated; it selects no key.
        (REPLICATION, {"rule": {"source_selection_criteria": {"sse_kms_encrypted_objects": {}}}}, True),
        ("aws_mq_broker", {"encryption_options": {"kms_key_id": KEY, "use_aws_owned_key": True}}, False),
        ("aws_vpc", {}, True),
        ("aws_thing_of_next_year", {"kms_key_id": "alias/aws/x"}, True),  # TAP-DOC-4 reports the type
    ],
)
def test_what_a_type_is_asked_for(
    broken: Callable[..., set[str]], type_: str, body: dict[str, Any], is_encrypted: bool
) -> None:
    assert ("TAP-ENC-9" not in broken(f"{type_}.a", "", body)) == is_encrypted


@pytest.mark.parametrize("type_", ["aws_sns_topic", "aws_kms_key", "aws_rds_cluster", "aws_ssm_parameter"])
def test_a_type_with_a_key_is_covered(type_: str) -> None:
    assert is_covered(type_)


@pytest.mark.parametrize("type_", ["aws_elasticache_cluster", "aws_simpledb_domain", "aws_vpc"])
def test_a_type_without_a_key_is_not(type_: str) -> None:
    assert not is_covered(type_)


def test_a_classified_type_that_holds_data_needs_a_key() -> None:
    stack = StackView({"resource": {"aws_elasticache_cluster": {"a": {}}, "aws_sns_topic": {"a": {}}}})
    (finding,) = uncovered(lambda _: True, stack)
    assert finding[0] == "stack/aws_elasticache_cluster.a"
    assert list(uncovered(lambda _: False, stack)) == []


def test_every_type_of_the_catalogue_that_holds_data_is_covered() -> None:
    holding = [name for name, of_type in all_types().items() if of_type.holds_data]
    assert [type_ for type_ in holding if not is_covered(type_)] == []
