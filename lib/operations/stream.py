"""Records of the table's stream, read again: a failure message says where they are, not what they are."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ParamValidationError

from lib.environments import ToolError

# A page may be empty though more follows:
# docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
EMPTY_PAGES = 50


class GoneError(Exception):
    """The stream has forgotten the records: it keeps them for 24 hours."""


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
        """Raises KeyError or ValueError for what is no such message."""
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
    """The records, as Lambda hands them over. `client`: boto3's of DynamoDB Streams.

    Raises GoneError, and ValueError for a range that cannot be one of a stream.
    """
    errors = client.exceptions
    records: list[dict[str, Any]] = []
    empty = 0
    try:
        iterator = client.get_shard_iterator(
            StreamArn=wanted.stream,
            ShardId=wanted.shard,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=wanted.first,
        )["ShardIterator"]
        while iterator:
            page = client.get_records(ShardIterator=iterator)
            for record in page["Records"]:
                if int(record["dynamodb"]["SequenceNumber"]) > int(wanted.last):
                    return records
                records.append(_event(record))
                if record["dynamodb"]["SequenceNumber"] == wanted.last:
                    return records
            iterator = page.get("NextShardIterator")
            empty = 0 if page["Records"] else empty + 1
            if empty > EMPTY_PAGES:
                raise ToolError(
                    f"{wanted}: the stream answers nothing, though the last of them has not come; try again"
                )
    except (errors.TrimmedDataAccessException, errors.ResourceNotFoundException) as error:
        raise GoneError(str(error)) from error
    except ParamValidationError as error:
        raise ValueError(f"{wanted} cannot be in a stream") from error
    return records


def _event(record: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON has it: times as seconds, bytes in base64."""

    def spelled(value: Any) -> Any:
        if isinstance(value, datetime):
            return value.timestamp()
        return base64.b64encode(value).decode()

    event: dict[str, Any] = json.loads(json.dumps(record, default=spelled))
    return event
