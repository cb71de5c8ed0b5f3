"""Synthesizes the stack and checks it with both judges: settings -> TapStack -> aspects -> cdk.tf.json -> gate.

Exit codes: 0 clean; 1 findings or invalid waivers, one line each on standard output; 2 wrong input or a broken tool,
with one line on standard error. Reports and verdict.json are written to reports/, or to the folder of `--reports`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lib import environments
from lib.console.text import one_line
from lib.errors import ToolError

if TYPE_CHECKING:
    from lib.gate import Gate
    from lib.reports import Report
    from lib.settings import Settings
    from lib.tap_stack import TapStack

REPORTS = environments.ROOT / "reports"


def main() -> int:
    """Run the command line and return the exit code. The cdktf CLI runs this file too."""
    parser = argparse.ArgumentParser(description="Synthesize the stack and check it with both judges.")
    parser.add_argument(
        "--reports", type=Path, default=REPORTS, metavar="DIR", help="folder of the reports and the verdict"
    )
    parser.add_argument(
        "--base", metavar="FILE|REF", help="a cdk.tf.json or git ref that report.html compares the stack with"
    )
    parser.add_argument("--aspects-only", action="store_true", help="run only the first judge, and write no files")
    arguments = parser.parse_args()
    try:
        environments.enter(__file__)
        if arguments.aspects_only:
            return run_aspects()
        return run(arguments.reports, arguments.base)
    except ToolError as error:
        print(one_line(f"error: {error}"), file=sys.stderr)
        return 2


def run(folder: Path = REPORTS, base: str | None = None) -> int:
    """Synthesize, run both judges, and write the reports to `folder`. Raises ToolError on wrong input or a broken tool.

    `base`: a cdk.tf.json or git ref that report.html compares the stack with.
    """
    from lib import reports, review
    from lib.gate import Gate, verdict
    from lib.reports import terminal
    from lib.settings import Settings

    reports.clear(folder)
    verdict.clear(folder)
    review.clear(folder)
    settings = Settings.from_environment(os.environ)
    with Gate() as gate:  # importing Checkov takes as long as the synthesis; the two run in parallel
        report, directory = judge(settings, gate)
    terminal.show(report)
    reports.write(report, folder)
    verdict.write(report, folder)
    review.write(report, directory, folder, review.read_base(base) if base else None)
    return 0 if report.passed else 1


def run_aspects() -> int:
    """Run the first judge alone, for example in a commit hook. Writes no report and does not change cdktf.out.

    Returns the exit code.
    """
    from lib import reports
    from lib.reports import terminal
    from lib.settings import Settings

    settings = Settings.from_environment(os.environ)
    with TemporaryDirectory(prefix="aspects-") as folder:
        stack, _, made_at = synthesize(settings, folder)
    report = reports.report_of_aspects(stack.judge, made_at)
    terminal.show(report)
    return 0 if report.passed else 1


def judge(settings: Settings, gate: Gate) -> tuple[Report, Path]:
    """Synthesize with the aspects. Unless they have findings, run the gate on the result.

    Returns the report and the folder of the synthesized stacks.
    """
    from lib import reports
    from lib.findings import origins

    stack, outdir, made_at = synthesize(settings)
    if stack.judge.findings or stack.judge.complaints:
        return reports.report_of_aspects(stack.judge, made_at), outdir
    origins.write(outdir / "stacks", made_at)
    return gate.judge(outdir).as_report(outdir), outdir


def synthesize(settings: Settings, outdir: str | None = None) -> tuple[TapStack, Path, dict[str, str]]:
    """Return the stack with the first judge's findings, the output folder, and construct path -> Python line.

    `outdir`: the output folder, by default CDKTF_OUTDIR or cdktf.out. If there are findings, no JSON is written.
    """
    environments.use_project_node()
    import jsii
    from cdktf import App

    from lib.aspects import synthesis
    from lib.findings import origins
    from lib.tap_stack import TapStack

    made_at = origins.note()

    node_errors = (RuntimeError, jsii.errors.JSIIError)  # jsii raises one of these for an exception in Node
    try:
        app = App(context=settings.context(), outdir=outdir)
    except node_errors as error:
        raise ToolError(f"cannot create the output folder: {error}; check CDKTF_OUTDIR") from error
    # Remove the stacks of an earlier synthesis: the folder must contain only what is checked now.
    for earlier in (Path(app.outdir) / "stacks").iterdir():
        shutil.rmtree(earlier)
    stack = TapStack(
        app,
        settings.stack_name,
        environment_suffix=settings.environment_suffix,
        state_bucket=settings.state_bucket,
        state_bucket_region=settings.state_bucket_region,
        aws_region=settings.aws_region,
        default_tags=settings.default_tags,
    )
    synthesis.synthesize(app, stack.judge)
    return stack, Path(app.outdir), made_at


if __name__ == "__main__":
    sys.exit(main())
