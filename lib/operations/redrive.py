"""`make redrive`: repeats the work that the archiver gave up or set aside, and the failed runs of the settler."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rich.markup import escape

from lib.console.progress import Progress
from lib.operations import stream
from lib.operations.archive import SET_ASIDE, ArchiveReader, UnreadableError, document
from lib.operations.deployed import Deployed
from lib.operations.difference_report import DifferenceStore
from lib.operations.queue_messages import IN_FLIGHT, VISIBILITY_SECONDS, WAITING, Message, Messages, counted
from lib.operations.rebuild import Rebuilt, rebuild_receipts
from lib.operations.reconcile import Reconciliation
from lib.operations.replay import Archiver, Function, RefusedError, Trail
from lib.operations.sorting import SortedRecords
from lib.operations.window import BEGINNING, Window

# How the names of the settler and its queue begin; both end in the environment's suffix.
SETTLER, SETTLER_QUEUE = "lambda-settler-", "sqs-settler-dead-letters-"
# Attributes of a message by which Lambda and EventBridge say what failed:
# docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
# docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
REASONS = ("ErrorMessage", "ErrorCode", "ERROR_MESSAGE", "ERROR_CODE")
READ_AT_ONCE = 1000  # records of the stream that are compared with the audit trail together
# Kinds of differences that redrive cannot repair: it never reconstructs audit records from the ledger.
UNBUILDABLE = ("not audited", "change not audited")
NAMED = 100  # of these differences, at most so many are shown
SETTLE = timedelta(minutes=2)  # later changes may not be archived yet


@dataclass
class Redrive:
    """One run. `replayed` and `stay` count messages and objects. The run prints a line for each one that stays.

    `whole_stream`: also process every change in the stream that has no audit record. `receipts`: also rebuild receipts
    from the ledger, and list missing audit records. Without `receipts`, the run rebuilds receipts only if the stream no
    longer has a batch.
    """

    stack: Deployed
    progress: Progress
    whole_stream: bool = False
    receipts: bool = False
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    replayed: int = 0
    stay: int = 0
    gone: bool = False

    def __post_init__(self) -> None:
        self.reader = ArchiveReader(self.stack.connect("s3"), self.stack.outputs["audit_bucket_name"])
        self.trail = Trail(self.reader)
        functions, outputs = self.stack.connect("lambda"), self.stack.outputs
        self.archiver = Archiver(Function(functions, outputs["archive_function_name"], "archiver"), self.trail)
        self.settler = Function(functions, outputs["settler_function_name"], "settler")

    def run(self) -> int:
        """Return 0 if everything was replayed or nothing is waiting, 1 if something remains."""
        self._step(f"batches that the archiver of {self.stack.name} gave up", self._messages)
        if self.whole_stream:
            self._step("all records in the stream", self._stream)
        self._step("records that it set aside", self._set_aside)
        if self.receipts or self.gone:
            self._step("receipts, from the ledger", self._rebuild_receipts)
        if self.receipts:
            self._unbuildable()
        self._step("runs of the settler that failed", self._settler_runs)
        self._payment_dead_letters()
        if self.stay:
            self.progress.show(f"not replayed: {self.stay}; docs/runbooks/archive-failures.md says what to do")
            return 1
        self.progress.show(
            "[green]all replayed; check with make reconcile[/green]"
            if self.replayed
            else "[green]nothing waits[/green]"
        )
        return 0

    def _step(self, title: str, work: Callable[[], None]) -> None:
        with self.progress.step(title) as step:
            replayed, stay = self.replayed, self.stay
            work()
            step.result(f"{self.replayed - replayed} replayed, {self.stay - stay} stay")

    def _stays(self, where: str, why: str) -> None:
        self.stay += 1
        self.progress.show(f"[red]stays[/red]  {escape(where)}  {escape(why)}")

    def _done(self, where: str, how: str) -> None:
        self.replayed += 1
        self.progress.show(f"replayed  {escape(where)}  {escape(how)}")

    def _messages(self) -> None:
        """Replay each message. Delete it if all its records are archived or set aside, else make it visible again."""
        messages = Messages(self.stack.connect("sqs"), self.stack.outputs["archive_failures_queue_url"])
        for message in messages:
            if self._message(message):
                messages.delete(message)
        self._in_flight(messages)

    def _in_flight(self, messages: Messages) -> None:
        if count := messages.in_flight():
            self._stays(
                f"{count} messages in flight",
                "another make redrive is processing them, or was killed: they reappear within "
                f"{VISIBILITY_SECONDS} s; run it again then",
            )

    def _message(self, message: Message) -> bool:
        """Replay the records of a message; return whether all are archived or set aside."""
        name = f"message {message['MessageId']}"
        try:
            body = json.loads(message["Body"])
            if "DDBStreamBatchInfo" in body:
                wanted = stream.Range.from_message(body["DDBStreamBatchInfo"])
                name = str(wanted)
                records = stream.read(self.stack.connect("dynamodbstreams"), wanted)
            else:
                records = body["Records"]  # an event of somebody who invoked the archiver asynchronously
            count = self.archiver.replay(records)
        except (KeyError, TypeError, ValueError) as error:
            self._stays(name, f"it is not a message of the archiver: {error!r}")
        except stream.GoneError:
            self.gone = True
            self._stays(name, "the stream keeps records for 24 hours only, and these have expired: run make reconcile")
        except RefusedError as error:
            self._stays(name, str(error))
        else:
            self._done(name, f"{count} records had no audit record")
            return True
        return False

    def _stream(self) -> None:
        """Replay records without a message: batches whose message was lost, or changes that were never polled.

        Records of the last 24 hours that cannot be archived are set aside again, even if their objects were deleted.
        """
        client = self.stack.connect("dynamodbstreams")
        arn = self._stream_arn()
        for shard in stream.shards(client, arn):
            records = stream.shard(client, arn, shard)
            while batch := list(itertools.islice(records, READ_AT_ONCE)):
                try:
                    count = self.archiver.replay(batch)
                except RefusedError as error:
                    self._stays(f"{len(batch)} records of {shard}", str(error))
                else:
                    if count:
                        self._done(shard, f"{count} records had no audit record")

    def _stream_arn(self) -> str:
        name = self.stack.outputs["transactions_table_name"]
        arn: str = self.stack.connect("dynamodb").describe_table(TableName=name)["Table"]["LatestStreamArn"]
        return arn

    def _set_aside(self) -> None:
        """Replay each record that was set aside. Delete its object once the record has an audit record."""
        for key, content in self.reader.read_all(self.reader.keys(SET_ASIDE)):
            try:
                kept = document(key, content)
                records = [kept["record"]]
                count = self.archiver.replay(records)
                poison = bool(self.trail.missing(records))
            except UnreadableError as error:
                self._stays(key, str(error))
            except (KeyError, TypeError, AttributeError) as error:
                self._stays(key, f"it contains no record: {error!r}")
            except RefusedError as error:
                self._stays(key, str(error))
            else:
                if poison:
                    self._stays(key, f"the archiver cannot process it: {kept.get('reason')}")
                else:
                    self.reader.client.delete_object(Bucket=self.reader.bucket, Key=key)
                    self._done(key, f"{count} records had no audit record")

    def _rebuild_receipts(self) -> None:
        """Rebuild missing and outdated receipts from the ledger."""
        table = self.stack.outputs["transactions_table_name"]
        for key, rebuilt in rebuild_receipts(self.reader, self.stack.connect("dynamodb"), table):
            if rebuilt is Rebuilt.WRITTEN:
                self._done(key, "rebuilt from the ledger")
            else:
                self._stays(key, rebuilt.value)

    def _unbuildable(self) -> None:
        """Print a line for each audit record that is still missing, at most NAMED."""
        settled = self.clock() - SETTLE
        with closing(SortedRecords()) as records, closing(DifferenceStore()) as store:
            everything = Window(BEGINNING, settled, settled)
            Reconciliation(self.stack, everything, self.progress, records, store).run()
            lost = (found for found in store if found.kind in UNBUILDABLE)
            for found in itertools.islice(lost, NAMED):
                self._stays(
                    found.where,
                    f"{found.detail}: never reconstructed from the ledger; an older version may be in the bucket",
                )
            more = sum(store.totals[kind] for kind in UNBUILDABLE) - NAMED
            if more > 0:
                self._stays(f"{more} more without audit records", "make reconcile names all")

    def _settler_runs(self) -> None:
        """Run the settler once for all failed runs, because each run settles everything that is due."""
        client, suffix = self.stack.connect("sqs"), self.settler.name.removeprefix(SETTLER)
        url = client.get_queue_url(QueueName=f"{SETTLER_QUEUE}{suffix}")["QueueUrl"]
        messages = Messages(client, url)
        has_run, refused = False, None
        for message in messages:
            try:
                if not has_run and refused is None:
                    self.settler.call(b"{}")
                    has_run = True
            except RefusedError as error:
                refused = str(error)
            name = f"run {message['MessageId']}, which failed: {_reason(message)}"
            if has_run:
                messages.delete(message)
                self._done(name, "a new run of the settler succeeded")
            else:
                self._stays(name, f"{refused}: docs/runbooks/settler-dead-letters.md")
        self._in_flight(messages)

    def _payment_dead_letters(self) -> None:
        """Print a line for events that bypassed the API. Only their sender can send them again."""
        url = self.stack.outputs["dead_letter_queue_url"]
        if count := counted(self.stack.connect("sqs"), url, WAITING, IN_FLIGHT):
            self._stays(
                f"{count} in {url.rpartition('/')[2]}",
                "events for the payment function that only their sender can send again: "
                "docs/runbooks/payment-dead-letters.md",
            )


def _reason(message: Message) -> str:
    attributes = message.get("MessageAttributes", {})
    return next((attributes[name]["StringValue"] for name in REASONS if name in attributes), "the message does not say")
