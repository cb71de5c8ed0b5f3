"""Stores the differences of a comparison on disk until the totals are known, then shows them as lines or JSON."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, TextIO

from rich.markup import escape

from lib.console.progress import Progress
from lib.operations.differences import AUDITED_TWICE, RUNBOOKS, Difference
from lib.operations.payment_comparison import Compared
from lib.operations.window import Window


class DifferenceStore:
    """Differences in an unlinked file, which vanishes however this process ends. `totals`: kind -> number."""

    def __init__(self) -> None:
        self._file: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - closed by close()
        self.totals: Counter[str] = Counter()

    def add(self, difference: Difference) -> None:
        self.totals[difference.kind] += 1
        json.dump(vars(difference), self._file)
        self._file.write("\n")

    @property
    def count(self) -> int:
        """Return the number of differences. A record that was audited twice is not a difference."""
        return self.totals.total() - self.totals[AUDITED_TWICE]

    def __iter__(self) -> Iterator[Difference]:
        self._file.seek(0)
        return (Difference(**json.loads(line)) for line in self._file)

    def close(self) -> None:
        self._file.close()


@dataclass(frozen=True)
class Report:
    """The report of a comparison. `limit`: the number of differences to show; 0 shows all."""

    stack: str
    window: Window
    settle_seconds: int
    compared: Compared
    store: DifferenceStore
    limit: int

    def show(self, progress: Progress) -> None:
        """Show the totals by kind, the numbers of payments that were not compared, and a line for each difference."""
        for kind, count in sorted(self.store.totals.items()):
            mark = kind if kind == AUDITED_TWICE else f"[red]{kind}[/red]"
            runbook_or_note = RUNBOOKS.get(kind, "not a difference")
            progress.show(f"{mark}: {count}  {runbook_or_note}")
        for line in self._not_compared():
            progress.show(escape(line))
        for difference in self._shown():
            mark = difference.kind if difference.kind == AUDITED_TWICE else f"[red]{difference.kind}[/red]"
            runbook = "" if difference.kind == AUDITED_TWICE else f"  {difference.runbook}"
            progress.show(f"{mark}  {escape(difference.line())}{runbook}")
        if omitted := self._omitted():
            progress.show(f"and {omitted} more: --limit 0 shows all")
        progress.show(self._verdict())

    def write(self, file: TextIO) -> None:
        """Write the report as one JSON object."""
        head = json.dumps(self._members(), indent=2)
        file.write(head.removesuffix("\n}") + ',\n  "differences": [')
        separator = "\n    "
        for difference in self._shown():
            file.write(separator + json.dumps(difference.members(), sort_keys=True))
            separator = ",\n    "
        file.write("\n  ]\n}\n")

    def _members(self) -> dict[str, Any]:
        compared = self.compared
        return {
            "stack": self.stack,
            "from": None if self.window.is_everything else self.window.begin.isoformat(),
            "to": self.window.end.isoformat(),
            "agree": not self.store.count,
            "compared": compared.payments,
            "compared_with_gateway": _sorted(compared.with_gateway),
            "not_settled": compared.not_settled,
            "pending_at_gateway": compared.pending,
            "changed_meanwhile": compared.changed_meanwhile,
            "gateway_not_asked": _sorted(compared.without_gateway),
            "totals": _sorted(self.store.totals),
            "omitted": self._omitted(),
        }

    def _shown(self) -> Iterator[Difference]:
        return itertools.islice(self.store, self.limit or None)

    def _omitted(self) -> int:
        return max(0, self.store.totals.total() - self.limit) if self.limit else 0

    def _not_compared(self) -> Iterator[str]:
        compared = self.compared
        if compared.not_settled:
            yield (
                f"not settled: {compared.not_settled} payments changed in the last {self.settle_seconds} s "
                "and are not compared"
            )
        if compared.pending:
            yield f"pending: {compared.pending} payments wait for their gateway, and are not compared with it"
        if compared.changed_meanwhile:
            yield f"changed meanwhile: {compared.changed_meanwhile} payments are not compared with their gateway"
        for gateway, count in sorted(compared.without_gateway.items()):
            yield f"gateway not queried: {count} payments of {gateway}, for which this deployment has no key"

    def _verdict(self) -> str:
        if self.store.count:
            return f"differences: {self.store.count}"
        if not self.compared.payments:
            return "nothing was compared: no payment changed in this time, or none has settled"
        asked = ", ".join(f"gateway {name} about {count}" for name, count in sorted(self.compared.with_gateway.items()))
        return (
            f"[green]ledger and archive agree about {self.compared.payments} payments"
            f"{f', {escape(asked)}' if asked else ''}[/green]"
        )


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))
