"""Emptying a bucket: what is said of it, and what S3 refuses. The rest happens on the emulator."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from lib.errors import ToolError
from lib.removal import buckets
from lib.removal.buckets import Count


def test_time_left_follows_from_the_rate() -> None:
    count = Count(total=10_000_000, done=2_000_000, begun=time.monotonic() - 1000)
    assert re.fullmatch(r"2,000,000 of about 10,000,000 versions, [12],\d{3} a second, 1 h [67] min left", count.line())
    assert re.fullmatch(r"10 of about 10 versions, [\d,]+ a second", Count(total=8, done=10).line())


class S3:
    """Answers DeleteObjects with these errors, call by call; a code for every key of the call, or none."""

    def __init__(self, *codes: str) -> None:
        self.codes = list(codes)
        self.asked: list[int] = []

    def delete_objects(self, Delete: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803 - as boto3 calls it
        self.asked.append(len(Delete["Objects"]))
        code = self.codes.pop(0) if self.codes else ""
        errors = Delete["Objects"][: max(1, len(Delete["Objects"]) // 2)] if code else []
        return {"Errors": [{**entry, "Code": code, "Message": "no"} for entry in errors]}


BATCH = [{"Key": f"k{number}", "VersionId": "1"} for number in range(8)]


def test_what_s3_could_not_do_just_now_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets.time, "sleep", lambda _seconds: None)
    s3 = S3("SlowDown", "InternalError")
    assert buckets.delete_batch(s3, "b", BATCH) == 8
    assert s3.asked == [8, 4, 2], "only what was refused"


def test_what_s3_never_does_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets.time, "sleep", lambda _seconds: None)
    with pytest.raises(ToolError, match=r"^s3://b/k0 \(version 1\) is not deleted: AccessDenied no$"):
        buckets.delete_batch(S3("AccessDenied"), "b", BATCH)
    with pytest.raises(ToolError, match=r"S3 still refuses 1 versions after 8 tries \(1 SlowDown\); run it again"):
        buckets.delete_batch(S3(*["SlowDown"] * 8), "b", BATCH[:2])
