"""`make reconcile`: is everything in the archive that the ledger says, and nothing else?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rich.markup import escape

from lib.deploy.progress import Progress
from lib.operations import ledger
from lib.operations.archive import AUDIT, RECEIPTS, SET_ASIDE, ArchiveReader, UnreadableError, audit_records, document
from lib.operations.comparison import Archived, compare
from lib.operations.deployed import Deployed


def reconcile(stack: Deployed, settle_seconds: int, progress: Progress) -> int:
    """0 where they agree, 1 where they differ: a line for each difference. Records that stand twice are named, too.

    Payments that changed within the last `settle_seconds` are counted and not compared. The archive is read first: what
    changes meanwhile has changed within those seconds when the ledger is read.
    """
    settled_before = datetime.now(UTC) - timedelta(seconds=settle_seconds)
    with progress.step(f"archive of {stack.name}") as step:
        archived = read_archive(ArchiveReader(stack.connect("s3"), stack.outputs["audit_bucket_name"]))
        step.result(f"{len(archived.trail)} audit records, {len(archived.receipts)} receipts")
    with progress.step("ledger") as step:
        payments, others = ledger.read(stack.connect("dynamodb"), stack.outputs["transactions_table_name"])
        step.result(f"{len(payments)} payments")
    result = compare(payments, others, archived, settled_before)
    for difference in result.differences:
        where, detail = escape(difference.where), escape(difference.detail)
        progress.show(f"[red]{difference.what}[/red]  {where}  {detail}")
    for double in result.doubles:
        progress.show(f"{double.what}  {escape(double.where)}  {escape(double.detail)}")
    if result.unsettled:
        progress.show(
            f"not settled: {len(result.unsettled)} changed in the last {settle_seconds} s and are not compared"
        )
    if result.differences:
        progress.show(f"differences: {len(result.differences)}; docs/runbooks/archive-failures.md says what to do")
        return 1
    progress.show("[green]ledger and archive agree[/green]")
    return 0


def read_archive(reader: ArchiveReader) -> Archived:
    """All of it."""
    archived = Archived(set_aside=list(reader.keys(SET_ASIDE)))
    for key, content in reader.read_all([*reader.keys(AUDIT), *reader.keys(RECEIPTS)]):
        try:
            if key.startswith(AUDIT):
                archived.trail += [(key, record) for record in audit_records(key, content)]
            else:
                archived.receipts[key] = document(key, content)
        except UnreadableError as error:
            archived.unreadable[key] = str(error)
    return archived
