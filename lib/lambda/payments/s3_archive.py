"""Writes the archive's objects to S3."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from payments.archive import Document

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
VERSION = "version"  # metadata key of a receipt with the payment's version
TRIES = 3  # attempts, in case others write the same object


class S3Archive:
    """The archive's bucket."""

    def __init__(self, bucket: str, client: S3Client | None = None) -> None:
        self._bucket = bucket
        self._client = client or boto3.client("s3", config=CONFIG)

    def write(self, document: Document) -> None:
        """Write the object. If the document has a version, replace only an object with an older version.

        Raises TimeoutError if others change the object during every attempt.
        """
        put = functools.partial(
            self._client.put_object,
            Bucket=self._bucket,
            Key=document.key,
            Body=document.content,
            ContentType=document.content_type,
        )
        if document.version is None:
            put()
            return
        put = functools.partial(put, Metadata={VERSION: str(document.version)})
        for _ in range(TRIES):
            try:
                put(IfNoneMatch="*")
                return
            except ClientError as error:
                if not _exists_already(error):
                    raise
            standing = self._client.head_object(Bucket=self._bucket, Key=document.key)
            if int(standing["Metadata"].get(VERSION, 0)) >= document.version:
                return
            try:
                put(IfMatch=standing["ETag"])
                return
            except ClientError as error:
                if not _exists_already(error):
                    raise
        raise TimeoutError("the object changed during every attempt to write it")


def _exists_already(error: ClientError) -> bool:
    """Return whether S3 refused a write because the object exists or is being written.

    docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
    """
    return error.response["Error"]["Code"] in {"PreconditionFailed", "ConditionalRequestConflict"}
