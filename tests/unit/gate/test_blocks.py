"""Blocks of which Checkov knows nothing: it does not end at them, and the policies read them in the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lib.gate import GateReport

from .conftest import QUEUE, write_stack

pytestmark = pytest.mark.slow

Judge = Callable[[Path], GateReport]

SEES_THE_DOCUMENT = """
import json
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

class Check(BaseResourceCheck):
    def __init__(self):
        super().__init__(name="The document is as written", id="TAP-X-2", categories=[CheckCategories.CONVENTION],
                         supported_resources=["aws_sqs_queue"], guideline="write it")

    def scan_resource_conf(self, conf):
        with open("/" + self.entity_path.rsplit(":", 2)[0].lstrip("/")) as file:
            document = json.load(file)
        return CheckResult.PASSED if document.get({block!r}) == {content!r} else CheckResult.FAILED

check = Check()
"""

MOVED = [{"from": "aws_sqs_queue.old", "to": "aws_sqs_queue.orders"}]
IMPORT = [{"to": "aws_sqs_queue.orders", "id": "sqs-orders-dev"}]


@pytest.mark.parametrize(
    ("block", "content"),
    [
        ("moved", MOVED),  # move_to and move_from_id of CDKTF
        ("import", IMPORT),  # import_from
        ("removed", [{"from": "aws_sqs_queue.old"}]),
        ("check", {"health": {"assert": [{"condition": True, "error_message": "…"}]}}),
        ("ephemeral", {"aws_secretsmanager_secret_version": {"x": {"secret_id": "s"}}}),
        ("action", {"aws_lambda_invoke": {"x": {"config": {}}}}),
        ("nobody_knows", "what this is"),
        ("terraform", {"required_version": ">= 1.10", "experiments": ["x"]}),
        ("output", {"x": [{"value": "a"}], "y": "b"}),
        ("variable", {"x": "y"}),
        ("provider", {"aws": ["x", {"region": "eu-west-1"}], "null": "x"}),
        ("provider", [{"aws": {"region": "eu-west-1"}}]),
        ("locals", [{"a": 1}]),
    ],
)
def test_the_resources_beside_such_a_block_are_judged(
    judge: Judge, policies: Path, tmp_path: Path, block: str, content: Any
) -> None:
    """And so is the block: what to make of it is for the policies to say."""
    (policies / "__init__.py").touch()
    (policies / "TAP-X-2.py").write_text(SEES_THE_DOCUMENT.format(block=block, content=content))
    bad = {**QUEUE, "message_retention_seconds": 60}
    document = {"resource": {"aws_sqs_queue": {"orders": bad}}, block: content}
    report = judge(write_stack(tmp_path / "out", document))
    assert [finding.rule_id for finding in report.findings] == ["TAP-X-1"]


@pytest.mark.parametrize("body", [QUEUE, {**QUEUE, "content_based_deduplication": None}], ids=["as written", "copied"])
def test_a_clean_stack_that_moves_and_imports_is_clean(judge: Judge, tmp_path: Path, body: dict[str, Any]) -> None:
    document = {"resource": {"aws_sqs_queue": {"orders": body}}, "moved": MOVED, "import": IMPORT}
    assert judge(write_stack(tmp_path / "out", document)).findings == ()
