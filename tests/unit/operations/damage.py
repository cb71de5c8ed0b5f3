"""Changes of an archive that somebody has made by hand."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

from tests.unit.operations.world import World, receipt_key

Edit = Callable[[dict[str, Any]], Any]


def edit_audit(world: World, wanted: Callable[[dict[str, Any]], bool], edit: Edit) -> int:
    """Change the audit records that are wanted, where they stand; a record for which `edit` answers False goes."""
    count = 0
    for key in world.audit_objects():
        kept = []
        for line in gzip.decompress(world.bucket.objects[key][0]).splitlines():
            record = json.loads(line)
            if wanted(record):
                count += 1
                if edit(record) is False:
                    continue
            kept.append(json.dumps(record))
        if kept:
            world.bucket.put(key, gzip.compress("\n".join(kept).encode()))
        else:
            del world.bucket.objects[key]
    return count


def of(payment_id: str, kind: str, state: str, *, amount: int | None = None) -> Callable[[dict[str, Any]], bool]:
    """Audit records of one step of a payment."""

    def wanted(record: dict[str, Any]) -> bool:
        step = record["step"] or {}
        found = (record["payment_id"], step.get("kind"), step.get("state"))
        return found == (payment_id, kind, state) and amount in (None, step.get("amount"))

    return wanted


def edit_receipt(world: World, payment_id: str, **members: Any) -> None:
    key = receipt_key(payment_id)
    world.bucket.put(key, json.dumps({**json.loads(world.bucket.objects[key][0]), **members}).encode())
