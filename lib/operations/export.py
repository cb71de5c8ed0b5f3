"""`make export-audit`: copies the audit trail to a place that a destroy does not delete.

It copies every version of the objects below audit/ and set-aside/, including overwritten and deleted ones.
`audit/…/NAME` becomes `audit/…/{version id}-NAME`. So each name always has the same content, and an interrupted export
can continue. `manifest.jsonl` lists each version with its SHA-256 digest, one JSON object a line. The reasons are in
docs/decisions/0017-everything-can-be-destroyed-and-the-audit-trail-exported.md
"""

from __future__ import annotations

import hashlib
import itertools
import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError
from rich.markup import escape

from lib.console.progress import Progress
from lib.operations.archive import AUDIT, READERS, SET_ASIDE
from lib.operations.deployed import Deployed
from lib.operations.export_target import Target, UnsafeNameError, target_of

MANIFEST = "manifest.jsonl"
AT_ONCE = 1000  # versions that are listed ahead


@dataclass(frozen=True)
class Version:
    """One version of an object in S3's listing."""

    key: str
    version_id: str
    is_current: bool
    size: int
    last_modified: datetime

    @property
    def name(self) -> str:
        """Return the object's name in the export."""
        folder, _, last = self.key.rpartition("/")
        return f"{folder}/{self.version_id}-{last}"

    def line(self, sha256: str) -> bytes:
        """Return the version's line in the manifest."""
        members = {
            "name": self.name,
            "sha256": sha256,
            "key": self.key,
            "version_id": self.version_id,
            "is_current": self.is_current,
            "size": self.size,
            "last_modified": self.last_modified.isoformat(),
        }
        return json.dumps(members).encode() + b"\n"


class NotExportedError(Exception):
    """A version could not be exported. The message says why."""


def export_audit(stack: Deployed, to: str, progress: Progress) -> int:
    """Export the audit trail to `to`, a folder or `s3://bucket/prefix`. Raises ToolError for a wrong `to`.

    Returns 0 if every version is in the export, else 1 after a line for each missing version.
    """
    client, bucket = stack.connect("s3"), stack.outputs["audit_bucket_name"]
    target = target_of(to, client, source=bucket)
    exported = current = size = failed = 0
    with progress.step(f"audit trail of {stack.name} to {target}") as step, tempfile.TemporaryFile() as manifest:
        for version, outcome in _copied(client, bucket, target):
            if isinstance(outcome, NotExportedError):
                failed += 1
                progress.show(f"[red]not exported[/red]  {escape(version.name)}  {escape(str(outcome))}")
                continue
            manifest.write(version.line(outcome))
            exported, current, size = exported + 1, current + version.is_current, size + version.size
            if exported % AT_ONCE == 0:
                step.update(f"{exported} versions")
        manifest.seek(0)
        target.write(MANIFEST, manifest.read())
        step.result(f"{exported} versions, {exported - current} of them not current, {size} bytes")
    if failed:
        progress.show(f"not exported: {failed}; run it again, and do not destroy the stack before it exits with 0")
        return 1
    progress.show(f"[green]exported[/green]; {MANIFEST} has the SHA-256 of each version")
    return 0


def _copied(client: Any, bucket: str, target: Target) -> Iterator[tuple[Version, str | NotExportedError]]:
    """Copy the versions in parallel. Yield each with its SHA-256 or its error, in the order of the keys."""

    def copy(version: Version) -> tuple[Version, str | NotExportedError]:
        try:
            return version, _copy(client, bucket, version, target)
        except NotExportedError as error:
            return version, error

    versions = _versions(client, bucket)
    with ThreadPoolExecutor(READERS) as pool:
        while some := list(itertools.islice(versions, AT_ONCE)):
            yield from pool.map(copy, some)


def _copy(client: Any, bucket: str, version: Version, target: Target) -> str:
    """Copy a version and return its SHA-256 in hex. Raises NotExportedError."""
    try:
        standing = target.sha256(version.name, version.size)
        if standing is not None:
            return standing
        answer = client.get_object(Bucket=bucket, Key=version.key, VersionId=version.version_id)
        content: bytes = answer["Body"].read()
        if len(content) != version.size:
            raise NotExportedError(f"{len(content)} bytes were read of {version.size}")
        target.write(version.name, content)
    except (ClientError, OSError, UnsafeNameError) as error:
        raise NotExportedError(str(error)) from error
    return hashlib.sha256(content).hexdigest()


def _versions(client: Any, bucket: str) -> Iterator[Version]:
    for prefix in (AUDIT, SET_ASIDE):
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Versions", []):
                yield Version(
                    key=item["Key"],
                    version_id=item["VersionId"],
                    is_current=item["IsLatest"],
                    size=item["Size"],
                    last_modified=item["LastModified"],
                )
