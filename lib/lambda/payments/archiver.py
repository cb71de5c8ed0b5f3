"""The function on the table's stream: writes to the archive what the ledger went through.

Event: a batch of DynamoDB stream records. Answer: the records that could not be archived, by sequence number
(docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html); Lambda goes on from the lowest of them,
so a record after it comes again, which changes nothing.
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
from payments.archive import Change, Document, documents
from payments.observability import logger, metrics

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


class S3Archive:
    """The archive's bucket."""

    def __init__(self, bucket: str, client: S3Client | None = None) -> None:
        self._bucket = bucket
        self._client = client or boto3.client("s3", config=CONFIG)

    def write(self, document: Document) -> None:
        """Put the object; one that is written once and stands there already is left as it is."""
        put = functools.partial(
            self._client.put_object,
            Bucket=self._bucket,
            Key=document.key,
            Body=document.content,
            ContentType="application/json",
        )
        if not document.once:
            put()
            return
        try:
            put(IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":  # If-None-Match: it stands there
                raise


@functools.cache
def archive() -> S3Archive:
    """Made at the first batch, and kept for the next ones."""
    return S3Archive(settings.required(settings.ARCHIVE_BUCKET))


@logger.inject_lambda_context
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Archive a batch. What fails is logged and reported; what can be archived is, whatever fails beside it."""
    failed = [record["dynamodb"]["SequenceNumber"] for record in event["Records"] if not _archived(record)]
    metrics.add_metric(name="ChangesArchived", unit=MetricUnit.Count, value=len(event["Records"]) - len(failed))
    metrics.add_metric(name="ChangesFailed", unit=MetricUnit.Count, value=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": sequence_number} for sequence_number in failed]}


def _archived(record: dict[str, Any]) -> bool:
    try:
        for document in documents(Change.from_stream(record)):
            archive().write(document)
    except settings.SettingsError:
        raise
    except Exception:
        logger.exception("change not archived", sequence_number=record["dynamodb"]["SequenceNumber"])
        return False
    return True
