"""Empties buckets: every version and delete marker, in parallel, with rate and remaining time.

Terraform's provider deletes one page after the other, which takes a day instead of an hour for a large bucket. After an
interrupted run, a second run continues with the remaining versions.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from lib.errors import ToolError

BATCH = 1000  # docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
# Parallel calls for one bucket. A call with 1,000 keys takes some 0.5 s; S3 allows 3,500 keys a second for a prefix.
WORKERS = 8
TRIES = 8
# S3's error codes for keys that it could not delete for the moment.
PASSING = ("InternalError", "ServiceUnavailable", "SlowDown", "RequestTimeout", "OperationAborted")

Batch = list[dict[str, str]]


@dataclass
class Count:
    """The progress: the number of deleted versions, and an estimate of their total."""

    total: int
    done: int = 0
    begun: float = field(default_factory=time.monotonic)

    def line(self) -> str:
        """Return one line: `12,000 of about 50,000,000 versions, 3,400 a second, 4 h 5 min left`"""
        rate = self.done / max(time.monotonic() - self.begun, 0.001)
        left = f", {_duration((self.total - self.done) / rate)} left" if 0 < self.done < self.total else ""
        return f"{self.done:,} of about {max(self.total, self.done):,} versions, {rate:,.0f} a second{left}"


def empty(connect: Callable[[str], Any], buckets: list[str], update: Callable[[str], None]) -> int:
    """Delete everything in these buckets, and return the number of deleted versions. `update` gets the progress.

    Raises ToolError for a version that S3 does not delete.
    """
    s3 = connect("s3")
    buckets = [bucket for bucket in buckets if _exists(s3, bucket)]
    update("counting")
    count = Count(sum(_estimate(connect, s3, bucket) for bucket in buckets))
    with ThreadPoolExecutor(WORKERS * max(len(buckets), 1)) as pool:
        running: set[Future[int]] = set()
        try:
            for bucket, batch in _interleaved(s3, buckets):
                running.add(pool.submit(delete_batch, s3, bucket, batch))
                # Read only as many pages as there are workers: a bucket's listing may not fit into memory.
                if len(running) >= 2 * WORKERS * len(buckets):
                    running = _collect(running, count, update)
            while running:
                running = _collect(running, count, update)
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return count.done


def _collect(running: set[Future[int]], count: Count, update: Callable[[str], None]) -> set[Future[int]]:
    done, running = wait(running, return_when=FIRST_COMPLETED)
    count.done += sum(future.result() for future in done)
    update(count.line())
    return running


def _interleaved(s3: Any, buckets: list[str]) -> Iterator[tuple[str, Batch]]:
    """Yield a page of each bucket in turn."""
    listings = {bucket: _pages(s3, bucket) for bucket in buckets}
    while listings:
        for bucket in list(listings):
            batch = next(listings[bucket], None)
            if batch is None:
                del listings[bucket]
            elif batch:
                yield bucket, batch


def _pages(s3: Any, bucket: str) -> Iterator[Batch]:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": BATCH}):
        entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        yield [{"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries]


def delete_batch(s3: Any, bucket: str, batch: Batch) -> int:
    """Delete a batch and return the number of deleted versions, including missing ones, which S3 reports as deleted."""
    left = batch
    for attempt in range(TRIES):
        errors = s3.delete_objects(Bucket=bucket, Delete={"Objects": left, "Quiet": True}).get("Errors", [])
        lasting = [error for error in errors if error["Code"] not in PASSING]
        if lasting:
            error = lasting[0]
            raise ToolError(
                f"s3://{bucket}/{error['Key']} (version {error.get('VersionId', 'null')}) is not deleted: "
                f"{error['Code']} {error.get('Message', '')}".rstrip()
            )
        if not errors:
            return len(batch)
        left = [{"Key": error["Key"], "VersionId": error["VersionId"]} for error in errors]
        time.sleep(min(2.0**attempt / 4, 20.0))
    codes = ", ".join(f"{count} {code}" for code, count in Counter(error["Code"] for error in errors).items())
    raise ToolError(f"s3://{bucket}: S3 still refuses {len(left)} versions after {TRIES} tries ({codes}); run it again")


def _exists(s3: Any, bucket: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
            raise
        return False
    return True


def _estimate(connect: Callable[[str], Any], s3: Any, bucket: str) -> int:
    """Return the number of versions in the bucket: S3's daily count; for a new bucket without one, the listing's.

    docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html#s3-cloudwatch-metrics
    """
    now = datetime.now(UTC)
    points = connect("cloudwatch").get_metric_statistics(
        Namespace="AWS/S3",
        MetricName="NumberOfObjects",
        Dimensions=[
            {"Name": "BucketName", "Value": bucket},
            {"Name": "StorageType", "Value": "AllStorageTypes"},
        ],
        StartTime=now - timedelta(days=4),
        EndTime=now,
        Period=86400,
        Statistics=["Average"],
    )["Datapoints"]
    if points:
        return int(max(points, key=lambda point: point["Timestamp"])["Average"])
    return sum(len(batch) for batch in _pages(s3, bucket))


def _duration(seconds: float) -> str:
    minutes, hours = round(seconds / 60) % 60, round(seconds / 60) // 60
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds:.0f} s"
