"""Which parts of a plan are manual changes, and what `make deploy` would do about them."""

from __future__ import annotations

from typing import Any

import pytest

from lib.drift.model import Kind, Repair
from lib.drift.plan_changes import manual_changes, not_deployed
from lib.drift.values import Difference
from tests.unit.drift.conftest import Plan, Stack

TABLE = "ledger/transactions"
ON, OFF = [{"enabled": True}], [{"enabled": False}]


def of_table(**recovery: Any) -> dict[str, Any]:
    return {"name": "dynamodb-transactions-dev", **recovery}


def test_an_argument_that_an_apply_sets_back_is_repaired(stack: Stack, plan: Plan) -> None:
    before, after = of_table(point_in_time_recovery=ON), of_table(point_in_time_recovery=OFF)
    (change,) = manual_changes(plan(stack.address(TABLE), before, after, before), stack.content)
    assert (change.kind, change.repair, change.argument) == (Kind.CHANGED, Repair.REPAIRS, "point_in_time_recovery")
    assert change.name == "dynamodb-transactions-dev"
    assert change.differences == (Difference("point_in_time_recovery.enabled", True, False),)


def test_an_argument_that_an_apply_does_not_set_is_left(stack: Stack, plan: Plan) -> None:
    after = of_table(ttl=[{"enabled": True, "attribute_name": "updated_at"}])
    (change,) = manual_changes(plan(stack.address(TABLE), of_table(), after), stack.content)
    assert change.repair is Repair.LEAVES


def test_an_argument_whose_value_only_the_apply_tells_is_repaired(stack: Stack, plan: Plan) -> None:
    made = plan(stack.address("processor/policy"), {"policy": '{"a": 1}'}, {"policy": '{"b": 1}'}, {})
    made["resource_changes"][0]["change"]["after_unknown"] = {"policy": True}
    (change,) = manual_changes(made, stack.content)
    assert change.repair is Repair.REPAIRS


def test_an_argument_that_replaces_the_resource_is_not_repaired(stack: Stack, plan: Plan) -> None:
    before, after = of_table(hash_key="payment_id"), of_table(hash_key="id")
    made = plan(stack.address(TABLE), before, after, before, actions=["delete", "create"])
    (change,) = manual_changes(made, stack.content)
    assert change.repair is Repair.REPLACES


@pytest.mark.parametrize(
    ("path", "repair"),
    [("archiver/stream", Repair.REPAIRS), (TABLE, Repair.REPLACES), ("encryption/key", Repair.REPLACES)],
)
def test_what_held_data_is_not_repaired_by_making_it_again(stack: Stack, plan: Plan, path: str, repair: Repair) -> None:
    (change,) = manual_changes(plan(stack.address(path), {"name": "x"}, None, {"name": "x"}), stack.content)
    assert (change.kind, change.repair) == (Kind.DELETED, repair)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"layers": None}, {"layers": []}),
        ({"last_modified": "2026-01-01"}, {"last_modified": "2026-02-01"}),
        ({"tags_all": {}}, {"tags_all": {"a": "b"}}),
        (
            {"environment": [{"variables": {"A": "1", "B": "2"}}]},
            {"environment": [{"variables": {"B": "2", "A": "1"}}]},
        ),
    ],
)
def test_what_nobody_changed_is_no_change(stack: Stack, plan: Plan, before: Any, after: Any) -> None:
    assert list(manual_changes(plan(stack.address("archiver/function"), before, after), stack.content)) == []


def test_what_another_resource_manages_is_reported_there(stack: Stack, plan: Plan) -> None:
    address = stack.address("archive/records/bucket")
    after = {
        "bucket": "b",
        "versioning": [{"enabled": True}],
        "policy": '{"Statement": []}',
        "lifecycle_rule": [{"id": "x"}],
    }
    assert list(manual_changes(plan(address, {"bucket": "b"}, after), stack.content)) == []
    for of_type in ("aws_s3_bucket_lifecycle_configuration", "aws_s3_bucket_versioning"):
        del stack.content["resource"][of_type]
    found = {change.argument for change in manual_changes(plan(address, {"bucket": "b"}, after), stack.content)}
    assert found == {"lifecycle_rule", "versioning"}, "nothing else would report them"


def test_a_data_source_drifts_not(stack: Stack, plan: Plan) -> None:
    made = plan("aws_region.x", {"name": "a"}, {"name": "b"})
    made["resource_drift"][0]["mode"] = "data"
    assert list(manual_changes(made, stack.content)) == []


def test_a_sensitive_value_is_not_shown(stack: Stack, plan: Plan) -> None:
    made = plan(stack.address("archiver/function"), {"description": "one"}, {"description": "two"})
    made["resource_drift"][0]["change"]["after_sensitive"] = {"description": True, "environment": [{}]}
    (change,) = manual_changes(made, stack.content)
    assert "one" not in str(change.differences)
    assert "two" not in str(change.differences)


def test_a_value_that_the_json_would_change_is_not_deployed(stack: Stack, plan: Plan) -> None:
    made = plan(stack.address(TABLE), {}, of_table(point_in_time_recovery=OFF), of_table(point_in_time_recovery=ON))
    made["resource_drift"] = []
    (change,) = not_deployed(made, stack.content)
    assert (change.kind, change.argument) == (Kind.NOT_DEPLOYED, "point_in_time_recovery")
    assert (change.before, change.after) == (ON, OFF)


def test_what_drifted_is_reported_once(stack: Stack, plan: Plan) -> None:
    before, after = of_table(point_in_time_recovery=ON), of_table(point_in_time_recovery=OFF)
    assert list(not_deployed(plan(stack.address(TABLE), before, after, before), stack.content)) == []
