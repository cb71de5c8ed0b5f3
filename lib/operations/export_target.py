"""Targets of an export: a folder, or a bucket outside of the stack."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from pathlib import Path
from typing import Any, Protocol

from botocore.exceptions import ClientError

from lib.errors import ToolError

S3_URL = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/(?P<prefix>.*))?")


class UnsafeNameError(Exception):
    """A key that would name a file outside of the export's folder. S3 allows any text as a key."""


class Target(Protocol):
    def sha256(self, name: str, size: int) -> str | None:
        """Return the hexadecimal digest of the existing content; None if there is none of that size."""

    def write(self, name: str, content: bytes) -> None:
        """Write the content completely or not at all."""


class Folder:
    """A folder on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    def sha256(self, name: str, size: int) -> str | None:
        path = self._place(name)
        if not path.is_file() or path.stat().st_size != size:
            return None
        return hashlib.sha256(path.read_bytes()).hexdigest()

    def write(self, name: str, content: bytes) -> None:
        path = self._place(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.unfinished")
        unfinished.write_bytes(content)
        unfinished.replace(path)

    def _place(self, name: str) -> Path:
        parts = name.split("/")
        if any(part in ("", ".", "..") or "\0" in part or os.sep in part for part in parts):
            raise UnsafeNameError(f"{name!r} is not a path below a folder")
        return self._path.joinpath(*parts)


class Bucket:
    """A prefix of a bucket. Objects get the bucket's default encryption, and S3 verifies their SHA-256."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def __str__(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}"

    def sha256(self, name: str, size: int) -> str | None:
        try:
            found = self._client.head_object(Bucket=self._bucket, Key=self._prefix + name, ChecksumMode="ENABLED")
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
                return None
            raise
        if found["ContentLength"] != size or "ChecksumSHA256" not in found:
            return None
        return base64.b64decode(found["ChecksumSHA256"]).hex()

    def write(self, name: str, content: bytes) -> None:
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        self._client.put_object(Bucket=self._bucket, Key=self._prefix + name, Body=content, ChecksumSHA256=digest)


def target_of(to: str, client: Any, source: str) -> Folder | Bucket:
    """Return the target that `to` names: `s3://bucket/prefix` or a folder.

    Raises ToolError for anything else, and for the bucket `source`, whose content is exported.
    """
    fix = "set TO to a folder, or to s3://bucket/prefix of a bucket that no stack destroys"
    if not to:
        raise ToolError(f"TO is not set; {fix}")
    if not to.startswith("s3://"):
        if "://" in to:
            raise ToolError(f"TO is {to!r}, but it is a folder or s3://…; {fix}")
        return _folder(Path(to).expanduser(), fix)
    match = S3_URL.fullmatch(to)
    if match is None:
        raise ToolError(f"TO is {to!r}, but that does not have the form s3://bucket/prefix; {fix}")
    if match["bucket"] == source:
        raise ToolError(f"TO is {to!r}, but that bucket is destroyed with the stack; {fix}")
    prefix = (match["prefix"] or "").strip("/")
    try:
        client.head_bucket(Bucket=match["bucket"])
    except ClientError as error:
        raise ToolError(f"TO is {to!r}, but the bucket cannot be reached ({error}); {fix}") from error
    return Bucket(client, match["bucket"], f"{prefix}/" if prefix else "")


def _folder(path: Path, fix: str) -> Folder:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolError(f"TO is {str(path)!r}, but no folder can be created there ({error}); {fix}") from error
    return Folder(path)
