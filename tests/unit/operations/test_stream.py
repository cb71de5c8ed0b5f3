"""Records read again from the stream's pages: all of a range, or none of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lib.operations.stream import EMPTY_PAGES, GoneError, Range, read, shards

WANTED = Range("stream", "shard", "3", "5", 3)


class TrimmedError(ClientError):
    pass


class Stream:
    """A shard of these pages; the answers that the emulator never gives: empty pages, and a shard's end."""

    class exceptions:  # noqa: N801 - as boto3 names it
        TrimmedDataAccessException = TrimmedError
        ResourceNotFoundException = TrimmedError

    def __init__(self, *pages: list[str], closed: bool = False) -> None:
        self.pages = pages
        self.closed = closed

    def get_shard_iterator(self, *, SequenceNumber: str, **_: str) -> dict[str, str]:  # noqa: N803 - as boto3 has it
        if not any(SequenceNumber in page for page in self.pages):
            raise TrimmedError({"Error": {"Code": "TrimmedDataAccessException"}}, "GetShardIterator")
        return {"ShardIterator": "0"}

    def get_records(self, *, ShardIterator: str) -> dict[str, Any]:  # noqa: N803 - as boto3 has it
        place = int(ShardIterator)
        page = self.pages[place] if place < len(self.pages) else []
        records = [
            {"eventID": number, "dynamodb": {"SequenceNumber": number, "ApproximateCreationDateTime": AT, "Raw": b"1"}}
            for number in page
        ]
        ended = self.closed and place + 1 >= len(self.pages)
        return {"Records": records, **({} if ended else {"NextShardIterator": str(place + 1)})}


AT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "stream",
    [
        Stream(["3", "4", "5", "6"]),
        Stream(["3"], [], [], ["4", "5"]),
        Stream(["3", "4"], ["5"], closed=True),
    ],
)
def test_a_range_is_read_across_pages(stream: Stream) -> None:
    found = read(stream, WANTED)
    assert [record["dynamodb"]["SequenceNumber"] for record in found] == ["3", "4", "5"]
    assert found[0]["dynamodb"]["ApproximateCreationDateTime"] == AT.timestamp(), "as Lambda hands it over"
    assert found[0]["dynamodb"]["Raw"] == "MQ=="


@pytest.mark.parametrize(
    "stream",
    [
        Stream(["4", "5"]),
        Stream(["3", "4"], closed=True),
        Stream(["3", "4", "6"]),
        Stream(["3", "4"], *([[]] * (EMPTY_PAGES + 1)), ["5"]),
    ],
)
def test_a_range_that_the_stream_has_in_part_is_gone(stream: Stream) -> None:
    with pytest.raises(GoneError):
        read(stream, WANTED)


class Lineage:
    """A stream whose shards are described a page of one at a time: (id, parent)."""

    def __init__(self, *shards: tuple[str, str | None]) -> None:
        self.shards = shards

    def describe_stream(self, *, StreamArn: str, ExclusiveStartShardId: str = "") -> dict[str, Any]:  # noqa: N803
        assert StreamArn == "stream"
        ids = [shard_id for shard_id, _ in self.shards]
        place = ids.index(ExclusiveStartShardId) + 1 if ExclusiveStartShardId else 0
        shard_id, parent = self.shards[place]
        one = {"ShardId": shard_id, **({"ParentShardId": parent} if parent else {})}
        last = {} if place + 1 == len(ids) else {"LastEvaluatedShardId": shard_id}
        return {"StreamDescription": {"Shards": [one], **last}}


@pytest.mark.parametrize(
    ("lineage", "order"),
    [
        (Lineage(("a", None), ("b", "a"), ("c", "b")), ["a", "b", "c"]),
        (Lineage(("c", "b"), ("b", "a"), ("a", None), ("d", None)), ["a", "d", "b", "c"]),
        (Lineage(("b", "forgotten")), ["b"]),
        (Lineage(("a", "b"), ("b", "a")), ["a", "b"]),
    ],
)
def test_all_shards_are_read_and_parents_first(lineage: Lineage, order: list[str]) -> None:
    assert list(shards(lineage, "stream")) == order
