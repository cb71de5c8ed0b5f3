"""Write the comment on a pull request. The gate and the policies of this checkout check the pull request's stack."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from lib import review
from lib.errors import ToolError
from lib.gate import Gate
from lib.review import comment


def write(directory: Path, base: str, changes: Path | None, run: str) -> str:
    """Return the comment about the one stack in `directory`.

    `base`: a cdk.tf.json or git ref to compare with; `changes`: the file with the changes that `make plan` wrote.
    If the stack cannot be read or checked, the comment says so. If the base cannot be read, nothing is compared.
    """
    try:
        with Gate() as gate:
            report = gate.judge(directory).as_report(directory)
        files = [name for name in sorted(report.files) if name.endswith(".tf.json")]
        if len(files) != 1:
            raise ToolError(f"{directory}: contains {len(files)} stacks; the comment needs exactly one")
        stack = json.loads((directory / files[0]).read_bytes())
        return comment.render(report, stack, _base(base), _plan(changes), run)
    except ToolError as error:
        return comment.failure(str(error), run)


def _base(base: str) -> dict[str, Any] | None:
    try:
        return review.read_base(base) if base else None
    except ToolError as error:
        print(f"warning: {error}", file=sys.stderr)
        return None


def _plan(file: Path | None) -> comment.Plan | None:
    """Return the plan's summary; None if planning failed before there was a plan."""
    if file is None or not file.is_file():
        return None
    try:
        content = json.loads(file.read_bytes())
        return comment.Plan(content["changes"], content["refusals"])
    except (ValueError, KeyError, TypeError) as error:
        raise ToolError(f"{file}: is not a summary that make plan wrote ({error!r})") from error
