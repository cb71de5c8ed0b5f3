"""The archiver: the Lambda function on the table's stream, which archives every change of the ledger.

Event: a batch of DynamoDB stream records. If one of them cannot be archived, the whole batch fails with an exception.
Lambda then delivers it again, in halves until the failing record is alone
(docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html, BisectBatchOnFunctionError). Repetition
is harmless (docs/decisions/0008-audit-objects-are-named-by-their-first-record.md). A record that can never be archived
is set aside and does not fail the batch. Otherwise it would block the records behind it.
"""

from __future__ import annotations

import functools
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from payments import settings
from payments.archive import Change, Document, audit_trail, poison, receipts
from payments.observability import count, logger, metrics
from payments.s3_archive import S3Archive


@functools.cache
def archive() -> S3Archive:
    """Return the archive; it is created with the first batch and kept for later ones."""
    return S3Archive(settings.required(settings.ARCHIVE_BUCKET))


@logger.inject_lambda_context
@metrics.written
def handler(event: dict[str, Any], context: LambdaContext) -> None:  # noqa: ARG001 - Lambda's signature
    """Archive a batch. Raises the error if a record could not be archived; Lambda then repeats the whole batch."""
    records = event["Records"]
    archived = 0
    try:
        archived = _archive(records)
    except Exception:
        logger.exception("batch not archived", sequence_numbers=[_number(record) for record in records])
        raise
    finally:
        count("ChangesArchived", archived)
        count("ChangesFailed", len(records) - archived)


def _archive(records: list[dict[str, Any]]) -> int:
    """Archive the records and return the number of archived ones; the others were set aside.

    The audit trail is written last.
    """
    changes: list[Change] = []
    set_aside: list[Document] = []
    for record in records:
        try:
            change = Change.from_stream(record)
        except ValueError as error:
            logger.exception("change set aside", sequence_number=_number(record))
            set_aside.append(poison(record, str(error)))
        else:
            changes += [] if change.is_postponement else [change]
    for document in (*set_aside, *receipts(changes), *audit_trail(changes)):
        archive().write(document)
    return len(records) - len(set_aside)


def _number(record: dict[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"])
