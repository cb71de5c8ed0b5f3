"""Kinds of differences, each with its runbook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ARCHIVE = "docs/runbooks/archive-failures.md"
BY_HAND = "docs/runbooks/ledger-changed-by-hand.md"
GATEWAY = "docs/runbooks/gateway-differences.md"

RUNBOOKS = {
    "audit differs": ARCHIVE,
    "change not audited": ARCHIVE,
    "changed by hand": BY_HAND,
    "gateway differs": GATEWAY,
    "ledger inconsistent": BY_HAND,
    "no payment": BY_HAND,
    "not at the gateway": GATEWAY,
    "not audited": ARCHIVE,
    "not in the ledger": BY_HAND,
    "only at the gateway": GATEWAY,
    "receipt differs": ARCHIVE,
    "receipt missing": ARCHIVE,
    "receipt stale": ARCHIVE,
    "receipt unknown": ARCHIVE,
    "removed": BY_HAND,
    "set aside": ARCHIVE,
    "step differs": ARCHIVE,
    "unreadable": ARCHIVE,
}
# Two equal copies of a record are not a difference: readers identify records by payment and sequence number
# (docs/decisions/0008-audit-objects-are-named-by-their-first-record.md).
AUDITED_TWICE = "audited twice"


@dataclass(frozen=True)
class Difference:
    """A difference. `kind` is a key of RUNBOOKS, `where` a payment's id or an object's key.

    `values`: name of a record (`ledger`, `receipt`, …) -> its value.
    """

    kind: str
    where: str
    detail: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def runbook(self) -> str:
        return RUNBOOKS.get(self.kind, ARCHIVE)

    def line(self) -> str:
        values = "; ".join(f"{record}: {_plain(value)}" for record, value in self.values.items())
        return f"{self.where}  {self.detail}{f' ({values})' if values else ''}"

    def members(self) -> dict[str, Any]:
        """Return the difference as members of a JSON object."""
        return {**vars(self), "values": dict(self.values), "runbook": self.runbook}


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
