"""`python -m lib.gate [DIR] [--reports DIR]`: judge a directory of synthesized stacks, by default cdktf.out.

Exit codes: 0 clean, 1 a finding or a fault in a waiver (a line each on standard output), 2 wrong input or a broken tool
(one line on standard error). Each verdict is also written to the reports' folder, in four forms and as verdict.json.

`python -m lib.gate --verify reports/verdict.json [DIR]` judges nothing. Exit codes: 0 DIR is what passed, under the
policies of today; 1 it is not, or it did not pass (one line says what differs); 2 the verdict cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lib import environments
from lib.console.text import one_line
from lib.errors import ToolError


def main() -> int:
    """Judge or verify, print, and say by the exit code what came of it."""
    parser = argparse.ArgumentParser(prog="python -m lib.gate", description="Judge synthesized stacks by policies/.")
    parser.add_argument("directory", nargs="?", type=Path, default=environments.ROOT / "cdktf.out", metavar="DIR")
    parser.add_argument("--reports", type=Path, default=environments.ROOT / "reports", metavar="DIR")
    parser.add_argument("--base", metavar="FILE|REF", help="a cdk.tf.json or a git ref that the page compares with")
    parser.add_argument("--verify", type=Path, metavar="VERDICT", help="compare DIR with what this verdict is about")
    arguments = parser.parse_args()
    try:
        environments.enter("-m", "lib.gate")
        if arguments.verify:
            return verify(arguments.verify, arguments.directory)
        return judge(arguments.directory, arguments.reports, arguments.base)
    except ToolError as error:
        print(one_line(f"error: {error}"), file=sys.stderr)
        return 2


def judge(directory: Path, folder: Path, base: str | None) -> int:
    """The exit code, once the verdict has been said and written. Raises ToolError for wrong input or a broken tool."""
    from lib import reports, review
    from lib.gate import Gate, verdict
    from lib.reports import terminal

    reports.clear(folder)
    verdict.clear(folder)
    review.clear(folder)
    with Gate() as gate:
        report = gate.judge(directory).as_report(directory)
    terminal.show(report)
    reports.write(report, folder)
    verdict.write(report, folder)
    review.write(report, directory, folder, review.read_base(base) if base else None)
    return 0 if report.passed else 1


def verify(file: Path, directory: Path) -> int:
    """The exit code, once the difference has been said. Raises ToolError where there is nothing to compare."""
    from lib.gate import verdict

    difference = verdict.verify(file, directory)
    print(one_line(f"verify: {difference or f'{directory} is what passed'}"))
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
