"""`python -m lib.gate [DIR]`: judge a directory of synthesized stacks, by default cdktf.out.

Exit codes: 0 clean, 1 a finding (a line each on standard output), 2 wrong input or a broken tool
(one line on standard error).
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
    directory = parser.parse_args().directory
    try:
        environments.enter("-m", "lib.gate")
        from lib.gate import Gate

        with Gate() as gate:
            report = gate.judge(directory)
    except environments.ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    for line in (*report.findings, report.summary):
        print(line)
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
