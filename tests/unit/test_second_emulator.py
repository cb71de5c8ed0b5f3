"""The second emulator's command, as far as it needs no emulator: its list of gaps, and the eleven environments."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.second_emulator.eleven import ENVIRONMENTS, eleven
from tests.second_emulator.gaps import Gaps, differences
from tests.unit.conftest import Template

GAPS = Gaps({"aws_x": "why"}, {("aws_kms_key", "rotation"): "why"}, {"kms key .*": "why"})


def change(actions: list[str], before: Any, after: Any, unknown: Any = None) -> dict[str, Any]:
    what = {"actions": actions, "before": before, "after": after, "after_unknown": unknown or {}}
    return {"type": "aws_kms_key", "change": what}


def test_a_plan_s_differences_are_its_attributes() -> None:
    plan = {
        "resource_changes": [
            change(["update"], {"rotation": 0, "name": "k"}, {"rotation": 365, "name": "k"}),
            change(["update"], {"version": "1"}, {"version": "1"}, {"version": True}),
            change(["no-op"], {"a": 1}, {"a": 2}),
            change(["create"], None, {"arn": "x"}),
        ]
    }
    assert differences(plan) == {("aws_kms_key", name) for name in ("rotation", "version", "arn")}


def test_what_is_listed_and_seen_is_no_complaint() -> None:
    assert list(GAPS.compare_plan([("aws_kms_key", "rotation")])) == []
    assert list(GAPS.compare_left(["kms key 1 (Enabled)"])) == []


def test_what_is_not_listed_and_what_is_not_seen_are_complaints() -> None:
    assert list(GAPS.compare_plan([("aws_sqs_queue", "name")])) == [
        "a plan after the apply would change name of aws_sqs_queue, and gaps.toml has no reason",
        "gaps.toml has rotation of aws_kms_key, and the plan does not change it; remove it",
    ]
    assert list(GAPS.compare_left(["s3 bucket b"])) == [
        "s3 bucket b is left after the destroy, and gaps.toml has no reason",
        "gaps.toml has 'kms key .*', and nothing of that kind is left; remove it",
    ]


def test_every_gap_has_a_reason_and_every_type_left_out_is_in_the_stack(template: Template) -> None:
    gaps = Gaps.read()
    assert all([*gaps.left_out.values(), *gaps.planned.values(), *gaps.left.values()])
    assert gaps.left_out.keys().isdisjoint(gaps.without(template.json)["resource"])
    assert {resource_type for resource_type, _ in gaps.planned} <= template.json["resource"].keys()


def test_eleven_environments_share_no_name_and_refer_to_their_own(template: Template) -> None:
    content = eleven(template.json, "dev")
    groups = content["resource"]["aws_cloudwatch_log_group"]
    names = [group["name"] for group in groups.values()]
    assert len(names) == len(set(names)) == ENVIRONMENTS * len(template.json["resource"]["aws_cloudwatch_log_group"])
    declared = {
        f"{'data.' * (block == 'data')}{type_}.{name}"
        for block in ("resource", "data")
        for type_, items in content[block].items()
        for name in items
    }
    assert all(items for block in ("resource", "data") for items in content[block].values())
    text = json.dumps({block: content[block] for block in ("resource", "data")})
    references = set(re.findall(r"\$\{((?:data\.)?[a-z0-9_]+\.[A-Za-z0-9_-]+)\.", text))
    assert references
    assert references <= declared
    dependencies = {
        name for items in content["resource"].values() for one in items.values() for name in one.get("depends_on", [])
    }
    assert dependencies <= declared
