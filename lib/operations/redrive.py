"""`make redrive`: what the archiver gave up or set aside is given to it again.

Only records that have no audit record yet: an audit object is named by its first record, so a batch of others could
take the place of one that holds more (docs/decisions/0008-audit-objects-are-named-by-their-first-record.md).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rich.markup import escape

from lib.deploy.progress import Progress
from lib.operations import stream
from lib.operations.archive import AUDIT, SET_ASIDE, ArchiveReader, UnreadableError, audit_records, document
from lib.operations.deployed import Deployed
from lib.operations.rebuild import rebuild_receipts

Record = dict[str, Any]

READ_AT_ONCE = 1000  # records of the stream, compared with the audit trail together
BATCH = 50  # records for each call of the archiver: within Lambda's 6 MB, whatever payments they are of
# While a message is worked on nobody else gets it; longer than it takes, shorter than it matters after a crash.
VISIBILITY_SECONDS = 300
WAIT_SECONDS = 1  # long polling: asks all of the queue's servers


class RefusedError(Exception):
    """The archiver did not take the records; what it said."""


@dataclass
class Trail:
    """Which records have their audit record. Each object is read once."""

    reader: ArchiveReader
    _read: dict[tuple[str, str], set[tuple[str, str]]] = field(default_factory=dict)

    def missing(self, records: Sequence[Record]) -> list[Record]:
        """Those that have none. Raises UnreadableError."""
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
class Redrive:
    """One run. `replayed` and `stay` count messages and objects; everything that stays has been named."""

    stack: Deployed
    progress: Progress
    whole_stream: bool = False
    replayed: int = 0
    stay: int = 0
    gone: bool = False

    def __post_init__(self) -> None:
        self.reader = ArchiveReader(self.stack.connect("s3"), self.stack.outputs["audit_bucket_name"])
        self.trail = Trail(self.reader)

    def run(self) -> int:
        """0 where everything is replayed, or nothing waits; 1 where something stays."""
        with self.progress.step(f"batches that the archiver of {self.stack.name} gave up") as step:
            before = self.replayed, self.stay
            self._messages()
            step.result(self._since(*before))
        if self.whole_stream:
            with self.progress.step("whatever the stream still has") as step:
                before = self.replayed, self.stay
                self._stream()
                step.result(self._since(*before))
        with self.progress.step("records that it set aside") as step:
            before = self.replayed, self.stay
            self._set_aside()
            step.result(self._since(*before))
        if self.gone:
            with self.progress.step("receipts, from the ledger") as step:
                step.result(f"{self._rebuild_receipts()} rebuilt")
        self._payment_dead_letters()
        if self.stay:
            self.progress.show(f"what stays: {self.stay}; docs/runbooks/archive-failures.md says what to do")
            return 1
        self.progress.show(
            "[green]all replayed; make reconcile compares[/green]" if self.replayed else "[green]nothing waits[/green]"
        )
        return 0

    def _since(self, replayed: int, stay: int) -> str:
        return f"{self.replayed - replayed} replayed, {self.stay - stay} stay"

    def _stays(self, where: str, why: str) -> None:
        self.stay += 1
        self.progress.show(f"[red]stays[/red]  {escape(where)}  {escape(why)}")

    def _done(self, where: str, how: str) -> None:
        self.replayed += 1
        self.progress.show(f"replayed  {escape(where)}  {escape(how)}")

    def _messages(self) -> None:
        """A message goes once all its records are archived or set aside; others may be had again at once."""
        client, url = self.stack.connect("sqs"), self.stack.outputs["archive_failures_queue_url"]
        kept: list[str] = []
        while found := client.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=WAIT_SECONDS,
            VisibilityTimeout=VISIBILITY_SECONDS,
        ).get("Messages"):
            for message in found:
                if self._message(message):
                    client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                else:
                    kept.append(message["ReceiptHandle"])
        for handle in kept:
            client.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)

    def _message(self, message: Mapping[str, Any]) -> bool:
        """The records that it stands for are archived or set aside."""
        name = f"message {message['MessageId']}"
        try:
            body = json.loads(message["Body"])
            if "DDBStreamBatchInfo" in body:
                wanted = stream.Range.from_message(body["DDBStreamBatchInfo"])
                name = str(wanted)
                records = stream.read(self.stack.connect("dynamodbstreams"), wanted)
            else:
                records = body["Records"]  # an event of somebody who called the archiver asynchronously
            count = self._replay(records)
        except (KeyError, TypeError, ValueError) as error:
            self._stays(name, f"it is no message of the archiver's: {error!r}")
        except stream.GoneError:
            self.gone = True
            self._stays(name, "the stream keeps records for 24 hours and has forgotten these: make reconcile")
        except RefusedError as error:
            self._stays(name, str(error))
        else:
            self._done(name, f"{count} were missing")
            return True
        return False

    def _stream(self) -> None:
        """Also what no message names: batches whose message was lost, or changes that nobody polled for.

        Poison of the last 24 hours is set aside once more, even if somebody has looked at it and deleted the object.
        """
        client = self.stack.connect("dynamodbstreams")
        arn = self._stream_arn()
        for shard in stream.shards(client, arn):
            records = stream.shard(client, arn, shard)
            while batch := list(itertools.islice(records, READ_AT_ONCE)):
                try:
                    count = self._replay(batch)
                except RefusedError as error:
                    self._stays(f"{len(batch)} records of {shard}", str(error))
                else:
                    if count:
                        self._done(shard, f"{count} were missing")

    def _stream_arn(self) -> str:
        name = self.stack.outputs["transactions_table_name"]
        arn: str = self.stack.connect("dynamodb").describe_table(TableName=name)["Table"]["LatestStreamArn"]
        return arn

    def _set_aside(self) -> None:
        """An object goes once its record has an audit record."""
        for key, content in self.reader.read_all(self.reader.keys(SET_ASIDE)):
            try:
                kept = document(key, content)
                records = [kept["record"]]
                count = self._replay(records)
                poison = bool(self.trail.missing(records))
            except UnreadableError as error:
                self._stays(key, str(error))
            except (KeyError, TypeError, AttributeError) as error:
                self._stays(key, f"there is no record in it: {error!r}")
            except RefusedError as error:
                self._stays(key, str(error))
            else:
                if poison:
                    self._stays(key, f"the archiver cannot take it: {kept.get('reason')}")
                else:
                    self.reader.client.delete_object(Bucket=self.reader.bucket, Key=key)
                    self._done(key, f"{count} were missing")

    def _replay(self, records: Sequence[Record]) -> int:
        """Give the archiver what has no audit record; how many those were. Raises RefusedError."""
        missing = self.trail.missing(records)
        client, function = self.stack.connect("lambda"), self.stack.outputs["archive_function_name"]
        for start in range(0, len(missing), BATCH):
            event = json.dumps({"Records": missing[start : start + BATCH]})
            answer = client.invoke(FunctionName=function, Payload=event.encode())
            said = json.loads(answer["Payload"].read() or b"null")
            if "FunctionError" in answer:
                reason = said.get("errorMessage") if isinstance(said, dict) else said
                raise RefusedError(f"the archiver failed: {reason}; its log has more")
        return len(missing)

    def _rebuild_receipts(self) -> int:
        """An audit record is never made up; a receipt is what the ledger says."""
        count = 0
        table = self.stack.outputs["transactions_table_name"]
        for key in rebuild_receipts(self.reader, self.stack.connect("dynamodb"), table):
            count += 1
            self.progress.show(f"rebuilt  {escape(key)}  from the ledger")
        return count

    def _payment_dead_letters(self) -> None:
        """Events that somebody sent to the payment function past the API: only their sender can send them again."""
        url = self.stack.outputs["dead_letter_queue_url"]
        name = "ApproximateNumberOfMessages"
        count = int(
            self.stack.connect("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
        )
        if count:
            self._stays(
                f"{count} in {url.rpartition('/')[2]}",
                "for the payment function; who sent them sends them again: docs/runbooks/payment-dead-letters.md",
            )


def _day(record: Record) -> str | None:
    """Of the record's audit record; None for one that says no time, and so has none."""
    try:
        at = datetime.fromtimestamp(float(record["dynamodb"]["ApproximateCreationDateTime"]), UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return f"{at:year=%Y/month=%m/day=%d}"


def _identity(record: Record) -> tuple[str, str]:
    change = record["dynamodb"]
    return change["Keys"]["payment_id"]["S"], change["SequenceNumber"]
