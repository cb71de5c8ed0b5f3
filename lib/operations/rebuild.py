"""Receipts made again from the ledger, where the stream has forgotten the changes that made them."""

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
    """What came of a receipt that was not as it should be."""

    WRITTEN = "written"
    DIFFERS = "it says something else than the ledger, of the same version: make reconcile has both"
    UNREADABLE = "something else stands in its place; its older versions are in the bucket"
    CHANGED = "it changed meanwhile; run it again"


def rebuild_receipts(reader: ArchiveReader, dynamodb: Any, table: str) -> Iterator[tuple[str, Rebuilt]]:
    """Write the receipts that are missing or of an older version; those, and those that stay as they are wrong.

    A request for each payment. One is written on the condition that it has not changed since it was read: the archiver
    may be at the same receipt.
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
                Metadata={"version": str(payment.version)},  # read by the archiver before it writes a later one
                **condition,
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "PreconditionFailed":
                break
            # Another write is under way, and what it leads to is not known yet: S3 asks to try again.
            # docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
            if code != "ConditionalRequestConflict":
                raise
        else:
            return Rebuilt.WRITTEN
    return Rebuilt.CHANGED
