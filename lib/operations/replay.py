"""Invokes the archiver again for stream records, and the settler for failed runs.

It invokes the alias that the stream and the schedule invoke. It sends only changes that have no audit record yet: an
audit object is named after its first change, so a smaller batch could overwrite an object that contains more changes
(docs/decisions/0008-audit-objects-are-named-by-their-first-record.md).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from lib.errors import ToolError
from lib.operations.archive import AUDIT, ArchiveReader, audit_records

Record = dict[str, Any]

# The limit of a synchronous invocation is 6 MB: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
# A record has two images of at most 400 KB. Escaped in JSON, a single record has fewer bytes than this.
MOST_BYTES = 5_500_000
MOST_RECORDS = 100  # the batch size of the stream's mapping, for which the archiver has 60 s
ALIAS = "alias-live-"  # the first part of the name of the alias that lib/constructs/function.py declares
OPENING, CLOSING, COMMA = b'{"Records": [', b"]}", b", "


class RefusedError(Exception):
    """The function did not process the event. The message says why."""


@dataclass
class Trail:
    """The audit trail, for looking up which stream records have an audit record. It reads each object once."""

    reader: ArchiveReader
    _read: dict[tuple[str, str], set[tuple[str, str]]] = field(default_factory=dict)

    def missing(self, records: Sequence[Record]) -> list[Record]:
        """Return the records whose audit record is missing. Raises UnreadableError."""
        records = [record for record in records if not _is_postponement(record)]
        days = {day for record in records if (day := _day(record))}
        there = {identity for day in days for identity in self._identities(f"{AUDIT}{day}/")}
        return [record for record in records if _identity(record) not in there]

    def _identities(self, prefix: str) -> Iterator[tuple[str, str]]:
        objects = self.reader.keys(prefix)
        for key, content in self.reader.read_all(key for key, etag in objects.items() if (key, etag) not in self._read):
            found = {(record["payment_id"], record["sequence_number"]) for record in audit_records(key, content)}
            self._read[key, objects[key]] = found
        for entry in objects.items():
            yield from self._read.get(entry, set())


@dataclass
class Function:
    """A deployed function. `client`: a boto3 client of Lambda. `what`: the function's name in messages."""

    client: Any
    name: str
    what: str

    @functools.cached_property
    def alias(self) -> str:
        """The alias that callers invoke. $LATEST may be another version, for example after a rollback."""
        pages = self.client.get_paginator("list_aliases").paginate(FunctionName=self.name)
        names = [alias["Name"] for page in pages for alias in page["Aliases"] if alias["Name"].startswith(ALIAS)]
        if len(names) != 1:
            raise ToolError(f"{self.name} has {len(names)} aliases {ALIAS}…, expected 1; run make deploy")
        return str(names[0])

    def call(self, event: bytes) -> None:
        """Run the function and wait for its end. Raises RefusedError if it fails or cannot run now."""
        try:
            answer = self.client.invoke(FunctionName=self.name, Qualifier=self.alias, Payload=event)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "RequestTooLargeException":
                raise RefusedError(f"{len(event)} bytes are too many for Lambda: {error}") from error
            if code == "TooManyRequestsException":
                raise RefusedError(f"the {self.what} runs just now; run make redrive again in a minute") from error
            raise
        told = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            reason = told.get("errorMessage") if isinstance(told, dict) else told
            raise RefusedError(f"the {self.what} failed: {reason}; its log has more")


@dataclass
class Archiver:
    """The deployed archiver with its audit trail."""

    function: Function
    trail: Trail

    def replay(self, records: Sequence[Record]) -> int:
        """Send the records that have no audit record, and return their number. Raises RefusedError, UnreadableError."""
        missing = self.trail.missing(records)
        for event in batches(missing):
            self.function.call(event)
        return len(missing)


def batches(records: Sequence[Record]) -> Iterator[bytes]:
    """Yield events with at most MOST_RECORDS and MOST_BYTES, in order. A larger record gets an event of its own."""
    batch: list[bytes] = []
    size = len(OPENING) + len(CLOSING)
    for record in records:
        spelled = json.dumps(record).encode()
        if batch and (len(batch) == MOST_RECORDS or size + len(COMMA) + len(spelled) > MOST_BYTES):
            yield _event(batch)
            batch, size = [], len(OPENING) + len(CLOSING)
        batch.append(spelled)
        size += len(spelled) + len(COMMA)
    if batch:
        yield _event(batch)


def _event(batch: Sequence[bytes]) -> bytes:
    return OPENING + COMMA.join(batch) + CLOSING


def _day(record: Record) -> str | None:
    """Return the folder of the record's audit record, by its day; None for a record without a time."""
    try:
        at = datetime.fromtimestamp(float(record["dynamodb"]["ApproximateCreationDateTime"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return f"{at:year=%Y/month=%m/day=%d}"


def _is_postponement(record: Record) -> bool:
    """Return whether a record changes only the settler's next attempt, for which there is no audit record."""
    images = [dict(record.get("dynamodb", {}).get(name) or {}) for name in ("OldImage", "NewImage")]
    for image in images:
        image.pop("due_at", None)
    return bool(images[0]) and images[0] == images[1]


def _identity(record: Record) -> tuple[str, str]:
    change = record["dynamodb"]
    return change["Keys"]["payment_id"]["S"], change["SequenceNumber"]
