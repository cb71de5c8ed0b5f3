"""The parts of a verdict for GitHub's attestation action."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lib.delivery import attestation
from lib.errors import ToolError
from lib.findings.finding import Finding
from lib.gate import verdict
from lib.reports.report import Report

DIGEST = "a" * 64


def saved(folder: Path, *findings: Finding) -> Path:
    """A folder as `make plan` saves it."""
    account = {"judge": "gate", "stacks": 1, "resources": 2}
    report = Report(findings, (), (), (), (), (), account, "", {"stacks/TapStackdev/cdk.tf.json": DIGEST})
    folder.mkdir()
    (folder / "tfplan").write_bytes(b"a plan")
    (folder / "verdict.json").write_text(json.dumps(verdict.statement(report, datetime.now(UTC))))
    return folder


def test_the_verdict_and_the_plan_are_the_subjects(tmp_path: Path) -> None:
    plan = saved(tmp_path / "plan")
    attestation.write(plan, tmp_path / "reports")
    lines = (tmp_path / "reports" / attestation.SUBJECTS).read_text().splitlines()
    assert lines == [
        f"{DIGEST}  stacks/TapStackdev/cdk.tf.json",
        f"{hashlib.sha256(b'a plan').hexdigest()}  tfplan",
    ]
    predicate = json.loads((tmp_path / "reports" / attestation.PREDICATE).read_text())
    assert predicate["verificationResult"] == "PASSED"


def test_what_did_not_pass_is_not_attested(tmp_path: Path) -> None:
    finding = Finding("TAP-X-1", None, "", "", "")
    with pytest.raises(ToolError, match="only passed plans are attested"):
        attestation.write(saved(tmp_path / "plan", finding), tmp_path / "reports")
    assert not (tmp_path / "reports").exists()


def test_a_folder_without_a_verdict_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="is not a verdict"):
        attestation.write(tmp_path, tmp_path / "reports")
