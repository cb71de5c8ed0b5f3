"""Receipts made again from the ledger, where the stream has forgotten the changes that made them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from lib.operations import ledger
from lib.operations.archive import RECEIPTS, ArchiveReader, UnreadableError, document
from lib.operations.comparison import is_stale, receipt_key, receipt_of

ATTEMPTS = 3


def rebuild_receipts(reader: ArchiveReader, dynamodb: Any, table: str) -> Iterator[str]:
    """Write the receipts that are missing or of an older version; their keys. One that says something else stays.

    On the condition that nothing has changed since it was looked at: the archiver may be at the same receipt.
    """
    standing = reader.keys(RECEIPTS)
    contents = dict(reader.read_all(standing))
    payments, _ = ledger.read(dynamodb, table)
    for payment in payments.values():
        key = receipt_key(payment)
        condition = {"IfNoneMatch": "*"}
        if key in contents:
            try:
                if not is_stale(document(key, contents[key]), payment):
                    continue
            except UnreadableError:
                continue
            condition = {"IfMatch": standing[key]}
        if _put(reader, key, payment, condition):
            yield key


def _put(reader: ArchiveReader, key: str, payment: ledger.Payment, condition: dict[str, str]) -> bool:
    """Whether it is written; False where the condition does not hold any more."""
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
                return False
            # Another write is under way, and what it leads to is not known yet: S3 asks to try again.
            # docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
            if code != "ConditionalRequestConflict":
                raise
        else:
            return True
    return False
