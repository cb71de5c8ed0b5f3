"""Wrong input is one line and exit 2; no traceback reaches the operator."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from lib import environments
from lib.environments import ROOT
from lib.errors import ToolError
from lib.operations import deployed
from lib.operations.__main__ import main
from lib.operations.archive import UnreadableError, audit_records, document
from lib.operations.differences import RUNBOOKS
from lib.operations.stream import Range
from lib.targets.kept import DemoFolder
from tests.silent_progress import SilentProgress
from tests.unit.operations.world import World

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "required: command"),
        (["replay"], "invalid choice: 'replay'"),
        (["redrive", "--force"], "unrecognized arguments: --force"),
        (["export-audit"], "required: --to"),
        (["reconcile", "--settle", "1h"], "'1h' is not a number of seconds"),
        (["reconcile", "--settle", "-1"], "--settle"),
        (["reconcile", "--settle", "99999999"], "is not a number of seconds"),
        (["reconcile", "--limit", "all"], "'all' is not a number"),
        (["reconcile", "--day", "2026-11-23", "--since", "2026-11-23"], "not allowed with argument --day"),
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


@pytest.mark.parametrize("command", [["smoke"], ["reconcile"], ["redrive"], ["export-audit", "--to", "folder"]])
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


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """The commands are about a stack in memory, where payments were taken long ago."""
    made = World()
    made.now = datetime(2026, 1, 5, 10, tzinfo=UTC)
    made.take("first")
    made.archive()
    monkeypatch.setattr(deployed, "find", lambda *_: made.stack)
    monkeypatch.setattr(environments, "enter", lambda *_: None)
    return made


def test_exit_codes_reach_the_caller(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """As a nightly job reads them: 0 no difference, 1 a difference, 2 wrong input or a broken tool."""
    assert main(["reconcile"]) == 0
    assert "agree about 1 payments" in capsys.readouterr().out
    assert main(["reconcile", "--day", "last"]) == 2
    assert capsys.readouterr().err == "error: 'last' is not a day; write it like 2026-11-23\n"
    world.bucket.objects.clear()
    assert main(["reconcile"]) == 1
    del world.clients["dynamodb"]
    world.clients["dynamodb"] = Denied()
    capsys.readouterr()
    assert main(["reconcile"]) == 2
    told = capsys.readouterr().err
    assert "AccessDenied" in told
    assert told.count("\n") == 1


class Denied:
    """A client that may do nothing."""

    def get_paginator(self, _: str) -> Denied:
        return self

    def paginate(self, **_: object) -> list[dict[str, object]]:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Scan")


def test_json_is_one_object_and_nothing_else_on_standard_output(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.bucket.objects.clear()
    assert main(["reconcile", "--json", "--since", "2026-01-05"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["totals"] == {"not audited": 1, "receipt missing": 1}
    assert told["from"] == "2026-01-05T00:00:00+00:00"
    assert {one["runbook"] for one in told["differences"]} == {"docs/runbooks/archive-failures.md"}


def test_help_states_requests_and_cost(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["reconcile", "--help"])
    told = capsys.readouterr().out
    assert "per 10,000 payments" in told
    assert "$" in told


@pytest.mark.parametrize("difference", sorted(RUNBOOKS))
def test_each_kind_of_difference_has_a_row_in_its_runbook(difference: str) -> None:
    assert f"| `{difference}`" in (ROOT / RUNBOOKS[difference]).read_text()


def test_without_a_stack_both_ways_out_are_named(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"make demo KEEP=1 starts one.*TERRAFORM_STATE_BUCKET"):
        deployed.find({}, SilentProgress(), DemoFolder(tmp_path / "demo"))
    with pytest.raises(ToolError, match="no demo is running here"):
        deployed.find({"TAP_TARGET": "emulator"}, SilentProgress(), DemoFolder(tmp_path / "demo"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"plain text",
        gzip.compress(b"{}\n", mtime=0)[:-6],
        gzip.compress(b"not json\n", mtime=0),
        gzip.compress(b"[]\n", mtime=0),
        gzip.compress(b"{}\n", mtime=0),
        gzip.compress(b'{"payment_id": "x", "sequence_number": "y", "version": 1}\n', mtime=0),
    ],
)
def test_what_is_no_audit_object_is_named(content: bytes) -> None:
    with pytest.raises(UnreadableError, match="audit/x is not an audit object"):
        audit_records("audit/x", content)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff"])
def test_what_is_no_document_is_named(content: bytes) -> None:
    with pytest.raises(UnreadableError, match="receipts/x is not"):
        document("receipts/x", content)


@pytest.mark.parametrize("change", [{"batchSize": "many"}, {"startSequenceNumber": "a"}, {"endSequenceNumber": None}])
def test_a_message_of_somebody_else_is_none(change: dict[str, object]) -> None:
    info = {"streamArn": "s", "shardId": "1", "startSequenceNumber": "1", "endSequenceNumber": "2", "batchSize": 2}
    assert str(Range.from_message(info)) == "2 records from 1 to 2 of 1"
    with pytest.raises((ValueError, TypeError)):
        Range.from_message({**info, **change})
