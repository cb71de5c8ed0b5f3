"""`python -m tests.unit.operations.large N`: reconcile N payments that are made up while they are read.

Prints, as JSON, what reconcile says, and this process's peak memory before and after it in MiB.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.unit.operations.world import NoSuchKeyError, World

IN_OBJECT = 22  # audit records: ADR 16 has 11 payments in a batch, of two changes each
PLACEHOLDER = "0" * 32


class Endless:
    """Clients of S3 and DynamoDB with N copies of one payment; nothing is kept."""

    class exceptions:  # noqa: N801 - as boto3 names it
        NoSuchKey = NoSuchKeyError

    def __init__(self, number: int) -> None:
        self.number = number
        world = World()
        paid = world.take("template")
        world.archive(100)
        self.modified = world.now
        self.now = world.now + timedelta(days=1)
        self.item = json.dumps(world.item(paid)).replace(paid, f"pay_{PLACEHOLDER}")
        (audit,) = world.audit_objects()
        self.day = audit.rpartition("/")[0]
        self.records = gzip.decompress(world.bucket.objects[audit][0]).decode().replace(paid, f"pay_{PLACEHOLDER}")
        self.receipt = world.bucket.objects[f"receipts/m-1/{paid}.json"][0].decode().replace(paid, f"pay_{PLACEHOLDER}")
        self.stack = world.stack
        world.clients |= {"s3": self, "dynamodb": self}

    def get_paginator(self, operation: str) -> Endless:
        assert operation in ("scan", "list_objects_v2")
        return self

    def paginate(self, *, Prefix: str = "", **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803
        if Prefix:
            keys = {
                "audit/": (f"{self.day}/{place}" for place in range(0, self.number, IN_OBJECT // 2)),
                "receipts/": (f"receipts/m-1/pay_{spelled(place)}.json" for place in range(self.number)),
            }.get(Prefix, iter(()))
            yield from self._pages(
                ({"Key": key, "ETag": "", "LastModified": self.modified} for key in keys), "Contents"
            )
        else:
            items = (json.loads(self.item.replace(PLACEHOLDER, spelled(place))) for place in range(self.number))
            yield from self._pages(items, "Items")

    def _pages(self, entries: Iterator[Any], name: str) -> Iterator[dict[str, Any]]:
        page: list[Any] = []
        for entry in entries:
            page.append(entry)
            if len(page) == 1000:
                yield {name: page}
                page = []
        yield {name: page}

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        if Key.startswith("audit/"):
            first = int(Key.rpartition("/")[2])
            places = range(first, min(first + IN_OBJECT // 2, self.number))
            text = "".join(self.records.replace(PLACEHOLDER, spelled(place)) for place in places)
            return {"Body": io.BytesIO(gzip.compress(text.encode(), 1)), "ETag": ""}
        digits = Key.rpartition("pay_")[2].removesuffix(".json")
        return {"Body": io.BytesIO(self.receipt.replace(PLACEHOLDER, digits).encode()), "ETag": ""}


def spelled(place: int) -> str:
    """32 characters, in no order, as payment ids are."""
    return f"{place * 2654435761 % 2**32:032d}"


def peak() -> int:
    """By the kernel's own count: `ru_maxrss` begins with that of the process which started this one."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) // 1024  # type: ignore[index]


def main() -> None:
    from lib.operations.reconcile import ReconcileOptions, reconcile
    from tests.silent_progress import SilentProgress

    endless = Endless(int(sys.argv[1]))
    before, progress = peak(), SilentProgress()
    code = reconcile(endless.stack, ReconcileOptions(120), progress, now=endless.now)
    print(json.dumps({"code": code, "told": progress.lines[-1], "before": before, "peak": peak()}))


if __name__ == "__main__":
    main()
