"""What a plan may change. The plans here are a change or two, as `terraform show -json` writes them."""

from __future__ import annotations

from typing import Any

import pytest

from lib.errors import ToolError
from lib.plans.plan_check import Checked, check

TABLE, BUCKET, KEY = "aws_dynamodb_table.ledger", "aws_s3_bucket.archive", "aws_kms_key.key"
ALARM, RULES, VERSIONS = (
    "aws_cloudwatch_metric_alarm.a",
    "aws_s3_bucket_lifecycle_configuration.l",
    "aws_s3_bucket_versioning.v",
)
DECLARED = (TABLE, BUCKET, KEY, ALARM, RULES, VERSIONS, "aws_sns_topic.s")


def content(*addresses: str, **blocks: Any) -> dict[str, Any]:
    """A checked JSON that declares these."""
    resources: dict[str, dict[str, Any]] = {}
    for address in addresses or DECLARED:
        type_, _, name = address.partition(".")
        resources.setdefault(type_, {})[name] = {}
    return {"resource": resources, **blocks}


def change(address: str, *actions: str, before: Any = None, after: Any = None, **other: Any) -> dict[str, Any]:
    """One entry of `resource_changes`; `importing` and `replace_paths` go where Terraform writes them."""
    inner = {name: other.pop(name) for name in ("importing", "replace_paths") if name in other}
    return {
        "address": address,
        "mode": "managed",
        "type": address.partition(".")[0],
        "change": {"actions": list(actions), "before": before, "after": after, **inner},
        **other,
    }


def refused(
    *changes: dict[str, Any],
    json: dict[str, Any] | None = None,
    permitted: tuple[str, ...] = (),
    adopted: dict[str, str] | None = None,
    objects: bool = True,
    **plan: Any,
) -> list[str]:
    """Each refusal as text."""
    whole = {"complete": True, "errored": False, "resource_changes": list(changes), **plan}
    checked = Checked(json or content(), adopted or {}, lambda _bucket: objects)
    return [str(refusal) for refusal in check(whole, checked, permitted)]


def test_what_the_json_declares_is_made_and_changed() -> None:
    assert not refused(
        change(TABLE, "create", after={"name": "t"}),
        change(ALARM, "update", before={"threshold": 1}, after={"threshold": 2}),
        change(KEY, "no-op", before={"id": "k"}, after={"id": "k"}),
        change(ALARM, "delete", "create", before={"alarm_name": "a"}, action_reason="replace_because_cannot_update"),
        {"address": "data.aws_region.r", "mode": "data", "type": "aws_region", "change": {"actions": ["read"]}},
    )


@pytest.mark.parametrize(
    ("made", "cause"),
    [
        (
            change(TABLE, "delete", "create", before={"name": "t-dev"}, replace_paths=[["name"]]),
            "(t-dev) holds data and would be destroyed and created again; forces replacement: name.",
        ),
        (
            change(
                TABLE, "create", "delete", before={"name": "t"}, replace_paths=[["attribute", 0, "name"], ["hash_key"]]
            ),
            "forces replacement: attribute[0].name, hash_key.",
        ),
        (
            change(KEY, "delete", "create", before={"description": "all"}, action_reason="replace_because_tainted"),
            "(all) holds data and would be destroyed and created again; forces replacement: its creation failed",
        ),
        (
            change("aws_s3_bucket.gone", "delete", before={"bucket": "b"}),
            "(b) holds data and would be destroyed (no longer",
        ),
        (
            change(TABLE, "delete", before={"name": "t"}, deposed="0a1b2c3d"),
            "holds data and would be destroyed (left over from a replacement)",
        ),
        (change("aws_new_service.gone", "delete", before={"id": "x"}), "(x) holds data"),
    ],
    ids=["renamed table", "key schema", "tainted key", "removed bucket", "deposed table", "a type that nobody knows"],
)
def test_no_data_is_lost_unless_its_address_is_named(made: dict[str, Any], cause: str) -> None:
    (text,) = refused(made)
    assert text.startswith(f"{made['address']}: ")
    assert cause in text
    assert f"DESTROY_DATA={made['address']}" in text
    assert not refused(made, permitted=(made["address"],))


def test_a_permission_is_for_one_address_and_must_be_needed() -> None:
    table = change(TABLE, "delete", "create", before={"name": "t"}, replace_paths=[["name"]])
    key = change(KEY, "delete", "create", before={"id": "k"}, replace_paths=[["key_usage"]])
    (text,) = refused(table, key, permitted=(TABLE,))
    assert text.startswith(f"{KEY}: ")
    with pytest.raises(ToolError, match=f"^DESTROY_DATA names {BUCKET}, but this plan loses no data of it"):
        refused(table, key, permitted=(TABLE, KEY, BUCKET))


def test_what_was_removed_from_the_json_and_holds_none_goes() -> None:
    assert not refused(change("aws_iam_role.gone", "delete", before={"name": "r"}))
    assert not refused(change(ALARM, "delete", before={"id": "a"}, deposed="0a1b2c3d"))


@pytest.mark.parametrize(
    ("made", "cause"),
    [
        (change(ALARM, "delete", before={"id": "a"}), "would be destroyed, although the checked JSON declares it"),
        (
            change("aws_iam_role.more", "create", after={"name": "r"}),
            "would be created, although the checked JSON does not",
        ),
        (
            change("aws_iam_role.more", "update", before={}, after={}),
            "would be updated, although the checked JSON does not",
        ),
        (
            change(ALARM, "delete", "create", before={}, action_reason="replace_by_request"),
            "replaced by request (-replace)",
        ),
        (change(ALARM, "forget", before={"id": "a"}), "has the action forget, which no JSON declares"),
        (change(ALARM, "no-op", before={}, after={}, importing={"id": "x"}), "would be imported from 'x'"),
        (change(ALARM, "no-op", before={}, after={}, previous_address="aws_x.b"), "would be moved from aws_x.b"),
    ],
)
def test_nothing_changes_beside_the_checked_json(made: dict[str, Any], cause: str) -> None:
    texts = refused(made)
    assert any(cause in text for text in texts), texts
    assert "DESTROY_DATA" not in texts[0]


@pytest.mark.parametrize(
    "plan", [{"complete": False}, {"errored": True}, {"deferred_changes": [{"reason": "unknown"}]}]
)
def test_a_plan_is_complete(plan: dict[str, Any]) -> None:
    (text,) = refused(**plan)
    assert text.startswith("the plan: is incomplete")


def test_moves_and_imports_that_the_json_declares_or_a_killed_run_made_necessary() -> None:
    moved = change(ALARM, "no-op", before={}, after={}, previous_address="aws_cloudwatch_metric_alarm.b")
    assert not refused(moved, json=content(moved=[{"from": "aws_cloudwatch_metric_alarm.b", "to": ALARM}]))
    imported = change(BUCKET, "update", before={"bucket": "b"}, after={"bucket": "b"}, importing={"id": "b"})
    assert not refused(imported, json=content(**{"import": [{"to": BUCKET, "id": "b"}]}))
    assert not refused(imported, adopted={BUCKET: "b"})
    assert refused(imported, adopted={BUCKET: "another"})


def rules(**expiry: Any) -> list[dict[str, Any]]:
    return [{"id": "all", "status": "Enabled", "filter": [{"prefix": ""}], **expiry}]


DAYS_30, DAYS_365 = (rules(expiration=[{"days": days}]) for days in (30, 365))


def test_a_bucket_that_stands_gets_no_shorter_expiry() -> None:
    updated = change(RULES, "update", before={"bucket": "b", "rule": DAYS_365}, after={"bucket": "b", "rule": DAYS_30})
    (text,) = refused(updated)
    assert f"{RULES}: (b) would keep data for a shorter time: objects of the bucket expire after 30 days" in text
    replaced = change(
        RULES, "delete", "create", before={"bucket": "b", "rule": DAYS_365}, after={"bucket": "b", "rule": DAYS_30}
    )
    assert len(refused(replaced)) == 1


def test_rules_for_a_bucket_without_them_are_new_only_while_it_is_empty() -> None:
    """After an interrupted deploy the bucket stands and its rules do not."""
    created = change(RULES, "create", after={"bucket": "b", "rule": DAYS_365})
    assert not refused(created, objects=False)
    assert len(refused(created)) == 1
    new_bucket = change(RULES, "create", after={"rule": DAYS_365})  # its name is not known before the apply
    assert not refused(new_bucket)


def test_versioning_stays_as_long_as_its_bucket() -> None:
    on = {"bucket": "b", "versioning_configuration": [{"status": "Enabled"}]}
    suspended = {"bucket": "b", "versioning_configuration": [{"status": "Suspended"}]}
    assert "versioning Enabled -> Suspended" in refused(change(VERSIONS, "update", before=on, after=suspended))[0]
    gone = change("aws_s3_bucket_versioning.gone", "delete", before=on)
    assert "versioning Enabled -> Suspended" in refused(gone)[0]
    with_bucket = change("aws_s3_bucket.gone", "delete", before={"bucket": "b"})
    assert not refused(gone, with_bucket, permitted=("aws_s3_bucket.gone",)), "one permission is enough"
