"""What a plan's summary says for the pull request's comment, and what it leaves out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lib.plans import summary
from lib.plans.refusal import Refusal


def change(address: str, *actions: str, mode: str = "managed") -> dict[str, Any]:
    values = {"actions": list(actions), "before": {"secret": "s3cret"}, "after": {"secret": "s3cret"}}
    return {"address": address, "mode": mode, "type": address.partition(".")[0], "change": values}


PLAN = {
    "resource_changes": [
        change("aws_dynamodb_table.ledger", "update"),
        change("aws_iam_role.r", "create"),
        change("aws_kms_key.k", "no-op"),
        change("data.aws_region.here", "read", mode="data"),
    ]
}


def test_it_has_what_changes_with_whether_it_holds_data() -> None:
    changes = summary.of_plan(PLAN)["changes"]
    assert [(item["address"], item["actions"], item["holds_data"]) for item in changes] == [
        ("aws_dynamodb_table.ledger", ["update"], True),
        ("aws_iam_role.r", ["create"], False),
    ]


def test_no_value_of_the_plan_is_in_it(tmp_path: Path) -> None:
    summary.write(tmp_path / "summary", summary.of_plan(PLAN, [Refusal("aws_x.y", "would be destroyed", "do not")]))
    text = (tmp_path / "summary" / summary.FILE).read_text()
    assert "s3cret" not in text
    assert "aws_x.y: would be destroyed" in json.loads(text)["refusals"][0]
