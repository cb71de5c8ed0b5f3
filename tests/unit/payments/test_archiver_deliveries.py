"""Nothing lost and nothing doubled, however Lambda delivers a shard and whatever S3 does: the proof of ADR 8.

Lambda: batches of any size; one that fails comes again as it was or in halves, is given up after its retries, and what
was given up is replayed later, as `make redrive` does it. S3: a put fails before or after its effect, or has it late.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments import archiver
from payments.archive import Document
from payments.payment import Payment
from tests.unit.payments.conftest import NOW, Context, MemoryArchive, audit_records, new_payment, stream_record

pytestmark = pytest.mark.slow

Record = dict[str, Any]
RETRIES = 2
FINE, BEFORE, AFTER, LATE = "fine", "before", "after", "late"


@dataclass
class Luck:
    """What happens next: drawn as it is asked for, and all fine once it is used up, so that every run ends."""

    puts: list[str]
    answers_lost: list[bool]
    halves: list[bool]
    landings: list[int]

    def put(self) -> str:
        return self.puts.pop() if self.puts else FINE

    def answer_is_lost(self) -> bool:
        return self.answers_lost.pop() if self.answers_lost else False

    def in_halves(self) -> bool:
        return self.halves.pop() if self.halves else True

    def landing(self, waiting: int) -> int:
        return (self.landings.pop() if self.landings else 0) % (waiting + 1)


def lucks(*faults: str) -> st.SearchStrategy[Luck]:
    return st.builds(
        Luck,
        puts=st.lists(st.sampled_from([FINE, *faults]), max_size=40),
        answers_lost=st.lists(st.booleans(), max_size=8),
        halves=st.lists(st.booleans(), max_size=8),
        landings=st.lists(st.integers(0, 3), max_size=40),
    )


class UnreliableArchive(MemoryArchive):
    def __init__(self, luck: Luck) -> None:
        super().__init__()
        self.luck = luck
        self.late: list[Document] = []

    def write(self, document: Document) -> None:
        fault = self.luck.put()
        for _ in range(self.luck.landing(len(self.late))):
            super().write(self.late.pop(0))
        if fault in (FINE, AFTER):
            super().write(document)
        if fault == LATE:
            self.late.append(document)
        if fault != FINE:
            raise OSError("no answer from S3")


@st.composite
def shards(draw: st.DrawFn) -> list[Record]:
    """A shard's records in order: payments that change several times, around midnight, some of them poison."""
    standing: dict[str, Payment] = {}
    records: list[Record] = []
    for number in range(draw(st.integers(1, 12))):
        key = draw(st.sampled_from("abc"))
        before = standing.get(key)
        after = (
            dataclasses.replace(before, refunded=before.refunded + 1, version=before.version + 1)
            if before
            else new_payment(key=key)
        )
        standing[key] = after
        at = NOW + timedelta(hours=draw(st.sampled_from([0, 14, 15])))
        record = stream_record(after, before, sequence_number=str(100 + number), at=at)
        if draw(st.integers(0, 4)) == 0:
            record["dynamodb"]["NewImage"] = {"note": {"S": "written by hand"}}
        records.append(record)
    return records


def is_poison(record: Record) -> bool:
    return "note" in record["dynamodb"]["NewImage"]


def sequence_number(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


@contextlib.contextmanager
def archiving_to(archive: MemoryArchive) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archiver, "archive", lambda: archive)
        yield


def deliver(batch: list[Record], luck: Luck, given_up: list[list[Record]], retries: int = RETRIES) -> None:
    """As Lambda does. Halving costs no retry."""
    try:
        archiver.handler({"Records": batch}, Context())  # type: ignore[arg-type]  # a Context has all that is used
    except OSError:
        pass
    else:
        if not luck.answer_is_lost():
            return
    if len(batch) > 1 and luck.in_halves():
        middle = len(batch) // 2
        deliver(batch[:middle], luck, given_up, retries)
        deliver(batch[middle:], luck, given_up, retries)
    elif retries:
        deliver(batch, luck, given_up, retries - 1)
    else:
        given_up.append(batch)


def deliver_all(records: list[Record], sizes: list[int], luck: Luck) -> list[list[Record]]:
    """The whole shard, in batches of these sizes; what was given up."""
    given_up: list[list[Record]] = []
    rest = list(records)
    while rest:
        size = sizes.pop() if sizes else len(rest)
        deliver(rest[:size], luck, given_up)
        rest = rest[size:]
    return given_up


def redrive(archive: MemoryArchive, ranges: list[list[Record]]) -> None:
    """What lacks its audit record, of each range that was given up, in one batch."""
    for batch in ranges:
        there = {record["sequence_number"] for record in archive.audit()}
        missing = [record for record in batch if sequence_number(record) not in there]
        if missing:
            archiver.handler({"Records": missing}, Context())  # type: ignore[arg-type]  # as above


def numbers(batches: list[list[Record]]) -> set[str]:
    return {sequence_number(record) for batch in batches for record in batch}


def check(archive: MemoryArchive, records: list[Record], leftovers: set[str]) -> None:
    """All is there, and outside of the objects that these records name, once."""
    good = [record for record in records if not is_poison(record)]
    assert {record["sequence_number"] for record in archive.audit()} == {sequence_number(record) for record in good}
    found = Counter(
        record["sequence_number"]
        for key, content in archive.objects.items()
        if key.startswith("audit/") and key.rpartition("/")[2].partition("-")[0] not in leftovers
        for record in audit_records(content)
    )
    assert set(found.values()) <= {1}
    newest: dict[str, int] = {}
    for record in good:
        image = record["dynamodb"]["NewImage"]
        key = f"receipts/m-1/{image['payment_id']['S']}.json"
        newest[key] = max(newest.get(key, 0), int(image["version"]["N"]))
    written = {key: json.loads(content) for key, content in archive.objects.items() if key.startswith("receipts/")}
    assert {key: receipt["version"] for key, receipt in written.items()} == newest
    set_aside = {key for key in archive.objects if key.startswith("set-aside/")}
    assert set_aside == {
        f"set-aside/{sequence_number(item)}-{item['eventID']}.json" for item in records if is_poison(item)
    }
    for key, content in archive.objects.items():
        if key.startswith("audit/"):
            for record in audit_records(content):
                year, month, day = record["at"][:10].split("-")
                assert key.startswith(f"audit/year={year}/month={month}/day={day}/")


SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SIZES = st.lists(st.integers(1, 6), max_size=12)


@SETTINGS
@given(shards(), SIZES, lucks(BEFORE, AFTER), st.booleans())
def test_nothing_is_lost_or_doubled(records: list[Record], sizes: list[int], luck: Luck, consolidated: bool) -> None:
    """An object that a batch left behind which was given up in the end may hold what stands elsewhere, too."""
    archive = UnreliableArchive(luck)
    with archiving_to(archive):
        given_up = deliver_all(records, sizes, luck)
        leftovers = numbers(given_up)
        luck.puts.clear()
        if consolidated and given_up:
            # Lambda may join messages (BisectBatchOnFunctionError):
            # docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-lambda-eventsourcemapping.html
            first, last = records.index(given_up[0][0]), records.index(given_up[-1][-1])
            given_up = [records[first : last + 1]]
        redrive(archive, given_up)
    check(archive, records, leftovers)


@SETTINGS
@given(shards(), SIZES, lucks(BEFORE, AFTER, LATE))
def test_a_put_that_lands_late_loses_nothing(records: list[Record], sizes: list[int], luck: Luck) -> None:
    """It may bring back records that stand elsewhere by then: readers tell them by their sequence numbers."""
    archive = UnreliableArchive(luck)
    with archiving_to(archive):
        given_up = deliver_all(records, sizes, luck)
        luck.puts.clear()
        for document in archive.late:
            MemoryArchive.write(archive, document)
        archive.late.clear()
        redrive(archive, given_up)
    check(archive, records, numbers([records]))


@SETTINGS
@given(shards(), SIZES, SIZES, st.integers(0, 11))
def test_a_lost_checkpoint_loses_nothing(records: list[Record], sizes: list[int], again: list[int], place: int) -> None:
    """The shard is read once more from some place on, in other batches."""
    luck = Luck([], [], [], [])
    archive = UnreliableArchive(luck)
    with archiving_to(archive):
        deliver_all(records, sizes, luck)
        deliver_all(records[place % len(records) :], again, luck)
    check(archive, records, numbers([records]))
