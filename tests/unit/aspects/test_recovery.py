"""REC-1: point-in-time recovery, and each way to lose it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

TABLE = "aws_dynamodb_table.ledger"
REPLICA = {"region_name": "elsewhere", "kms_key_arn": "${aws_kms_key.main.arn}"}


@pytest.mark.parametrize(
    ("rule", "target", "argument", "value"),
    [
        ("TAP-REC-1", TABLE, "point_in_time_recovery", None),
        ("TAP-REC-1", TABLE, "point_in_time_recovery", []),
        ("TAP-REC-1", TABLE, "point_in_time_recovery.enabled", None),
        ("TAP-REC-1", TABLE, "point_in_time_recovery.enabled", False),
        ("TAP-REC-1", TABLE, "point_in_time_recovery.enabled", "false"),
        ("TAP-REC-1", TABLE, "point_in_time_recovery.enabled", "${var.enabled}"),
        ("TAP-REC-1", TABLE, "point_in_time_recovery.enabled", "yes"),
        ("TAP-REC-1", TABLE, "point_in_time_recovery.recovery_period_in_days", 1),
        ("TAP-REC-1", TABLE, "point_in_time_recovery.recovery_period_in_days", "6"),
        ("TAP-REC-1", TABLE, "point_in_time_recovery.recovery_period_in_days", "${var.days}"),
        ("TAP-REC-1", TABLE, "point_in_time_recovery.recovery_period_in_days", "forever"),
        ("TAP-REC-1", TABLE, "replica", [{**REPLICA, "point_in_time_recovery": True}, REPLICA]),
    ],
)
def test_broken(broken: Callable[..., set[str]], rule: str, target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) == {rule}


@pytest.mark.parametrize(
    ("target", "argument", "value"),
    [
        (TABLE, "point_in_time_recovery", [{"enabled": "true"}]),
        (TABLE, "point_in_time_recovery.recovery_period_in_days", 7),
        (TABLE, "point_in_time_recovery.recovery_period_in_days", "35"),
        (TABLE, "replica", {**REPLICA, "point_in_time_recovery": True}),
    ],
)
def test_harmless(broken: Callable[..., set[str]], target: str, argument: str, value: Any) -> None:
    assert broken(target, argument, value) == set()


@pytest.mark.parametrize(("state", "found"), [(None, {"TAP-REC-1"}), (False, {"TAP-REC-1"}), (True, set())])
def test_a_replica_of_its_own_has_recovery_too(
    broken: Callable[..., set[str]], state: bool | None, found: set[str]
) -> None:
    replica = {"kms_key_arn": "${aws_kms_key.main.arn}", "point_in_time_recovery": state}
    assert broken("aws_dynamodb_table_replica.second", "", replica) - {"TAP-TAG-1"} == found
