"""The state's bucket, and the emptying of full ones."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lib.errors import ToolError
from lib.removal import buckets
from lib.targets import state_bucket
from lib.targets.emulator import Emulator

pytestmark = pytest.mark.emulator_only("about S3 itself, with made-up buckets")

OBJECTS, OVERWRITTEN, DELETED = 2200, 150, 120


@pytest.mark.parametrize(("bucket", "region"), [("state-north", "eu-north-1"), ("state-first", "us-east-1")])
def test_the_state_bucket_is_guarded_and_made_once(plain_emulator: Emulator, bucket: str, region: str) -> None:
    client = plain_emulator.address.client("s3", region)
    assert state_bucket.ensure(client, bucket, region) is True
    theirs = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": "*"}
    policy = json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"])
    policy["Statement"].append(theirs)
    client.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})

    assert state_bucket.ensure(client, bucket, region) is False

    assert (client.get_bucket_location(Bucket=bucket)["LocationConstraint"] or "us-east-1") == region
    assert client.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    block = client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert block == dict.fromkeys(block, True)
    assert len(block) == 4
    (rule,) = client.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    statements = json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert theirs in statements
    (deny,) = [statement for statement in statements if statement != theirs]
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert deny["Resource"] == [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]


def test_a_state_bucket_in_another_region_is_named(plain_emulator: Emulator) -> None:
    state_bucket.ensure(plain_emulator.address.client("s3", "eu-north-1"), "state-elsewhere", "eu-north-1")
    with pytest.raises(ToolError, match=r"is in eu-north-1, but TERRAFORM_STATE_BUCKET_REGION is eu-west-1"):
        state_bucket.ensure(plain_emulator.address.client("s3", "eu-west-1"), "state-elsewhere", "eu-west-1")


@pytest.fixture
def full(plain_emulator: Emulator) -> str:
    """A bucket with more than two pages of objects, older versions and delete markers in two folders."""
    client, bucket = plain_emulator.address.client("s3"), "s3-full-it-1"
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})

    def put(number: int) -> None:
        client.put_object(Bucket=bucket, Key=f"{'audit' if number % 2 else 'receipts'}/{number}", Body=b"{}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(put, range(OBJECTS)))
        list(pool.map(put, range(OVERWRITTEN)))
        list(
            pool.map(
                lambda number: client.delete_object(Bucket=bucket, Key=f"receipts/{number}"), range(0, DELETED * 2, 2)
            )
        )
    return bucket


def versions(client: Any, bucket: str) -> int:
    pages = client.get_paginator("list_object_versions").paginate(Bucket=bucket)
    return sum(len(page.get("Versions", [])) + len(page.get("DeleteMarkers", [])) for page in pages)


def test_a_bucket_is_emptied_and_an_interrupted_emptying_goes_on(
    plain_emulator: Emulator, full: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, everything = plain_emulator.address.client, OBJECTS + OVERWRITTEN + DELETED
    client = connect("s3")
    assert versions(client, full) == everything

    def interrupt(line: str) -> None:
        if "a second" in line:
            raise KeyboardInterrupt

    monkeypatch.setattr(buckets, "BATCH", 100)
    monkeypatch.setattr(buckets, "WORKERS", 1)
    with pytest.raises(KeyboardInterrupt):
        buckets.empty(connect, [full], interrupt)
    monkeypatch.undo()
    left = versions(client, full)
    assert 0 < left < everything

    lines: list[str] = []
    assert buckets.empty(connect, [full, "s3-gone-already"], lines.append) == left
    assert versions(client, full) == 0
    assert re.fullmatch(rf"{left:,} of about {left:,} versions, [\d,]+ a second", lines[-1])
    client.delete_bucket(Bucket=full)
