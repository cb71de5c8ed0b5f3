"""DEL: every argument that would keep something, on any type and at any depth."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects import teardown
from lib.findings.finding import Finding

TABLE = "aws_dynamodb_table.ledger"
BUCKET = "aws_s3_bucket.records"
ANYTHING = "random_thing.that_no_rule_knows"


@pytest.mark.parametrize(
    ("rule", "target", "argument", "value"),
    [
        ("TAP-DEL-1", TABLE, "deletion_protection_enabled", True),
        ("TAP-DEL-1", TABLE, "deletion_protection_enabled", "true"),
        ("TAP-DEL-1", TABLE, "deletion_protection_enabled", "${var.protect}"),
        ("TAP-DEL-1", ANYTHING, "", {"deletion_protection": "ACTIVE"}),
        ("TAP-DEL-1", ANYTHING, "", {"cluster": [{"enabled": True}, {"termination_protection": True}]}),
        ("TAP-DEL-1", ANYTHING, "", {"dynamic": {"node": {"content": {"disable_api_termination": True}}}}),
        ("TAP-DEL-2", TABLE, "lifecycle", {"prevent_destroy": True}),
        ("TAP-DEL-2", TABLE, "lifecycle", [{"prevent_destroy": "true"}]),
        ("TAP-DEL-2", TABLE, "lifecycle", {"prevent_destroy": "${var.keep}"}),
        ("TAP-DEL-3", "aws_cloudwatch_log_group.processor", "skip_destroy", True),
        ("TAP-DEL-3", "aws_cloudwatch_log_group.processor", "skip_destroy", "${var.keep}"),
        ("TAP-DEL-3", ANYTHING, "", {"retain_on_delete": "true"}),
        ("TAP-DEL-3", ANYTHING, "", {"skip_final_snapshot": False}),
        ("TAP-DEL-3", ANYTHING, "", {"block_device": [{"delete_on_termination": "false"}]}),
        ("TAP-DEL-3", "aws_neptune_cluster.a", "", {}),
        ("TAP-DEL-3", "aws_sagemaker_domain.a", "", {"retention_policy": {"home_efs_file_system": "Retain"}}),
        ("TAP-DEL-3", ANYTHING, "", {"final_snapshot_identifier": "last"}),
        ("TAP-DEL-4", BUCKET, "object_lock_enabled", True),
        ("TAP-DEL-4", BUCKET, "object_lock_enabled", "${var.lock}"),
        ("TAP-DEL-4", BUCKET, "object_lock_configuration", {"object_lock_enabled": "Enabled"}),
        ("TAP-DEL-4", BUCKET, "dynamic", {"object_lock_configuration": {"for_each": [1], "content": {}}}),
        ("TAP-DEL-4", "aws_s3_bucket_versioning.records", "versioning_configuration.mfa_delete", "Enabled"),
        ("TAP-DEL-4", "aws_s3_bucket_versioning.records", "versioning_configuration.mfa_delete", "${var.mfa}"),
        ("TAP-DEL-4", ANYTHING, "", {"versioning": {"mfa_delete": True}}),
        ("TAP-DEL-4", ANYTHING, "", {"object_lock_mode": "COMPLIANCE"}),
        ("TAP-DEL-4", ANYTHING, "", {"object_lock_legal_hold_status": "ON"}),
        ("TAP-DEL-4", ANYTHING, "", {"retention_lock_type": "COMPLIANCE"}),
        ("TAP-DEL-4", "aws_s3_bucket_object_lock_configuration.a", "", {"bucket": "${aws_s3_bucket.records.id}"}),
        ("TAP-DEL-4", "aws_backup_vault_lock_configuration.a", "", {}),
        ("TAP-DEL-5", BUCKET, "force_destroy", None),
        ("TAP-DEL-5", BUCKET, "force_destroy", False),
        ("TAP-DEL-5", BUCKET, "force_destroy", "false"),
        ("TAP-DEL-5", BUCKET, "force_destroy", "${var.force}"),
        ("TAP-DEL-5", ANYTHING, "", {"force_delete": False}),
        ("TAP-DEL-5", "aws_backup_vault.a", "", {}),
        ("TAP-DEL-6", "aws_kms_key.main", "deletion_window_in_days", None),
        ("TAP-DEL-6", "aws_kms_key.main", "deletion_window_in_days", 30),
        ("TAP-DEL-6", "aws_kms_key.main", "deletion_window_in_days", "${var.days}"),
        ("TAP-DEL-6", "aws_kms_key.main", "deletion_window_in_days", True),
        ("TAP-DEL-6", ANYTHING, "", {"recovery_window_in_days": 7}),
    ],
)
def test_broken(broken: Callable[..., set[str]], rule: str, target: str, argument: str, value: Any) -> None:
    # A type that the stack does not have lacks its tags, name and key here.
    besides = {"TAP-TAG-1", "TAP-NAME-1", "TAP-ENC-9", "TAP-ENC-10"}
    assert broken(target, argument, value) - besides == {rule}


@pytest.mark.parametrize(
    ("target", "argument", "value"),
    [
        (TABLE, "deletion_protection_enabled", None),
        (TABLE, "deletion_protection_enabled", "false"),
        (TABLE, "lifecycle", {"prevent_destroy": False, "ignore_changes": ["tags"]}),
        (TABLE, "lifecycle", {"create_before_destroy": True}),
        (BUCKET, "force_destroy", "true"),
        (BUCKET, "object_lock_enabled", False),
        ("aws_s3_bucket_versioning.records", "versioning_configuration.mfa_delete", "Disabled"),
        (BUCKET, "object_lock_configuration", []),
        ("aws_kms_key.main", "deletion_window_in_days", "7"),
        (ANYTHING, "", {"deletion_protection": "INACTIVE", "force_delete": True, "skip_final_snapshot": True}),
        (ANYTHING, "", {"object_lock_legal_hold_status": "OFF", "recovery_window_in_days": 0}),
        (ANYTHING, "", {"variables": {"deletion_protection": "is a word of ours"}}),
    ],
)
def test_harmless(broken: Callable[..., set[str]], target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) == set()


HARMFUL_BY_DEFAULT = [
    *(("TAP-DEL-3", *row) for row in teardown.KEEPS_BY_DEFAULT.items()),
    *(("TAP-DEL-5", *row) for row in teardown.NEVER_EMPTY.items()),
    *(("TAP-DEL-6", *row) for row in teardown.WAITS_BY_DEFAULT.items()),
]


@pytest.mark.parametrize(("rule", "type_", "argument"), HARMFUL_BY_DEFAULT)
def test_what_is_harmful_by_default_has_to_be_said(
    after: Callable[..., tuple[Finding, ...]], rule: str, type_: str, argument: str
) -> None:
    messages = [finding.message for finding in after(f"{type_}.a", "", {}) if finding.rule_id == rule]
    assert len(messages) == 1
    assert messages[0].startswith(f"{argument} is missing; expected ")


def test_the_message_says_where_in_the_resource(after: Callable[..., tuple[Finding, ...]]) -> None:
    (finding,) = after(ANYTHING, "", {"cluster": {"node": [{"termination_protection": True}]}})
    assert finding.message == "cluster.node.termination_protection is true; expected false"
