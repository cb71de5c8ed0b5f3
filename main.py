"""Synthesize the stack and judge it twice: settings -> TapStack -> aspects -> cdk.tf.json -> gate.

Exit codes: 0 clean, 1 a policy finding (a line each on standard output), 2 wrong input or a broken tool
(one line on standard error).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lib import environments

if TYPE_CHECKING:
    from lib.gate import Gate
    from lib.settings import Settings


def main() -> int:
    """The gated entry: `python main.py`, and the app that the cdktf CLI runs."""
    try:
        environments.enter(__file__)
        return run()
    except environments.ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def run() -> int:
    """Both judges over a fresh synth; raises ToolError for wrong input or a broken tool."""
    import os

    from lib.gate import Gate
    from lib.settings import Settings

    settings = Settings.from_environment(os.environ)
    with Gate() as gate:  # Checkov's imports take as long as the synth: they run beside it
        return judge(settings, gate)


def judge(settings: Settings, gate: Gate) -> int:
    """Synthesize under the aspects, then hand what was written to the gate."""
    environments.use_project_node()
    import jsii
    from cdktf import App

    from lib.tap_stack import TapStack

    node_errors = (RuntimeError, jsii.errors.JSIIError)  # jsii turns what Node throws into either
    try:
        app = App(context=settings.context())
    except node_errors as error:
        raise environments.ToolError(f"the output folder cannot be made: {error}; check CDKTF_OUTDIR") from error
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
        if not stack.judge.findings:
            raise environments.ToolError(f"synth failed: {str(error).strip().splitlines()[0]}") from error
    if stack.judge.findings:
        for finding in stack.judge.findings:
            print(finding)
        return 1
    report = gate.judge(Path(app.outdir))
    for line in (*report.findings, report.summary):
        print(line)
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
