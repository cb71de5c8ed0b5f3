"""A synth under the first judge."""

from __future__ import annotations

import jsii
from cdktf import App

from lib.aspects.judge_aspect import Judge
from lib.errors import ToolError


def synthesize(app: App, judge: Judge) -> tuple[str, ...]:
    """Write the app's stacks, unless the judge finds something: a line for each finding and each fault in a waiver.

    Raises ToolError where the synth fails for another reason.
    """
    try:
        app.synth()
    except (RuntimeError, jsii.errors.JSIIError) as error:  # jsii turns what Node throws into either
        if not judge.findings and not judge.complaints:
            raise ToolError(f"synth failed: {str(error).strip().splitlines()[0]}") from error
    return (*(str(finding) for finding in judge.findings), *judge.complaints)
