"""Runs CDKTF's synthesis together with the first judge."""

from __future__ import annotations

import sys
from collections.abc import Callable

import jsii
from cdktf import App

from lib.aspects.judge_aspect import Judge
from lib.console.text import one_line
from lib.errors import ToolError


def synthesize(app: App, judge: Judge) -> tuple[str, ...]:
    """Write the app's stacks, if the judge finds no violation. Print a line for each finding and invalid waiver.

    Raises ToolError if the synth fails for another reason.
    """
    try:
        app.synth()
    except (RuntimeError, jsii.errors.JSIIError) as error:  # an error in Node arrives as one of these exceptions
        if not judge.findings and not judge.complaints:
            raise ToolError(f"synth failed: {str(error).strip().splitlines()[0]}") from error
    return (*(str(finding) for finding in judge.findings), *judge.complaints)


def run(build: Callable[[App], Judge]) -> int:
    """Run the main program of an app with one stack. `build` declares the stack and calls `decorate`.

    Returns the exit code: 0 clean, 1 findings or invalid waivers (one line each on standard output), 2 wrong input (one
    line on standard error).
    """
    try:
        app = App()
        judge = build(app)
        lines = synthesize(app, judge)
    except ToolError as error:
        print(one_line(f"error: {error}"), file=sys.stderr)
        return 2
    for warning in judge.warnings:
        print(one_line(f"warning: {warning}"), file=sys.stderr)
    for line in lines:
        print(one_line(line))
    return 1 if lines else 0
