"""The archive as it is read: audit records, receipts, and what was set aside. It writes nothing.

docs/audit.md describes the objects; lib/lambda/payments/archive.py makes them.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from lib.environments import ToolError

AUDIT = "audit/"
RECEIPTS = "receipts/"
SET_ASIDE = "set-aside/"
READERS = 8  # objects read at once

Made = TypeVar("Made")


@dataclass
class ArchiveReader:
    """One bucket. `client`: boto3's of S3."""

    client: Any
    bucket: str

    def keys(self, prefix: str) -> dict[str, str]:
        """Key -> ETag of what stands below the prefix, in the order of the keys."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return {item["Key"]: item["ETag"] for page in pages for item in page.get("Contents", [])}

    def read(self, key: str) -> bytes | None:
        """None for an object that is not there (any more)."""
        try:
            content: bytes = self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except self.client.exceptions.NoSuchKey:
            return None
        return content

    def audit(self, prefix: str = AUDIT) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each audit record below the prefix, with the key of its object. Raises ToolError for what holds none."""
        for key, content in self._each(self.keys(prefix), self.read):
            if content is not None:
                for record in audit_records(key, content):
                    yield key, record

    def documents(self, keys: Iterable[str]) -> Iterator[tuple[str, dict[str, Any] | None]]:
        """Each receipt, or object that was set aside; None for one that is no JSON object, or is not there."""
        return self._each(keys, lambda key: _object(self.read(key)))

    def _each(self, keys: Iterable[str], read: Callable[[str], Made]) -> Iterator[tuple[str, Made]]:
        listed = list(keys)
        with ThreadPoolExecutor(READERS) as pool:
            yield from zip(listed, pool.map(read, listed), strict=True)


def audit_records(key: str, content: bytes) -> list[dict[str, Any]]:
    """The records in an audit object, one a line. Raises ToolError where something else stands there."""
    try:
        records = [json.loads(line) for line in gzip.decompress(content).splitlines()]
        for record in records:
            _ = record["payment_id"], int(record["sequence_number"]), int(record["version"]), record["event"]
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise ToolError(f"{key} is no audit object: {error}; its older versions are in the bucket") from error
    return records


def _object(content: bytes | None) -> dict[str, Any] | None:
    try:
        found = json.loads(content or b"")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
