"""Wrong input is one line and exit 2; no traceback reaches the operator."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lib.deploy.kept import DemoFolder
from lib.deploy.progress import Silent
from lib.environments import ROOT, ToolError
from lib.operations import deployed
from lib.operations.archive import UnreadableError, audit_records, document
from lib.operations.stream import Range


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "required: command"),
        (["replay"], "invalid choice: 'replay'"),
        (["redrive", "--force"], "unrecognized arguments: --force"),
        (["export-audit"], "required: --to"),
        (["reconcile", "--settle", "1h"], "'1h' is no number of seconds"),
        (["reconcile", "--settle", "-1"], "--settle"),
        (["reconcile", "--settle", "99999999"], "is no number of seconds"),
    ],
)
def test_wrong_arguments_are_one_line(arguments: list[str], says: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lib.operations", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [["reconcile"], ["redrive"], ["export-audit", "--to", "folder"]])
@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"TAP_TARGET": "azure"}, "TAP_TARGET is 'azure'"),
        ({"TAP_TARGET": "aws"}, "TERRAFORM_STATE_BUCKET"),
        ({"TAP_TARGET": "aws", "ENVIRONMENT_SUFFIX": "Not A Suffix"}, "ENVIRONMENT_SUFFIX"),
    ],
)
def test_wrong_settings_are_one_line(command: list[str], environ: dict[str, str], says: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "lib.operations", *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_a_stack_both_ways_out_are_named(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"make demo KEEP=1 starts one.*TERRAFORM_STATE_BUCKET"):
        deployed.find({}, Silent(), DemoFolder(tmp_path / "demo"))
    with pytest.raises(ToolError, match="no demo is up here"):
        deployed.find({"TAP_TARGET": "emulator"}, Silent(), DemoFolder(tmp_path / "demo"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain text",
        gzip.compress(b"{}\n")[:-6],
        gzip.compress(b"not json\n"),
        gzip.compress(b"[]\n"),
        gzip.compress(b"{}\n"),
        gzip.compress(b'{"payment_id": "x", "sequence_number": "y", "version": 1}\n'),
    ],
)
def test_what_is_no_audit_object_is_named(content: bytes) -> None:
    with pytest.raises(UnreadableError, match="audit/x is no audit object"):
        audit_records("audit/x", content)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff"])
def test_what_is_no_document_is_named(content: bytes) -> None:
    with pytest.raises(UnreadableError, match="receipts/x is no JSON"):
        document("receipts/x", content)


@pytest.mark.parametrize("change", [{"batchSize": "many"}, {"startSequenceNumber": "a"}, {"endSequenceNumber": None}])
def test_a_message_of_somebody_else_is_none(change: dict[str, object]) -> None:
    info = {"streamArn": "s", "shardId": "1", "startSequenceNumber": "1", "endSequenceNumber": "2", "batchSize": 2}
    assert str(Range.from_message(info)) == "2 records from 1 to 2 of 1"
    with pytest.raises((ValueError, TypeError)):
        Range.from_message({**info, **change})
