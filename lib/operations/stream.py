"""Reads records of the table's stream again: a message in the dead-letter queue has only their positions."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ParamValidationError

# A page may be empty though more follows:
# docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
EMPTY_PAGES = 50


class GoneError(Exception):
    """The stream no longer has the records: it keeps them for 24 hours."""


@dataclass(frozen=True)
class Range:
    """`DDBStreamBatchInfo` of a message: docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html"""

    stream: str
    shard: str
    first: str
    last: str
    size: int

    @classmethod
    def from_message(cls, info: Mapping[str, Any]) -> Range:
        """Parse the member `DDBStreamBatchInfo`. Raises KeyError or ValueError if it has another form."""
        found = cls(
            stream=info["streamArn"],
            shard=info["shardId"],
            first=info["startSequenceNumber"],
            last=info["endSequenceNumber"],
            size=int(info["batchSize"]),
        )
        _ = int(found.first), int(found.last)
        return found

    def __str__(self) -> str:
        return f"{self.size} records from {self.first} to {self.last} of {self.shard}"


def read(client: Any, wanted: Range) -> list[dict[str, Any]]:
    """Return the records in the form in which Lambda gets them. `client`: a boto3 client of DynamoDB Streams.

    Raises GoneError if the stream no longer contains all of them, and ValueError if the range is malformed.
    """
    records: list[dict[str, Any]] = []
    try:
        for record in _from(client, wanted):
            if int(record["dynamodb"]["SequenceNumber"]) > int(wanted.last):
                break
            records.append(event(record))
            if record["dynamodb"]["SequenceNumber"] == wanted.last:
                return records
    except (client.exceptions.TrimmedDataAccessException, client.exceptions.ResourceNotFoundException) as error:
        raise GoneError(str(error)) from error
    except ParamValidationError as error:
        raise ValueError(f"{wanted}: these are no positions in a stream") from error
    raise GoneError(f"the shard has no {wanted.last}")


def shards(client: Any, stream: str) -> Iterator[str]:
    """Yield the ids of the stream's shards. Parents come before children, so a payment's changes stay in order.

    docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_DescribeStream.html
    """
    found: dict[str, str | None] = {}
    request: dict[str, str] = {}
    while True:
        described = client.describe_stream(StreamArn=stream, **request)["StreamDescription"]
        found |= {one["ShardId"]: one.get("ParentShardId") for one in described["Shards"]}
        if "LastEvaluatedShardId" not in described:
            break
        request = {"ExclusiveStartShardId": described["LastEvaluatedShardId"]}
    left = dict(found)
    while left:
        # A shard whose parent has expired can be yielded too.
        ready = [shard_id for shard_id, parent in left.items() if parent not in left]
        yield from ready or left
        left = {shard_id: parent for shard_id, parent in left.items() if ready and shard_id not in ready}


def shard(client: Any, stream: str, shard_id: str) -> Iterator[dict[str, Any]]:
    """Yield all records of a shard in the form in which Lambda gets them."""
    iterator = client.get_shard_iterator(StreamArn=stream, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON")
    yield from map(event, _pages(client, iterator["ShardIterator"]))


def _from(client: Any, wanted: Range) -> Iterator[Mapping[str, Any]]:
    """Yield the shard's records, beginning with the first of the range."""
    iterator = client.get_shard_iterator(
        StreamArn=wanted.stream,
        ShardId=wanted.shard,
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=wanted.first,
    )
    yield from _pages(client, iterator["ShardIterator"])


def _pages(client: Any, iterator: str | None) -> Iterator[Mapping[str, Any]]:
    empty = 0
    while iterator and empty <= EMPTY_PAGES:
        page = client.get_records(ShardIterator=iterator)
        yield from page["Records"]
        iterator = page.get("NextShardIterator")  # none at the end of a closed shard
        empty = 0 if page["Records"] else empty + 1


def event(record: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a record of boto3 to JSON: times become seconds, bytes become base64."""

    def spelled(value: Any) -> Any:
        if isinstance(value, datetime):
            return value.timestamp()
        return base64.b64encode(value).decode()

    found: dict[str, Any] = json.loads(json.dumps(record, default=spelled))
    return found
