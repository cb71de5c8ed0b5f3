"""verdict.json: an in-toto statement of what passed which policies, and what it is good for afterwards."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lib.aspects.provider.projection import VERSION
from lib.environments import ROOT
from lib.errors import ToolError
from lib.gate import Gate, verdict
from lib.gate.process import CheckovProcess
from lib.reports import Report

from .conftest import QUEUE, write_stack

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 24, 7, 15, 3, tzinfo=UTC)
ASSET = "stacks/stack/assets/code/HASH/lambda.zip"
JSON = "stacks/stack/cdk.tf.json"


@pytest.fixture
def report(checkov: CheckovProcess, policies: Path, config: Path, out: Path) -> Report:
    """A stack that passes, with an asset."""
    (out / ASSET).parent.mkdir(parents=True)
    (out / ASSET).write_bytes(b"zip")
    return Gate(policies, config, checkov).judge(out).as_report(out)


@pytest.fixture
def passed(report: Report, tmp_path: Path) -> Path:
    """Its verdict."""
    verdict.write(report, tmp_path / "reports")
    return tmp_path / "reports" / verdict.FILE


def change(file: Path, at: Callable[[Any], None]) -> Path:
    document = json.loads(file.read_text())
    at(document)
    file.write_text(json.dumps(document))
    return file


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_it_is_a_statement_of_in_toto_with_slsas_predicate(report: Report) -> None:
    """github.com/in-toto/attestation/blob/main/spec/v1/statement.md, slsa.dev/spec/v1.2/verification_summary"""
    document = verdict.statement(report, NOW)
    assert document["_type"] == "https://in-toto.io/Statement/v1"
    assert document["predicateType"] == "https://slsa.dev/verification_summary/v1"
    predicate = document["predicate"]
    required = {"verifier", "timeVerified", "resourceUri", "policy", "verificationResult", "verifiedLevels"}
    assert predicate.keys() >= required
    assert predicate["timeVerified"] == "2026-11-24T07:15:03Z"
    assert (predicate["verificationResult"], predicate["verifiedLevels"]) == ("PASSED", ["PAYMENTS_POLICIES"])
    assert not any(level.startswith("SLSA_") for level in predicate["verifiedLevels"])
    assert predicate["resourceUri"].endswith("#stacks/stack")
    # What the format does not name has a URI as its name.
    known = required | {"slsaVersion"}
    assert [name.partition(":")[0] for name in predicate.keys() - known] == ["pkg"]


def test_it_names_each_file_that_was_judged(report: Report, out: Path) -> None:
    subjects = {each["name"]: each["digest"] for each in verdict.statement(report, NOW)["subject"]}
    assert subjects == {JSON: {"sha256": sha256(out / JSON)}, ASSET: {"sha256": sha256(out / ASSET)}}


def test_it_names_the_policies_the_tools_and_the_counts(report: Report) -> None:
    predicate = verdict.statement(report, NOW)["predicate"]
    annotations = predicate["policy"]["annotations"]
    assert annotations.keys() == {"policies", "policies/waivers.yaml", ".checkov.yaml", "lib/aspects"}
    assert annotations[".checkov.yaml"] == sha256(ROOT / ".checkov.yaml")
    assert annotations["policies/waivers.yaml"] == sha256(ROOT / "policies" / "waivers.yaml")
    assert list(predicate["policy"]["digest"]) == ["dirHash"]
    pinned = (ROOT / "requirements" / "checkov.in").read_text()
    assert f"checkov=={predicate['verifier']['version']['checkov']}\n" in pinned
    assert predicate["verifier"]["version"]["registry.terraform.io/hashicorp/aws"] == VERSION
    (counts,) = (value for name, value in predicate.items() if name.startswith("pkg:"))
    assert counts == {**report.account, "findings": 0, "waived": 0, "skipped": 0, "complaints": 0}


def test_the_digest_of_a_folder_is_what_sha256sum_prints(report: Report) -> None:
    """So that a reviewer can compare it without any of our code."""
    names = sorted(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "lib" / "aspects").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    listed = subprocess.run(["sha256sum", *names], cwd=ROOT, capture_output=True, check=True).stdout
    annotations = verdict.statement(report, NOW)["predicate"]["policy"]["annotations"]
    assert annotations["lib/aspects"] == hashlib.sha256(listed).hexdigest()


def test_only_the_time_differs(report: Report) -> None:
    one, other = (verdict.statement(report, NOW + timedelta(days=day)) for day in (0, 1))
    assert one != other
    other["predicate"]["timeVerified"] = one["predicate"]["timeVerified"]
    assert json.dumps(one) == json.dumps(other)


def test_the_version_is_the_projects() -> None:
    assert f'\nversion = "{verdict.PROJECT.partition("@")[2]}"\n' in (ROOT / "pyproject.toml").read_text()


def test_what_passed_is_what_passed(passed: Path, out: Path, tmp_path: Path) -> None:
    """Also where it was copied, and where notes beside it differ."""
    assert verdict.verify(passed, out) == ""
    shutil.copytree(out, tmp_path / "copy")
    (tmp_path / "copy" / "stacks" / "stack" / "origins.json").write_text("{}")
    assert verdict.verify(passed, tmp_path / "copy") == ""


def touch(out: Path, name: str, content: str = " ") -> None:
    file = out / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text((file.read_text() if file.exists() else "") + content)


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (lambda out: touch(out, JSON), f"{JSON} was changed: it had the SHA-256 "),
        (lambda out: touch(out, ASSET), f"{ASSET} was changed"),
        (lambda out: (out / ASSET).unlink(), f"{ASSET} has passed, but does not exist"),
        (lambda out: touch(out, "stacks/stack/assets/more.zip"), "assets/more.zip exists, but has not passed"),
        (
            lambda out: write_stack(out, {"resource": {"aws_sqs_queue": {"more": QUEUE}}}, "more"),
            "stacks/more/cdk.tf.json exists, but has not passed",
        ),
        (lambda out: touch(out, "stacks/stack/x.auto.tfvars"), "Terraform or OpenTofu may read it"),
        (lambda out: touch(out, "stacks/stack/notes.txt"), "the folder of a stack may contain"),
        (lambda out: shutil.rmtree(out / "stacks"), "this file does not exist"),
        (lambda out: (out / "manifest.json").write_text("{}"), "lists no stack"),
    ],
)
def test_what_was_changed_afterwards_is_named(
    passed: Path, out: Path, tamper: Callable[[Path], object], said: str
) -> None:
    tamper(out)
    difference = verdict.verify(passed, out)
    assert said in difference
    assert "\n" not in difference


@pytest.mark.parametrize("name", ["policies", "policies/waivers.yaml", ".checkov.yaml", "lib/aspects"])
def test_other_policies_than_todays_are_named(passed: Path, out: Path, name: str) -> None:
    def at(document: Any) -> None:
        document["predicate"]["policy"]["annotations"][name] = "0" * 64

    assert verdict.verify(change(passed, at), out).startswith(f"{name} was changed: it had the SHA-256 {'0' * 64}")


def test_todays_policies_are_hashed_and_not_remembered(
    passed: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file more, a file changed, and waivers that were removed."""
    for name in ("policies", "lib/aspects"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    (tmp_path / "policies" / "TAP-X-1.yaml").unlink()  # of the fixture
    shutil.copy(ROOT / ".checkov.yaml", tmp_path)
    monkeypatch.setattr(verdict, "ROOT", tmp_path)
    assert verdict.verify(passed, out) == ""
    touch(tmp_path, "lib/aspects/types/aws_more.toml")
    assert verdict.verify(passed, out).startswith("lib/aspects was changed")
    (tmp_path / "policies" / "waivers.yaml").unlink()
    assert verdict.verify(passed, out).startswith("lib/aspects was changed")
    (tmp_path / "lib" / "aspects" / "types" / "aws_more.toml").unlink()
    assert verdict.verify(passed, out).startswith("policies was changed")


def test_a_verdict_of_what_failed_verifies_nothing(
    checkov: CheckovProcess, policies: Path, config: Path, tmp_path: Path
) -> None:
    bad = {**QUEUE, "message_retention_seconds": 60}
    out = write_stack(tmp_path / "bad", {"resource": {"aws_sqs_queue": {"orders": bad}}})
    report = Gate(policies, config, checkov).judge(out).as_report(out)
    verdict.write(report, tmp_path / "reports")
    written = json.loads((tmp_path / "reports" / verdict.FILE).read_text())["predicate"]
    assert (written["verificationResult"], written["verifiedLevels"]) == ("FAILED", ["FAILED"])
    assert "is about stacks that did not pass" in verdict.verify(tmp_path / "reports" / verdict.FILE, out)


def rename(document: Any) -> None:
    document["predicate"]["verificationResult"] = "passed"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.update(_type="https://in-toto.io/Statement/v0.1"),
        lambda document: document.update(predicateType="https://slsa.dev/provenance/v1"),
        lambda document: document.pop("subject"),
        lambda document: document.update(subject=[*document["subject"], document["subject"][0]]),
        lambda document: document["subject"][0]["digest"].pop("sha256"),
        lambda document: document["subject"][0]["digest"].update(sha256="00"),
        lambda document: document["subject"][0].update(name=None),
        lambda document: document.update(predicate=[]),
        lambda document: document["predicate"].update(policy={}),
        lambda document: document["predicate"]["policy"].update(annotations={"policies": 1}),
        rename,
    ],
)
def test_what_is_no_verdict_is_refused(passed: Path, out: Path, spoil: Callable[[Any], None]) -> None:
    with pytest.raises(ToolError, match=r"is not a verdict of main\.py or of the gate"):
        verdict.verify(change(passed, spoil), out)


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '{"_type": 1, "_type": 2}', "\0"])
def test_what_is_no_json_is_refused(passed: Path, out: Path, text: str) -> None:
    passed.write_text(text)
    with pytest.raises(ToolError, match="is not a verdict"):
        verdict.verify(passed, out)


def test_fields_that_nobody_knows_are_left_alone(passed: Path, out: Path) -> None:
    """So the format asks of who reads it."""

    def at(document: Any) -> None:
        document["later"] = document["predicate"]["later"] = {"more": []}

    assert verdict.verify(change(passed, at), out) == ""


def gate(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lib.gate", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def test_the_command_ends_with_0_1_or_2(passed: Path, out: Path, tmp_path: Path) -> None:
    """And judges nothing, so it writes no report."""
    before = sorted(path.name for path in passed.parent.iterdir())
    same = gate("--verify", passed, out, "--reports", passed.parent)
    assert (same.returncode, same.stdout, same.stderr) == (0, f"verify: {out} is what passed\n", "")
    (out / ASSET).write_bytes(b"another zip")
    other = gate("--verify", passed, out)
    assert (other.returncode, other.stderr) == (1, "")
    assert other.stdout.startswith(f"verify: {ASSET} was changed")
    for arguments in ((tmp_path / "none.json", out), (passed, tmp_path / "nowhere")):
        broken = gate("--verify", *arguments)
        assert (broken.returncode, broken.stdout) == (2, "")
        assert broken.stderr.startswith("error: ")
        assert broken.stderr.count("\n") == 1
    assert sorted(path.name for path in passed.parent.iterdir()) == before


def test_the_gate_writes_one_and_a_broken_run_leaves_none(out: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    gate(out, "--reports", folder)
    assert json.loads((folder / verdict.FILE).read_text())["predicate"]["verificationResult"] == "FAILED"
    assert gate(tmp_path / "nowhere", "--reports", folder).returncode == 2
    assert list(folder.iterdir()) == []


def test_a_folder_that_takes_none(report: Report, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ToolError, match="choose a folder with --reports"):
        verdict.write(report, tmp_path / "file")
    (tmp_path / "reports" / verdict.FILE).mkdir(parents=True)
    with pytest.raises(ToolError, match="cannot be removed"):
        verdict.clear(tmp_path / "reports")
