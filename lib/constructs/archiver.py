"""The archiver function: writes an audit record for every change of the ledger and a receipt for every payment."""

from __future__ import annotations

from constructs import Construct

from lib.aws import (
    LambdaEventSourceMapping,
    LambdaEventSourceMappingDestinationConfig,
    LambdaEventSourceMappingDestinationConfigOnFailure,
)
from lib.constructs.archive import AUDIT_PREFIX, RECEIPTS_PREFIX, SET_ASIDE_PREFIX, Archive
from lib.constructs.code import Code
from lib.constructs.context import Context
from lib.constructs.dead_letters import DeadLetters
from lib.constructs.function import Function
from lib.constructs.ledger import Ledger
from lib.constructs.policy import allow
from lib.settings import NO_RESERVED_CONCURRENCY

HANDLER = "payments.archiver.handler"
BUCKET_VARIABLE = "ARCHIVE_BUCKET"  # read by lib/lambda/payments/settings.py
TIMEOUT_SECONDS = 60

BATCH_SIZE = 100
# The measurements behind this value: docs/decisions/0016-batching-window-and-retries-of-the-stream.md
BATCHING_WINDOW_SECONDS = 30
# The record's age limits the retries, not their number: an outage of S3 or KMS may last longer than ten retries. The
# stream keeps a record for 24 hours. The queue gets only the record's position in the stream. So after six hours of
# retries, 18 hours remain for `make redrive`.
UNLIMITED_RETRIES = -1
MAX_RECORD_AGE_SECONDS = 6 * 60 * 60
# Concurrent batches of a shard. Raise this number (up to 10) if the iterator age grows. Lambda splits batches by item,
# so the changes of each payment stay in order.
# docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
PARALLELIZATION_FACTOR = 1


class Archiver(Function):
    """The function that reads the table's stream. Lambda sends batches that it gives up to the queue `failures`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        context: Context,
        code: Code,
        ledger: Ledger,
        archive: Archive,
        failures: DeadLetters,
    ) -> None:
        stream = ledger.table.stream_arn
        prefixes = [f"{archive.bucket.arn}/{prefix}*" for prefix in (AUDIT_PREFIX, RECEIPTS_PREFIX, SET_ASIDE_PREFIX)]
        super().__init__(
            scope,
            id_,
            context=context,
            code=code,
            dead_letters=failures,
            handler=HANDLER,
            description="Writes an audit record for each change of the ledger and a receipt for each payment",
            environment={BUCKET_VARIABLE: archive.bucket.bucket},
            statements=[
                allow("Archive", ["s3:PutObject"], prefixes),
                # The archiver reads a receipt's version before it replaces the receipt.
                allow("Receipts", ["s3:GetObject"], [f"{archive.bucket.arn}/{RECEIPTS_PREFIX}*"]),
                # docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
                context.allow_key("ArchiveKey", ["kms:Decrypt", "kms:GenerateDataKey"], "s3"),
                # docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#events-dynamodb-permissions
                allow(
                    "Stream",
                    ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
                    [stream],
                ),
                # Required by Lambda, and cannot be limited to a resource:
                # docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
                allow("ListStreams", ["dynamodb:ListStreams"], ["*"]),
                context.allow_key("StreamKey", ["kms:Decrypt"], "dynamodb"),
            ],
            timeout=TIMEOUT_SECONDS,
            # No reserved concurrency, because the number of shards limits the concurrency.
            reserved_concurrency=NO_RESERVED_CONCURRENCY,
        )
        LambdaEventSourceMapping(
            self,
            "stream",
            event_source_arn=stream,
            function_name=self.alias.arn,
            enabled=True,
            starting_position="TRIM_HORIZON",  # includes records written before the mapping existed
            batch_size=BATCH_SIZE,
            maximum_batching_window_in_seconds=BATCHING_WINDOW_SECONDS,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=UNLIMITED_RETRIES,
            maximum_record_age_in_seconds=MAX_RECORD_AGE_SECONDS,
            parallelization_factor=PARALLELIZATION_FACTOR,
            destination_config=LambdaEventSourceMappingDestinationConfig(
                on_failure=LambdaEventSourceMappingDestinationConfigOnFailure(destination_arn=failures.queue.arn)
            ),
        )
