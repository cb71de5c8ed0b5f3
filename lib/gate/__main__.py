"""`python -m lib.gate [DIR] [--reports DIR]`: judge a directory of synthesized stacks, by default cdktf.out.

Exit codes: 0 clean, 1 a finding or a fault in a waiver (a line each on standard output), 2 wrong input or a broken tool
(one line on standard error). Each verdict is also written to the reports' folder, in four forms.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lib import environments


def main() -> int:
    """Judge, print, and say by the exit code what came of it."""
    parser = argparse.ArgumentParser(prog="python -m lib.gate", description="Judge synthesized stacks by policies/.")
    parser.add_argument("directory", nargs="?", type=Path, default=environments.ROOT / "cdktf.out", metavar="DIR")
    parser.add_argument("--reports", type=Path, default=environments.ROOT / "reports", metavar="DIR")
    arguments = parser.parse_args()
    try:
        environments.enter("-m", "lib.gate")
        return judge(arguments.directory, arguments.reports)
    except environments.ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def judge(directory: Path, folder: Path) -> int:
    """The exit code, once the verdict has been said and written. Raises ToolError for wrong input or a broken tool."""
    from lib import reports
    from lib.gate import Gate
    from lib.reports import terminal

    reports.clear(folder)
    with Gate() as gate:
        report = reports.of_gate(gate.judge(directory), directory)
    terminal.say(report)
    reports.write(report, folder)
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main())
