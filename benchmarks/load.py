"""`make load` sends thousands of payments from sixteen clients over a bad network, and verifies each of them.

Clients lose answers, give up too early, and repeat requests; they also capture, void and refund some payments. Then the
command delivers batches of the table's stream to the archiver a second time, as a whole or in halves. At the end it
checks that each accepted payment is once in the ledger, that each change of the payment is once in the audit trail,
that its receipt exists, and that all sums agree. The rates are those of the emulator, which shares the cores with the
clients; they are not the rates on AWS.

`PAYMENTS` is the number of payments (default 10,000). Exit codes: 0 no difference; 1 a payment or change was lost or
duplicated; 2 wrong input or a broken tool.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from pathlib import Path

import requests
from botocore.exceptions import BotoCoreError, ClientError
from rich.markup import escape
from rich.table import Table

from benchmarks.clients import Load, drive
from benchmarks.proof import differences, redeliver, settle
from lib import environments
from lib.console.progress import ConsoleProgress, Progress
from lib.demo.temporary import temporary_deployment
from lib.errors import SettingsError, ToolError
from lib.targets.deployment import Deployment
from lib.targets.synth import RefusedError, judged_stack

DEFAULT, LEAST, MOST = 10_000, 2, 100_000  # percentiles are of two at least


def prove(deployment: Deployment, count: int, progress: Progress) -> list[str]:
    """Load, double deliveries, and what was found wrong."""
    load = drive(deployment, count, progress)
    settle(deployment, load, progress)
    again = redeliver(deployment, load, progress)
    with progress.step("ledger, audit trail and receipts, payment by payment") as step:
        found = list(differences(deployment, load))
        step.result(f"{len(found)} differences" if found else "nothing lost, nothing doubled, the sums agree")
    progress.show(_table(load, again))
    return found


def _table(load: Load, again: int) -> Table:
    percentiles = statistics.quantiles(load.seconds, n=100)
    table = Table("measurement", "value")
    for what, value in (
        ("payments", f"{len(load.payments)}"),
        ("changes of the ledger", f"{load.changes}"),
        *((name, f"{number}") for name, number in sorted(load.happened.items())),
        ("batches delivered again", f"{again}"),
        ("payments a second", f"{len(load.payments) / load.elapsed:.1f}"),
        ("requests a second", f"{load.happened['requests answered'] / load.elapsed:.1f}"),
        ("p50 of a request", f"{percentiles[49] * 1000:.0f} ms"),
        ("p99 of a request", f"{percentiles[98] * 1000:.0f} ms"),
    ):
        table.add_row(what, value)
    return table


def count_of(text: str) -> int:
    """Raises SettingsError for what is no number of payments."""
    if not text:
        return DEFAULT
    if not text.isascii() or not text.isdigit() or not LEAST <= int(text) <= MOST:
        raise SettingsError("PAYMENTS", text, f"it is a number from {LEAST} to {MOST}", f"unset it for {DEFAULT}")
    return int(text)


def main() -> int:
    try:
        count = count_of(os.environ.get("PAYMENTS", ""))
        progress = ConsoleProgress()
        environments.ensure("emulator")
        with tempfile.TemporaryDirectory(prefix="payments-load-") as folder:
            stack = judged_stack(os.environ, Path(folder))
            with temporary_deployment(stack.directory, progress) as deployment:
                found = prove(deployment, count, progress)
    except RefusedError as refused:
        return refused.exit_code
    except (ToolError, requests.RequestException, BotoCoreError, ClientError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; the emulator is gone", file=sys.stderr)
        return 130
    for line in found:
        progress.show(f"[red]{escape(line)}[/red]")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
