"""`python -m lib.gate [DIR] [--reports DIR]`: check a directory of synthesized stacks, by default cdktf.out.

`--policies DIR`, `--config FILE` and `--waivers FILE` name the files of another project: docs/adopt.md.

Exit codes: 0 clean; 1 a finding or an invalid waiver (one line each on standard output); 2 wrong input or a broken tool
(one line on standard error). Each run also writes reports and verdict.json to the folder of the reports.

`python -m lib.gate --verify reports/verdict.json [DIR]` only compares files. Exit codes: 0 DIR and the policies are
those that passed; 1 a file differs, or the stacks did not pass (one line gives the reason); 2 the verdict cannot be
read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lib import environments
from lib.console.text import one_line
from lib.environments import ROOT
from lib.errors import ToolError


def main() -> int:
    """Check the stacks, or compare them with a verdict. Print the result, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m lib.gate", description="Check synthesized stacks with policies/.")
    parser.add_argument("directory", nargs="?", type=Path, default=ROOT / "cdktf.out", metavar="DIR")
    parser.add_argument("--reports", type=Path, default=ROOT / "reports", metavar="DIR")
    parser.add_argument("--base", metavar="FILE|REF", help="a cdk.tf.json or git ref to compare with on the page")
    parser.add_argument("--verify", type=Path, metavar="VERDICT", help="check that DIR is what this verdict is about")
    parser.add_argument("--policies", type=Path, default=ROOT / "policies", metavar="DIR", help="the policies")
    parser.add_argument(
        "--config", type=Path, default=ROOT / ".checkov.yaml", metavar="FILE", help="Checkov's settings"
    )
    parser.add_argument("--waivers", type=Path, metavar="FILE", help="default: waivers.yaml in --policies")
    arguments = parser.parse_args()
    try:
        environments.enter("-m", "lib.gate")
        if arguments.verify:
            return verify(arguments.verify, arguments.directory, sources(arguments))
        return judge(arguments)
    except ToolError as error:
        print(one_line(f"error: {error}"), file=sys.stderr)
        return 2


def sources(arguments: argparse.Namespace) -> dict[str, Path]:
    """Return the folder and files that determine the verdict, for verdict.json."""
    return {
        "policies": arguments.policies,
        "policies/waivers.yaml": arguments.waivers or arguments.policies / "waivers.yaml",
        ".checkov.yaml": arguments.config,
    }


def judge(arguments: argparse.Namespace) -> int:
    """Print and write the verdict, and return the exit code. Raises ToolError for wrong input or a broken tool."""
    from lib import reports, review
    from lib.gate import Gate, verdict
    from lib.reports import terminal

    directory, folder, base = arguments.directory, arguments.reports, arguments.base
    reports.clear(folder)
    verdict.clear(folder)
    review.clear(folder)
    with Gate(arguments.policies, arguments.config, waivers_file=arguments.waivers) as gate:
        report = gate.judge(directory).as_report(directory)
    terminal.show(report)
    reports.write(report, folder)
    verdict.write(report, folder, sources(arguments))
    review.write(report, directory, folder, review.read_base(base) if base else None)
    return 0 if report.passed else 1


def verify(file: Path, directory: Path, judged_by: dict[str, Path]) -> int:
    """Print the difference, and return the exit code. Raises ToolError if the verdict or a file cannot be read."""
    from lib.gate import verdict

    difference = verdict.verify(file, directory, judged_by)
    print(one_line(f"verify: {difference or f'{directory} is what passed'}"))
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
