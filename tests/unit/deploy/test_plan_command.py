"""`make plan` notes what a plan would change, whether it may be applied or not."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lib.deploy import deploy
from lib.deploy.options import DeployOptions
from lib.plans import planning, summary
from lib.plans.refusal import Refusal
from lib.targets.place import Place
from tests.silent_progress import SilentProgress

REFUSAL = Refusal("aws_dynamodb_table.ledger", "holds data and would be destroyed", "declare it again")
PLAN: dict[str, Any] = {
    "resource_changes": [
        {
            "address": "aws_dynamodb_table.ledger",
            "mode": "managed",
            "type": "aws_dynamodb_table",
            "change": {"actions": ["delete"]},
        }
    ]
}


def test_a_refused_plan_is_noted_with_its_reasons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise planning.PlanRefusedError([REFUSAL])

    monkeypatch.setattr(planning, "checked_plan", refuse)
    deployment: Any = SimpleNamespace(
        terraform=SimpleNamespace(read_plan=lambda _: PLAN), stack=SimpleNamespace(directory=tmp_path)
    )
    place = Place.of_demo(tmp_path / "demo")
    with pytest.raises(planning.PlanRefusedError):
        deploy.plan(deployment, place, DeployOptions(), SilentProgress())
    noted = json.loads((place.summary / summary.FILE).read_text())
    assert noted["refusals"] == [str(REFUSAL)]
    assert [(item["address"], item["holds_data"]) for item in noted["changes"]] == [("aws_dynamodb_table.ledger", True)]
    assert not place.plan.exists()
