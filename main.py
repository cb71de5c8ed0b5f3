"""Synthesize the stack and judge it twice: settings -> TapStack -> aspects -> cdk.tf.json -> gate.

Exit codes: 0 clean, 1 a policy finding or a fault in a waiver (a line each on standard output), 2 wrong input or a
broken tool (one line on standard error). Each verdict is also written to reports/, or to `--reports DIR`, in four
forms and as verdict.json.
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
    """The gated entry: `python main.py`, and the app that the cdktf CLI runs."""
    parser = argparse.ArgumentParser(description="Synthesize the stack, and judge it twice.")
    parser.add_argument("--reports", type=Path, default=REPORTS, metavar="DIR", help="where the verdict is written")
    parser.add_argument("--base", metavar="FILE|REF", help="a cdk.tf.json or git ref to compare with on the page")
    parser.add_argument("--aspects-only", action="store_true", help="the first judge alone; nothing is kept")
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
    """Both judges over a fresh synth, their verdict written to `folder`; ToolError for wrong input or a broken tool.

    `base` is what the reviewer's page compares the stack with: a cdk.tf.json, or a git ref.
    """
    from lib import reports, review
    from lib.gate import Gate, verdict
    from lib.reports import terminal
    from lib.settings import Settings

    reports.clear(folder)
    verdict.clear(folder)
    review.clear(folder)
    settings = Settings.from_environment(os.environ)
    with Gate() as gate:  # Checkov's imports take as long as the synth: they run beside it
        report, directory = judge(settings, gate)
    terminal.show(report)
    reports.write(report, folder)
    verdict.write(report, folder)
    review.write(report, directory, folder, review.read_base(base) if base else None)
    return 0 if report.passed else 1


def run_aspects() -> int:
    """The first judge alone, for a commit hook: it writes no report and leaves cdktf.out as it is."""
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
    """Synthesize under the aspects, then hand what was written to the gate; the first that finds a fault reports it.

    Returns the report, and the folder of the stacks that it is about.
    """
    from lib import reports
    from lib.findings import origins

    stack, outdir, made_at = synthesize(settings)
    if stack.judge.findings or stack.judge.complaints:
        return reports.report_of_aspects(stack.judge, made_at), outdir
    origins.write(outdir / "stacks", made_at)
    return gate.judge(outdir).as_report(outdir), outdir


def synthesize(settings: Settings, outdir: str | None = None) -> tuple[TapStack, Path, dict[str, str]]:
    """The stack, which has the first judge's findings; the folder that it was written to; construct path -> line.

    `outdir`: by default the CDKTF CLI's, or cdktf.out. Nothing is written where there are findings.
    """
    environments.use_project_node()
    import jsii
    from cdktf import App

    from lib.findings import origins
    from lib.tap_stack import TapStack

    made_at = origins.note()

    node_errors = (RuntimeError, jsii.errors.JSIIError)  # jsii turns what Node throws into either
    try:
        app = App(context=settings.context(), outdir=outdir)
    except node_errors as error:
        raise ToolError(f"the output folder cannot be made: {error}; check CDKTF_OUTDIR") from error
    # An earlier synth's stacks must not stand beside this one's: what lies here is what was judged.
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
    try:
        app.synth()
    except node_errors as error:
        if not stack.judge.findings and not stack.judge.complaints:
            raise ToolError(f"synth failed: {str(error).strip().splitlines()[0]}") from error
    return stack, Path(app.outdir), made_at


if __name__ == "__main__":
    sys.exit(main())
