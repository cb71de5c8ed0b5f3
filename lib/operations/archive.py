"""Reads the archive: audit records, receipts, and set-aside records.

docs/audit.md describes the objects; lib/lambda/payments/archive.py makes them.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from lib.errors import ToolError

AUDIT = "audit/"
RECEIPTS = "receipts/"
SET_ASIDE = "set-aside/"
EVENTS = ("created", "changed", "removed")  # the values of `event` in an audit record
READERS = 8  # objects that are read in parallel
AHEAD = 4 * READERS  # objects that are read ahead; this number limits the memory


Key = TypeVar("Key")
Read = TypeVar("Read")


class UnreadableError(ToolError):
    """An object of the archive has unexpected content. The message names the object and the error."""


@dataclass
class ArchiveReader:
    """Reads one bucket. `client`: a boto3 S3 client."""

    client: Any
    bucket: str

    def listed(self, prefix: str) -> Iterator[dict[str, Any]]:
        """Yield S3's listing below the prefix, in the order of the keys: `Key`, `ETag`, `LastModified`."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return (item for page in pages for item in page.get("Contents", []))

    def keys(self, prefix: str) -> dict[str, str]:
        """Return key -> ETag of all objects below the prefix, in the order of the keys, in memory."""
        return {item["Key"]: item["ETag"] for item in self.listed(prefix)}

    def read(self, key: str) -> bytes | None:
        """Return an object; None if it does not exist."""
        found = self.read_with_etag(key)
        return found[0] if found else None

    def read_with_etag(self, key: str) -> tuple[bytes, str] | None:
        """Return an object and its ETag; None if it does not exist."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=key)
        except self.client.exceptions.NoSuchKey:
            return None
        return answer["Body"].read(), answer["ETag"]

    def read_all(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the objects in the order of the keys, read in parallel, without deleted ones."""
        yield from ((key, content) for key, content in ahead(keys, self.read) if content is not None)

    def audit(self, prefix: str = AUDIT) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each audit record below the prefix, with the key of its object. Raises UnreadableError."""
        for key, content in self.read_all(self.keys(prefix)):
            for record in audit_records(key, content):
                yield key, record

    def audit_since(self, since: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each audit record written since `since`, with the key of its object. Raises UnreadableError.

        The function lists the objects of every day since then, so use it for a few days and not for a year.
        """
        for key, content in self.read_all(self._audit_keys(since)):
            for record in audit_records(key, content):
                yield key, record

    def _audit_keys(self, since: datetime) -> Iterator[str]:
        days = (datetime.now(UTC).date() - since.astimezone(UTC).date()).days
        for day in (since.astimezone(UTC) + timedelta(days=number) for number in range(days + 1)):
            prefix = f"{AUDIT}{day:year=%Y/month=%m/day=%d}/"
            yield from (item["Key"] for item in self.listed(prefix) if item["LastModified"] >= since)


def ahead(keys: Iterable[Key], read: Callable[[Key], Read]) -> Iterator[tuple[Key, Read]]:
    """Yield each key with its content in order; a few are read in parallel, and only these are in memory."""
    reading: deque[tuple[Key, Future[Read]]] = deque()
    with ThreadPoolExecutor(READERS) as pool:
        for key in keys:
            reading.append((key, pool.submit(read, key)))
            if len(reading) == AHEAD:
                first, found = reading.popleft()
                yield first, found.result()
        for first, found in reading:
            yield first, found.result()


def audit_records(key: str, content: bytes) -> list[dict[str, Any]]:
    """Return the records in an audit object, one on each line. Raises UnreadableError for other content."""
    try:
        records = [json.loads(line) for line in gzip.decompress(content).splitlines()]
        for record in records:
            _ = int(record["sequence_number"]), int(record["version"])
            if record["event"] not in EVENTS or not all(
                isinstance(record[name], str) for name in ("payment_id", "actor")
            ):
                raise TypeError("event is one of three, payment_id and actor are text")
            if not datetime.fromisoformat(record["at"]).tzinfo:
                raise ValueError("`at` is a time without a time zone")
            if not all(record[name] is None or isinstance(record[name], dict) for name in ("before", "after", "step")):
                raise TypeError("before, after and step are objects or null")
        if not records:
            raise ValueError("there is nothing in it")
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise UnreadableError(f"{key} is not an audit object: {error}; its older versions are in the bucket") from error
    return records


def document(key: str, content: bytes) -> dict[str, Any]:
    """Return a receipt or a set-aside record. Raises UnreadableError if it is not a JSON object."""
    try:
        found = json.loads(content)
    except ValueError as error:
        raise UnreadableError(f"{key} is not JSON: {error}; its older versions are in the bucket") from error
    if not isinstance(found, dict):
        raise UnreadableError(f"{key} is not a JSON object; its older versions are in the bucket")
    return found
