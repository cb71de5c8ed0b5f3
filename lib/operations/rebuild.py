"""Rebuilds receipts from the ledger. It is needed if the stream no longer has the changes."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from lib.operations import ledger
from lib.operations.archive import ArchiveReader, UnreadableError, ahead, document
from lib.operations.receipts import is_stale, receipt_key, receipt_of

ATTEMPTS = 3


class Rebuilt(enum.Enum):
    """The result for a receipt that is missing or wrong: WRITTEN, or the reason why it was left unchanged."""

    WRITTEN = "written"
    DIFFERS = "it contradicts the ledger in the same version: make reconcile shows both"
    UNREADABLE = "its content is not a receipt; its older versions are in the bucket"
    CHANGED = "the payment changed meanwhile; run make redrive again"


def rebuild_receipts(reader: ArchiveReader, dynamodb: Any, table: str) -> Iterator[tuple[str, Rebuilt]]:
    """Write missing and outdated receipts. Yield (key, result) for each of them, and for wrong receipts left unchanged.

    Each payment takes one request. A write has the condition that the receipt has not changed since it was read,
    because the archiver may write the receipt too.
    """
    payments = ledger.payments(dynamodb, table)
    keyed = ((receipt_key(payment), payment) for payment in payments)
    for (key, payment), standing in ahead(keyed, lambda entry: reader.read_with_etag(entry[0])):
        condition = {"IfNoneMatch": "*"}
        if standing is not None:
            content, etag = standing
            try:
                receipt = document(key, content)
            except UnreadableError:
                yield key, Rebuilt.UNREADABLE
                continue
            if not is_stale(receipt, payment):
                if receipt.get("version") == payment.version and receipt != receipt_of(payment):
                    yield key, Rebuilt.DIFFERS
                continue
            condition = {"IfMatch": etag}
        yield key, _put(reader, key, payment, condition)


def _put(reader: ArchiveReader, key: str, payment: ledger.Payment, condition: dict[str, str]) -> Rebuilt:
    for _ in range(ATTEMPTS):
        try:
            reader.client.put_object(
                Bucket=reader.bucket,
                Key=key,
                Body=json.dumps(receipt_of(payment), sort_keys=True).encode() + b"\n",
                ContentType="application/json",
                Metadata={"version": str(payment.version)},  # the archiver reads it before it writes a later version
                **condition,
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "PreconditionFailed":
                break
            # Another write is in progress: S3 answers that the client must retry.
            # docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
            if code != "ConditionalRequestConflict":
                raise
        else:
            return Rebuilt.WRITTEN
    return Rebuilt.CHANGED
