"""The export has every version, under names that stand for one content, and says what it has not."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError

from lib.errors import ToolError
from lib.operations.deployed import Deployed
from lib.operations.export import AT_ONCE, export_audit
from tests.silent_progress import SilentProgress

AT = datetime(2026, 11, 23, tzinfo=UTC)
OURS, THEIRS = "s3-archive-1f2e3d4c-dev", "history"


class S3:
    """Buckets of versions: {bucket: {key: [(version id, content)]}}, the newest last. What the export asks of S3."""

    def __init__(self) -> None:
        self.buckets: dict[str, dict[str, list[tuple[str, bytes]]]] = {OURS: {}, THEIRS: {}}
        self.broken: set[str] = set()
        self.reads: list[str] = []

    def put(self, key: str, content: bytes) -> None:
        versions = self.buckets[OURS].setdefault(key, [])
        versions.append((f"v{len(versions) + 1}", content))

    def get_paginator(self, operation: str) -> S3:
        assert operation == "list_object_versions"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - as boto3 has it
        """Pages of one version."""
        for key, versions in sorted(self.buckets[Bucket].items()):
            for version_id, content in reversed(versions):
                if key.startswith(Prefix):
                    latest = version_id == versions[-1][0]
                    yield {
                        "Versions": [
                            {
                                "Key": key,
                                "VersionId": version_id,
                                "IsLatest": latest,
                                "Size": len(content),
                                "LastModified": AT,
                            }
                        ]
                    }
        yield {"DeleteMarkers": []}

    def get_object(self, *, Bucket: str, Key: str, VersionId: str) -> dict[str, Any]:  # noqa: N803
        self.reads.append(Key)
        if Key in self.broken:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")
        return {"Body": io.BytesIO(dict(self.buckets[Bucket][Key])[VersionId])}

    def head_bucket(self, *, Bucket: str) -> None:  # noqa: N803
        if Bucket not in self.buckets:
            raise ClientError({"Error": {"Code": "404", "Message": "Not Found"}}, "HeadBucket")

    def head_object(self, *, Bucket: str, Key: str, ChecksumMode: str) -> dict[str, Any]:  # noqa: N803
        assert ChecksumMode == "ENABLED"
        if Key not in self.buckets[Bucket]:
            raise ClientError({"Error": {"Code": "404", "Message": "Not Found"}}, "HeadObject")
        content = self.buckets[Bucket][Key][-1][1]
        return {"ContentLength": len(content), "ChecksumSHA256": base64.b64encode(digest(content)).decode()}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ChecksumSHA256: str) -> None:  # noqa: N803
        assert base64.b64decode(ChecksumSHA256) == digest(Body)
        self.buckets[Bucket][Key] = [("v1", Body)]


def digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


@pytest.fixture
def s3() -> S3:
    made = S3()
    made.put("audit/year=2026/month=11/day=23/1-pay.json.gz", b"first")
    made.put("audit/year=2026/month=11/day=23/1-pay.json.gz", b"again")
    made.put("audit/year=2026/month=11/day=24/2-pay.json.gz", b"second")
    made.put("set-aside/3-x.json", b"poison")
    made.put("receipts/shop/pay.json", b"receipt")
    return made


EXPECTED = {
    "audit/year=2026/month=11/day=23/v1-1-pay.json.gz": b"first",
    "audit/year=2026/month=11/day=23/v2-1-pay.json.gz": b"again",
    "audit/year=2026/month=11/day=24/v1-2-pay.json.gz": b"second",
    "set-aside/v1-3-x.json": b"poison",
}


def no_payments(_: str) -> NoReturn:
    raise AssertionError("an export takes no payment")


def run(s3: S3, to: str) -> tuple[int, list[str]]:
    progress = SilentProgress()
    stack = Deployed("a stack", {"audit_bucket_name": OURS}, lambda _: s3, no_payments)
    return export_audit(stack, to, progress), progress.lines


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def manifest(content: bytes) -> dict[str, str]:
    """name -> SHA-256."""
    return {line["name"]: line["sha256"] for line in map(json.loads, content.splitlines())}


def test_a_folder_gets_every_version_and_a_manifest(s3: S3, tmp_path: Path) -> None:
    assert run(s3, str(tmp_path / "new" / "folder"))[0] == 0
    found = files(tmp_path / "new" / "folder")
    said = manifest(found.pop("manifest.jsonl"))
    assert found == EXPECTED
    assert said == {name: digest(content).hex() for name, content in EXPECTED.items()}


def test_a_bucket_gets_the_same(s3: S3) -> None:
    assert run(s3, f"s3://{THEIRS}/prod/")[0] == 0
    found = {key.removeprefix("prod/"): versions[-1][1] for key, versions in s3.buckets[THEIRS].items()}
    said = manifest(found.pop("manifest.jsonl"))
    assert found == EXPECTED
    assert said == {name: digest(content).hex() for name, content in EXPECTED.items()}


@pytest.mark.parametrize("to", ["folder", f"s3://{THEIRS}"])
def test_a_second_run_reads_only_what_is_missing(s3: S3, tmp_path: Path, to: str) -> None:
    to = str(tmp_path) if to == "folder" else to
    s3.broken.add("set-aside/3-x.json")
    code, lines = run(s3, to)
    assert code == 1
    assert [
        line for line in lines if "not exported" in line and "set-aside/v1-3-x.json" in line and "AccessDenied" in line
    ]
    s3.broken.clear()
    s3.reads.clear()
    s3.put("audit/year=2026/month=11/day=23/1-pay.json.gz", b"third")  # of the same size as the current one before
    assert run(s3, to)[0] == 0
    assert sorted(s3.reads) == ["audit/year=2026/month=11/day=23/1-pay.json.gz", "set-aside/3-x.json"]


def test_a_file_that_was_cut_off_is_written_again(s3: S3, tmp_path: Path) -> None:
    run(s3, str(tmp_path))
    name = "set-aside/v1-3-x.json"
    (tmp_path / name).write_bytes(b"poi")
    assert run(s3, str(tmp_path))[0] == 0
    assert files(tmp_path)[name] == b"poison"


def test_a_key_that_leads_out_of_the_folder_stays_outside(s3: S3, tmp_path: Path) -> None:
    """Whoever may write to the bucket may name an object so."""
    for key in ("audit/../../outside", "audit//outside", "audit/./outside"):
        s3.put(key, b"x")
    code, lines = run(s3, str(tmp_path / "export"))
    assert code == 1
    assert len([line for line in lines if "is not a path below a folder" in line]) == 3
    assert set(files(tmp_path)) == {f"export/{name}" for name in (*EXPECTED, "manifest.jsonl")}


def test_more_versions_than_are_listed_ahead(s3: S3, tmp_path: Path) -> None:
    for number in range(AT_ONCE + 1):
        s3.put(f"audit/day/{number}.json.gz", b"x")
    assert run(s3, str(tmp_path))[0] == 0
    assert len(manifest((tmp_path / "manifest.jsonl").read_bytes())) == AT_ONCE + 1 + len(EXPECTED)


@pytest.mark.parametrize(
    ("to", "says"),
    [
        ("", "TO is not set"),
        (f"s3://{OURS}/copy", "destroyed with the stack"),
        ("s3://Not_A_Bucket/x", "does not have the form"),
        ("s3://elsewhere", "cannot be reached"),
        ("https://example.com/x", "it is a folder or s3://"),
        ("/dev/null/folder", "no folder can be created there"),
    ],
)
def test_a_wrong_target_is_named(s3: S3, to: str, says: str) -> None:
    with pytest.raises(ToolError, match=says):
        run(s3, to)
