"""Groups the records of all sources by payment, on disk. So memory does not grow with their number."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lib.errors import ToolError

CACHE_KIB = 32 * 1024
AT_ONCE = 1000  # rows

# The sources. RECEIPT_KEY is a key in S3's listing, RECEIPT a receipt that was read, and UNREADABLE an object with a
# receipt's key that contains no receipt.
LEDGER, AUDIT, CHARGE, REFUND = "ledger", "audit", "charge", "refund"
RECEIPT, RECEIPT_KEY, UNREADABLE = "receipt", "receipt key", "unreadable receipt"


@dataclass
class Group:
    """All records of one payment. `records`: source -> list of (place, content), in no order."""

    payment_id: str
    records: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)

    def of(self, source: str) -> list[tuple[str, Any]]:
        return self.records.get(source, [])


class SortedRecords:
    """Takes records in any order and returns them by payment. Raises ToolError if the disk is full.

    SQLite sorts in files of the temporary folder (TMPDIR). It unlinks each file when it opens the file, so the files
    vanish however this process ends.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        for setting in ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE", f"cache_size = -{CACHE_KIB}"):
            self._database.execute(f"PRAGMA {setting}")
        self._database.execute("CREATE TABLE records (payment_id TEXT, source TEXT, place TEXT, body TEXT)")
        self._database.execute("BEGIN")
        self._rows: list[tuple[str, str, str, str]] = []

    def add(self, payment_id: str, source: str, place: str, body: Any) -> None:
        """Add a record. `body`: a JSON value."""
        self._rows.append((payment_id, source, place, json.dumps(body, separators=(",", ":"))))
        if len(self._rows) == AT_ONCE:
            self._write()

    def groups(self) -> Iterator[Group]:
        """Yield the records of each payment, in the order of payment ids."""
        self._write()
        group: Group | None = None
        try:
            for payment_id, source, place, body in self._database.execute(
                "SELECT payment_id, source, place, body FROM records ORDER BY payment_id"
            ):
                if group is None or group.payment_id != payment_id:
                    if group:
                        yield group
                    group = Group(payment_id)
                group.records.setdefault(source, []).append((place, json.loads(body)))
        except sqlite3.OperationalError as error:
            raise _full(error) from error
        if group:
            yield group

    def close(self) -> None:
        self._database.close()

    def _write(self) -> None:
        rows, self._rows = self._rows, []
        try:
            self._database.executemany("INSERT INTO records VALUES (?, ?, ?, ?)", rows)
        except sqlite3.OperationalError as error:
            raise _full(error) from error


def _full(error: sqlite3.OperationalError) -> ToolError:
    return ToolError(
        f"the records could not be sorted in {tempfile.gettempdir()}: {error}; TMPDIR names another folder, "
        "--day and --since need less room"
    )
