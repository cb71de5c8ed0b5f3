"""What counts as keeping data for a shorter time."""

from __future__ import annotations

from typing import Any

import pytest

from lib.plans.lifecycle import sooner
from lib.plans.retention import shortened

TABLE, GROUP = "aws_dynamodb_table", "aws_cloudwatch_log_group"
ON = {"point_in_time_recovery": [{"enabled": True}]}


@pytest.mark.parametrize(
    ("type_", "before", "after", "said"),
    [
        (GROUP, {"retention_in_days": 365}, {"retention_in_days": 30}, "retention_in_days 365 -> 30"),
        (GROUP, {"retention_in_days": 0}, {"retention_in_days": 3653}, "retention_in_days 0 -> 3653"),
        (
            "aws_sqs_queue",
            {"message_retention_seconds": 1209600},
            {"message_retention_seconds": 60},
            "message_retention_seconds 1209600 -> 60",
        ),
        (
            "aws_kms_key",
            {"deletion_window_in_days": 30},
            {"deletion_window_in_days": 7},
            "deletion_window_in_days 30 -> 7",
        ),
        ("aws_secretsmanager_secret", {"recovery_window_in_days": 7}, {"recovery_window_in_days": 0}, "7 -> 0"),
        ("aws_rds_cluster", {"backup_retention_period": 35}, {"backup_retention_period": 1}, "35 -> 1"),
        ("aws_rds_cluster", {"backup_retention_period": 35}, {}, "backup_retention_period 35 -> not set"),
        ("aws_kinesis_stream", {"retention_period": 48}, {"retention_period": 24}, "48 -> 24"),
        (
            "aws_backup_plan",
            {"rule": [{"lifecycle": [{"delete_after": 365}]}]},
            {"rule": [{"lifecycle": [{"delete_after": 30}]}]},
            "rule.lifecycle.delete_after 365 -> 30",
        ),
        (TABLE, ON, {"point_in_time_recovery": [{"enabled": False}]}, "point_in_time_recovery on -> off"),
        (TABLE, ON, {"point_in_time_recovery": []}, "point_in_time_recovery on -> off"),
        (
            TABLE,
            ON,
            {"point_in_time_recovery": [{"enabled": True, "recovery_period_in_days": 7}]},
            "point_in_time_recovery 35 -> 7 days",
        ),
        (
            TABLE,
            {},
            {"ttl": [{"enabled": True, "attribute_name": "gone_at"}]},
            "items would expire by their attribute gone_at",
        ),
        (
            TABLE,
            {"stream_enabled": True, "stream_view_type": "NEW_AND_OLD_IMAGES"},
            {"stream_enabled": True, "stream_view_type": "KEYS_ONLY"},
            "the stream would be closed",
        ),
    ],
)
def test_shorter_is_named(type_: str, before: dict[str, Any], after: dict[str, Any], said: str) -> None:
    (text,) = shortened(type_, before, after)
    assert said in text


@pytest.mark.parametrize(
    ("type_", "before", "after"),
    [
        (GROUP, {"retention_in_days": 365}, {"retention_in_days": 400}),
        (GROUP, {"retention_in_days": 365}, {"retention_in_days": 0}),
        (GROUP, {"retention_in_days": 365}, {"retention_in_days": 365, "kms_key_id": "k"}),
        ("aws_sqs_queue", {"visibility_timeout_seconds": 60}, {"visibility_timeout_seconds": 30}),
        ("aws_kms_key", {"rotation_period_in_days": 365}, {"rotation_period_in_days": 90}),
        ("aws_kms_key", {"tags_all": {"retention": "9"}}, {"tags_all": {"retention": "1"}}),
        (TABLE, {"point_in_time_recovery": [{"enabled": False}]}, ON),
        # AWS answers with its default, which the JSON leaves out.
        (TABLE, {"point_in_time_recovery": [{"enabled": True, "recovery_period_in_days": 35}]}, ON),
        (TABLE, {"stream_enabled": False}, {"stream_enabled": True, "stream_view_type": "KEYS_ONLY"}),
    ],
)
def test_longer_and_other_changes_are_not(type_: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    assert not list(shortened(type_, before, after))


def test_an_import_cannot_read_a_deletion_window() -> None:
    before, after = {"deletion_window_in_days": None}, {"deletion_window_in_days": 7}
    assert not list(shortened("aws_kms_key", before, after, imported=True))
    assert list(shortened("aws_kms_key", before, after))


def rule(prefix: str = "", status: str = "Enabled", **expiry: Any) -> dict[str, Any]:
    blocks = {name: [value] for name, value in expiry.items()}
    return {"id": "r", "status": status, "filter": [{"prefix": prefix, "and": [], "tag": []}], **blocks}


NONCURRENT_30, NONCURRENT_365 = (rule(noncurrent_version_expiration={"noncurrent_days": days}) for days in (30, 365))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], [rule(expiration={"days": 365})]),
        ([rule(expiration={"days": 365})], [rule(expiration={"days": 364})]),
        ([rule(expiration={"days": 365})], [rule(expiration={"date": "2027-01-01"})]),
        ([rule("logs/", expiration={"days": 30})], [rule(expiration={"days": 30})]),
        ([rule(expiration={"days": 365})], [rule(expiration={"days": 365}), rule("audit/", expiration={"days": 1})]),
        ([rule(expiration={"days": 30}, status="Disabled")], [rule(expiration={"days": 30})]),
        ([NONCURRENT_365], [NONCURRENT_30]),
        ([rule(expiration={"days": 30})], [rule(expiration={"days": 30}), NONCURRENT_365]),
        (
            [rule(noncurrent_version_expiration={"noncurrent_days": 30, "newer_noncurrent_versions": 5})],
            [NONCURRENT_30],
        ),
        (
            [{**rule(expiration={"days": 30}), "filter": [{"tag": [{"key": "kind", "value": "draft"}]}]}],
            [rule(expiration={"days": 30})],
        ),
    ],
)
def test_rules_that_remove_sooner(before: list[Any], after: list[Any]) -> None:
    assert len(list(sooner(before, after))) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([rule(expiration={"days": 365})], []),
        ([rule(expiration={"days": 365})], [rule(expiration={"days": 400})]),
        ([rule(expiration={"days": 30})], [rule("logs/", expiration={"days": 30})]),
        ([NONCURRENT_30], [NONCURRENT_365]),
        (
            [NONCURRENT_30],
            [rule(noncurrent_version_expiration={"noncurrent_days": 30, "newer_noncurrent_versions": 5})],
        ),
        ([], [rule(abort_incomplete_multipart_upload={"days_after_initiation": 1})]),
        ([], [rule(expiration={"days": 0, "expired_object_delete_marker": True})]),
        ([], [rule(expiration={"days": 1}, status="Disabled")]),
        (
            [rule(expiration={"days": 30})],
            [{**rule(expiration={"days": 30}), "filter": [{"and": [{"prefix": "x/", "tags": {"a": "b"}}]}]}],
        ),
    ],
)
def test_rules_that_do_not(before: list[Any], after: list[Any]) -> None:
    assert not list(sooner(before, after))
