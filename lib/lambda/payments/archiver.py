"""The function on the table's stream: writes to the archive what the ledger went through.

Event: a batch of DynamoDB stream records. Answer: the records that could not be archived, by sequence number
(docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html); Lambda goes on from the lowest of them,
so a record after it comes again, which changes nothing. A record that no retry can help is set aside, and not reported:
it would keep those behind it waiting.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config
from botocore.exceptions import ClientError

from payments import settings
from payments.archive import Change, Document, documents, poison
from payments.observability import logger, metrics, traced

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
VERSION = "version"  # of the payment, in the metadata of its receipt
TRIES = 3  # against others that write the same object


class S3Archive:
    """The archive's bucket."""

    def __init__(self, bucket: str, client: S3Client | None = None) -> None:
        self._bucket = bucket
        self._client = client or boto3.client("s3", config=CONFIG)

    def write(self, document: Document) -> None:
        """Put the object, unless one stands there that never changes, or is as new or newer."""
        put = functools.partial(
            self._client.put_object,
            Bucket=self._bucket,
            Key=document.key,
            Body=document.content,
            ContentType="application/json",
            Metadata={} if document.version is None else {VERSION: str(document.version)},
        )
        for _ in range(TRIES):
            try:
                put(IfNoneMatch="*")
                return
            except ClientError as error:
                if not _stands_there(error):
                    raise
            if document.version is None:
                return
            standing = self._client.head_object(Bucket=self._bucket, Key=document.key)
            if int(standing["Metadata"].get(VERSION, 0)) >= document.version:
                return
            try:
                put(IfMatch=standing["ETag"])
                return
            except ClientError as error:
                if not _stands_there(error):
                    raise
        raise TimeoutError("the object changed whenever it was about to be written")


def _stands_there(error: ClientError) -> bool:
    """Another object stands there, or is being written: docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html"""
    return error.response["Error"]["Code"] in {"PreconditionFailed", "ConditionalRequestConflict"}


@functools.cache
def archive() -> S3Archive:
    """Made at the first batch, and kept for the next ones."""
    return S3Archive(settings.required(settings.ARCHIVE_BUCKET))


@logger.inject_lambda_context
@metrics.log_metrics
@traced
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Archive a batch. What fails is logged and counted; what can be archived is, whatever fails beside it."""
    retried: list[str] = []
    set_aside = 0
    for record in event["Records"]:
        try:
            set_aside += not _archived(record)
        except settings.SettingsError:
            raise
        except Exception:
            logger.exception("change not archived", sequence_number=record["dynamodb"]["SequenceNumber"])
            retried.append(record["dynamodb"]["SequenceNumber"])
    failed = len(retried) + set_aside
    metrics.add_metric(name="ChangesArchived", unit=MetricUnit.Count, value=len(event["Records"]) - failed)
    metrics.add_metric(name="ChangesFailed", unit=MetricUnit.Count, value=failed)
    return {"batchItemFailures": [{"itemIdentifier": sequence_number} for sequence_number in retried]}


def _archived(record: dict[str, Any]) -> bool:
    """Write what the record makes; False where it makes nothing and is set aside. Raises what a retry may help."""
    try:
        written = documents(Change.from_stream(record))
    except ValueError as error:
        logger.exception("change set aside", sequence_number=record["dynamodb"]["SequenceNumber"])
        archive().write(poison(record, str(error)))
        return False
    for document in written:
        archive().write(document)
    return True
