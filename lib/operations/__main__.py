"""`python -m lib.operations {smoke|reconcile|redrive|export-audit|gateway-key}`.

Exit codes: 0 done; 1 the smoke test failed, records differ, something could not be replayed or exported, or a key was
refused; 2 wrong input, a broken tool, or nothing deployed, with one line on standard error; 130 Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import NoReturn

from lib import environments
from lib.errors import ToolError

KEY = re.compile(r"\w{2,8}_(?:test|live)_\w+")  # a Stripe key in an argument; no message may repeat it
SETTLE_SECONDS = 120  # the archiver's batch waits for up to 30 s to fill, and a retried batch takes longer
COMMANDS = {
    "smoke": "make one payment through the deployed API, follow it to its receipt, and refund it",
    "reconcile": "compare ledger, archive and gateway, and list each difference",
    "redrive": "run the archiver again for changes that it gave up or set aside, and the settler for its failed runs",
    "export-audit": "copy every version of the audit trail to a folder or to a bucket of your own",
    "gateway-key": "read a key of Stripe's test mode from the terminal or a pipe, and store it in the stack's secret",
}

SHOWN = 100  # differences
# AWS's price pages load their figures with a script. These figures are from pages that quote AWS's on 2026-11-24:
# airbyte.com/data-engineering-resources/dynamodb-pricing, c3x.dev/blog/s3-request-fees-explained
EPILOGS = {
    "reconcile": """\
exit codes: 0 no difference, 1 a difference, 2 wrong input or a broken tool. make itself exits with 2 for 1 and 2.

requests and cost per 10,000 payments (one sale each, two changes; us-east-1, checked on 2026-11-24; the prices are at
aws.amazon.com/dynamodb/pricing/on-demand and aws.amazon.com/s3/pricing; KMS is not counted: the S3 Bucket Key makes
its requests few):
  ledger    6 Scan requests, 1,500 read request units at $0.125 a million    $0.0002
  archive   920 audit objects and 10,000 receipts, GET at $0.0004 a thousand $0.0044
            12 LIST at $0.005 a thousand                                     $0.0001
  Stripe    100 requests for the charges, 1 for each 100 refunds             free
  together                                                                   $0.0047
--day and --since read the audit objects, receipts and charges of the chosen time, and the charges of the eight days
before. They also read the whole table, which costs $0.0002 per 10,000 payments in it. --day also reads the audit
objects of the following day.

memory: at most 200 MB for any number of payments. The command sorts the records in unnamed files in TMPDIR, 7 KB a
payment. The files vanish when the command ends.
"""
}


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise ToolError(f"{KEY.sub('a key', message)}; {self.prog} --help lists the options")


def main(arguments: list[str] | None = None) -> int:
    try:
        options = _parser().parse_args(arguments)
        environments.enter("-m", "lib.operations")
        return run(options)
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; run the same command again", file=sys.stderr)
        return 130


def run(options: argparse.Namespace) -> int:
    """Run the command and return its exit code. Raises ToolError."""
    from botocore.exceptions import BotoCoreError, ClientError

    from lib.console.progress import ConsoleProgress, console_for
    from lib.operations import deployed
    from lib.operations.export import export_audit
    from lib.operations.gateway_key import gateway_key
    from lib.operations.reconcile import ReconcileOptions, reconcile
    from lib.operations.redrive import Redrive
    from lib.operations.smoke import Smoke

    progress = ConsoleProgress(console_for(sys.stderr)) if getattr(options, "json", False) else ConsoleProgress()
    stack = deployed.find(os.environ, progress)
    try:
        if options.command == "reconcile":
            chosen = ReconcileOptions(options.settle, options.day, options.since, options.limit, options.json)
            return reconcile(stack, chosen, progress)
        if options.command == "smoke":
            return Smoke(stack, progress).run()
        if options.command == "export-audit":
            return export_audit(stack, options.to, progress)
        if options.command == "gateway-key":
            return gateway_key(stack, sys.stdin, progress)
        return Redrive(stack, progress, whole_stream=options.stream, receipts=options.receipts).run()
    except (BotoCoreError, ClientError, OSError) as error:
        raise ToolError(f"a call to {stack.name} failed: {error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m lib.operations", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    added = {
        name: commands.add_parser(
            name, help=text, epilog=EPILOGS.get(name), formatter_class=argparse.RawDescriptionHelpFormatter
        )
        for name, text in COMMANDS.items()
    }
    _add_reconcile(added["reconcile"])
    added["export-audit"].add_argument("--to", required=True, help="a folder, or s3://bucket/prefix")
    added["redrive"].add_argument(
        "--stream",
        action="store_true",
        help="also process every change in the stream that has no audit record",
    )
    added["redrive"].add_argument(
        "--receipts", action="store_true", help="also rebuild missing and outdated receipts from the ledger"
    )
    return parser


def _add_reconcile(parser: argparse.ArgumentParser) -> None:
    time = parser.add_mutually_exclusive_group()
    time.add_argument("--day", metavar="YYYY-MM-DD", help="compare only the changes of this day, in UTC")
    time.add_argument("--since", metavar="TIME", help="compare only the changes since a day or ISO 8601 time")
    parser.add_argument(
        "--settle",
        type=_seconds,
        default=SETTLE_SECONDS,
        metavar="SECONDS",
        help="leave out payments that changed in the last SECONDS: they may not be archived yet (default: %(default)s)",
    )
    parser.add_argument(
        "--limit",
        type=_number,
        default=SHOWN,
        metavar="N",
        help="show at most N differences, or all with 0; the totals count all of them (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object; progress goes to standard error")


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number, or below 0")
    return int(text)


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 86400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds from 0 to 86400")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
