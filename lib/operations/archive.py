"""The archive as it is read: audit records, receipts, and what was set aside. It writes nothing.

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
EVENTS = ("created", "changed", "removed")  # of an audit record
READERS = 8  # objects read at once
AHEAD = 4 * READERS  # objects read before they are asked for: what reading takes of memory


Key = TypeVar("Key")
Read = TypeVar("Read")


class UnreadableError(ToolError):
    """An object of the archive that holds something else than it should."""


@dataclass
class ArchiveReader:
    """One bucket. `client`: boto3's of S3."""

    client: Any
    bucket: str

    def listed(self, prefix: str) -> Iterator[dict[str, Any]]:
        """What stands below the prefix, in the order of the keys, as S3 lists it: `Key`, `ETag`, `LastModified`."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return (item for page in pages for item in page.get("Contents", []))

    def keys(self, prefix: str) -> dict[str, str]:
        """Key -> ETag of what stands below the prefix, in the order of the keys. All in memory."""
        return {item["Key"]: item["ETag"] for item in self.listed(prefix)}

    def read(self, key: str) -> bytes | None:
        """None for an object that is not there (any more)."""
        found = self.read_with_etag(key)
        return found[0] if found else None

    def read_with_etag(self, key: str) -> tuple[bytes, str] | None:
        """The object and its ETag; None for one that is not there (any more)."""
        try:
            answer = self.client.get_object(Bucket=self.bucket, Key=key)
        except self.client.exceptions.NoSuchKey:
            return None
        return answer["Body"].read(), answer["ETag"]

    def read_all(self, keys: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """The objects, several at once, in the order of the keys; without those that are not there any more."""
        yield from ((key, content) for key, content in ahead(keys, self.read) if content is not None)

    def audit(self, prefix: str = AUDIT) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each audit record below the prefix, with the key of its object. Raises UnreadableError."""
        for key, content in self.read_all(self.keys(prefix)):
            for record in audit_records(key, content):
                yield key, record

    def audit_since(self, since: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each audit record that was written since then, with the key of its object: of a few days, not of a year.

        Raises UnreadableError.
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
    """Each key with what reading it gives, in order; a few are read at once, and not all are kept in memory."""
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
    """The records in an audit object, one a line. Raises UnreadableError where something else stands there."""
    try:
        records = [json.loads(line) for line in gzip.decompress(content).splitlines()]
        for record in records:
            _ = int(record["sequence_number"]), int(record["version"])
            if record["event"] not in EVENTS or not all(
                isinstance(record[name], str) for name in ("payment_id", "actor")
            ):
                raise TypeError("event is one of three, payment_id and actor are text")
            if not datetime.fromisoformat(record["at"]).tzinfo:
                raise ValueError("at has no time zone")
            if not all(record[name] is None or isinstance(record[name], dict) for name in ("before", "after", "step")):
                raise TypeError("before, after and step are objects or null")
        if not records:
            raise ValueError("there is nothing in it")
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise UnreadableError(f"{key} is no audit object: {error}; its older versions are in the bucket") from error
    return records


def document(key: str, content: bytes) -> dict[str, Any]:
    """A receipt, or what was set aside. Raises UnreadableError for what is no JSON object."""
    try:
        found = json.loads(content)
    except ValueError as error:
        raise UnreadableError(f"{key} is no JSON: {error}; its older versions are in the bucket") from error
    if not isinstance(found, dict):
        raise UnreadableError(f"{key} is no JSON object; its older versions are in the bucket")
    return found
