"""Writes the summary of a plan for the comment on a pull request: addresses, types and actions, without values.

The summary is next to the saved plan. If the plan is refused, the summary contains the reasons.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from lib.plans.held_data import holds_data
from lib.plans.refusal import Refusal

FILE = "changes.json"
UNCHANGED = (["no-op"], ["read"])


def of_plan(content: Mapping[str, Any], refusals: Collection[Refusal] = ()) -> dict[str, Any]:
    """Return the summary. `content`: the plan as printed by `terraform show -json`."""
    changes = [
        {
            "address": change["address"],
            "type": change["type"],
            "actions": change["change"]["actions"],
            "holds_data": holds_data(change["type"]),
        }
        for change in content.get("resource_changes", [])
        if change["mode"] == "managed" and change["change"]["actions"] not in UNCHANGED
    ]
    return {"changes": changes, "refusals": [str(refusal) for refusal in refusals]}


def write(folder: Path, summary: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).write_text(f"{json.dumps(summary, indent=2)}\n")
