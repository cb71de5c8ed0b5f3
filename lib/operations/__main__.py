"""`python -m lib.operations {reconcile|redrive|export-audit}`.

Exit codes: 0; 1 ledger and archive differ, or something stays unreplayed or unexported; 2 wrong input, nothing deployed
or a broken tool, one line on standard error; 130 for Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

from lib import environments
from lib.environments import ToolError

SETTLE_SECONDS = 120  # a batch waits for up to 30 s to fill, and one that is tried again takes longer
COMMANDS = {
    "reconcile": "compare the ledger with the archive and name each difference",
    "redrive": "give what was set aside or given up to the archiver again",
    "export-audit": "copy the audit trail, with every version of it, to a folder or to a bucket of your own",
}


class Parser(argparse.ArgumentParser):
    """One that says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        raise ToolError(f"{message}; {self.prog} --help lists what there is")


def main(arguments: list[str] | None = None) -> int:
    try:
        options = _parser().parse_args(arguments)
        environments.enter("-m", "lib.operations")
        return run(options)
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; what was under way can be done again", file=sys.stderr)
        return 130


def run(options: argparse.Namespace) -> int:
    """Raises ToolError."""
    from botocore.exceptions import BotoCoreError, ClientError

    from lib.deploy.progress import Shown
    from lib.operations import deployed
    from lib.operations.export import export_audit
    from lib.operations.reconcile import reconcile
    from lib.operations.redrive import Redrive

    progress = Shown()
    stack = deployed.find(os.environ, progress)
    try:
        if options.command == "reconcile":
            return reconcile(stack, options.settle, progress)
        if options.command == "export-audit":
            return export_audit(stack, options.to, progress)
        return Redrive(stack, progress, whole_stream=options.stream).run()
    except (BotoCoreError, ClientError) as error:
        raise ToolError(f"{stack.name} did not do what was asked: {error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m lib.operations", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    added = {name: commands.add_parser(name, help=text) for name, text in COMMANDS.items()}
    added["reconcile"].add_argument(
        "--settle",
        type=_seconds,
        default=SETTLE_SECONDS,
        metavar="SECONDS",
        help="leave out payments that changed within so many seconds: they may be on their way (default: %(default)s)",
    )
    added["export-audit"].add_argument("--to", required=True, help="a folder, or s3://bucket/prefix")
    added["redrive"].add_argument(
        "--stream",
        action="store_true",
        help="also whatever the stream still has without an audit record, whether or not a message names it",
    )
    return parser


def _seconds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 86400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 to 86400")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
