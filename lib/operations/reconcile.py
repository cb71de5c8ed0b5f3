"""`make reconcile`: compares ledger, archive and gateway, and finds manual changes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TextIO

from lib.console.progress import Progress, Step
from lib.operations import ledger, sorting
from lib.operations.archive import (
    AUDIT,
    RECEIPTS,
    SET_ASIDE,
    ArchiveReader,
    UnreadableError,
    ahead,
    audit_records,
    document,
)
from lib.operations.deployed import Deployed
from lib.operations.difference_report import DifferenceStore, Report
from lib.operations.differences import Difference
from lib.operations.gateways.configured import configured
from lib.operations.gateways.record import Gateway
from lib.operations.payment_comparison import Comparison
from lib.operations.receipts import receipt_key
from lib.operations.sorting import SortedRecords
from lib.operations.window import CLOCKS_DIFFER, Window, window


@dataclass(frozen=True)
class ReconcileOptions:
    """The options of the command. `limit`: the number of differences to show; 0 shows all."""

    settle_seconds: int
    day: str | None = None
    since: str | None = None
    limit: int = 0
    as_json: bool = False


@dataclass
class Reconciliation:
    """One run. It sorts the records on disk, so memory does not grow with the number of payments."""

    stack: Deployed
    window: Window
    progress: Progress
    records: SortedRecords
    store: DifferenceStore
    gateways: dict[str, Gateway] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reader = ArchiveReader(self.stack.connect("s3"), self.stack.outputs["audit_bucket_name"])
        self.dynamodb = self.stack.connect("dynamodb")
        self.table = self.stack.outputs["transactions_table_name"]

    def run(self) -> Comparison:
        """Compare everything. Archive and gateways are read before the ledger.

        So a payment that changes in between has a later time than `settled_before` in the ledger, and is not compared.
        """
        with self.progress.step(f"audit trail of {self.stack.name}") as step:
            step.result(f"{self._audit(step)} records")
        for name, gateway in self.gateways.items():
            if gateway.keeps_record:
                with self.progress.step(f"gateway {name}") as step:
                    step.result(f"{self._gateway(gateway, step)} charges and refunds")
        with self.progress.step("ledger and receipts") as step:
            step.result(f"{self._ledger(step)} payments")
        comparison = Comparison(self.window, self.gateways, lambda id_: ledger.find(self.dynamodb, self.table, id_))
        with self.progress.step("comparison") as step:
            for group in self.records.groups():
                for difference in comparison.compare(group):
                    self.store.add(difference)
                step.update(f"{comparison.compared.payments} payments, {self.store.count} differences")
            step.result(f"{comparison.compared.payments} payments")
        return comparison

    def _audit(self, step: Step) -> int:
        count = 0
        for key, content in self.reader.read_all(self._audit_keys()):
            try:
                for record in audit_records(key, content):
                    self.records.add(record["payment_id"], sorting.AUDIT, key, record)
                    count += 1
            except UnreadableError as error:
                self.store.add(Difference("unreadable", key, str(error)))
            step.update(f"{count} records")
        for listed in self.reader.listed(SET_ASIDE):
            self.store.add(Difference("set aside", listed["Key"], "is set aside; replay it with make redrive"))
        return count

    def _audit_keys(self) -> Iterator[str]:
        if self.window.is_everything:
            yield from (listed["Key"] for listed in self.reader.listed(AUDIT))
            return
        earliest = self.window.begin - CLOCKS_DIFFER
        for day in self.window.days():
            # The archiver writes an object after the changes in it, so an object from before the window has none of it.
            for listed in self.reader.listed(f"{AUDIT}{day:year=%Y/month=%m/day=%d}/"):
                if listed["LastModified"] >= earliest:
                    yield listed["Key"]

    def _gateway(self, gateway: Gateway, step: Step) -> int:
        count = 0
        begin, end = self.window.begin - CLOCKS_DIFFER, self.window.end + CLOCKS_DIFFER
        for charge in gateway.charges(begin, end):
            self.records.add(charge.payment_id, sorting.CHARGE, charge.reference, asdict(charge))
            count += 1
            step.update(f"{count} charges and refunds")
        for refund in gateway.refunds(begin, end):
            self.records.add(refund.payment_id, sorting.REFUND, refund.reference, asdict(refund))
            count += 1
            step.update(f"{count} charges and refunds")
        return count

    def _ledger(self, step: Step) -> int:
        count = 0
        for payment, found in ahead(self._payments(), lambda payment: self.reader.read(receipt_key(payment))):
            key = receipt_key(payment)
            count += 1
            step.update(f"{count} payments")
            if found is None:
                continue
            try:
                self.records.add(payment.payment_id, sorting.RECEIPT, key, document(key, found))
            except UnreadableError as error:
                self.records.add(payment.payment_id, sorting.UNREADABLE, key, str(error))
                self.store.add(Difference("unreadable", key, str(error)))
        if self.window.is_everything:
            for listed in self.reader.listed(RECEIPTS):
                if listed["LastModified"] < self.window.settled_before:
                    payment_id = listed["Key"].rpartition("/")[2].removesuffix(".json")
                    self.records.add(payment_id, sorting.RECEIPT_KEY, listed["Key"], None)
        return count

    def _payments(self) -> Iterator[ledger.Payment]:
        """Yield the payments whose receipts are compared, and add every item of the ledger to the records."""
        for item in ledger.scan(self.dynamodb, self.table, self.window):
            self.records.add(str(item["payment_id"]["S"]), sorting.LEDGER, "", item)
            payment = ledger.payment_of(item)
            if payment and any(map(self.window.may_have, payment.times())):
                yield payment


def reconcile(
    stack: Deployed,
    options: ReconcileOptions,
    progress: Progress,
    output: TextIO | None = None,
    now: datetime | None = None,
) -> int:
    """Compare the records and show the differences. Returns 0 if there are none, else 1. Raises ToolError.

    Payments that changed within the last `settle_seconds` are counted and not compared.
    """
    chosen = window(options.day, options.since, options.settle_seconds, now or datetime.now(UTC))
    with closing(SortedRecords()) as records, closing(DifferenceStore()) as store:
        run = Reconciliation(stack, chosen, progress, records, store, configured(stack))
        compared = run.run().compared
        report = Report(stack.name, chosen, options.settle_seconds, compared, store, options.limit)
        if options.as_json:
            report.write(output or sys.stdout)
        else:
            report.show(progress)
        return 1 if store.count else 0
