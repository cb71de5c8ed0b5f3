"""The comment on a pull request: written from its synthesized stack, by the gate and the policies of this checkout."""

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
    """The comment. `base`: a cdk.tf.json or a git ref; `changes`: what `make plan` noted, if there is a plan.

    Where the stack cannot be read or judged, the comment says so. Where the base cannot be read, nothing is compared.
    """
    try:
        with Gate() as gate:
            report = gate.judge(directory).as_report(directory)
        files = [name for name in sorted(report.files) if name.endswith(".tf.json")]
        if len(files) != 1:
            raise ToolError(f"{directory}: holds {len(files)} stacks, and the comment is about one")
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
    """None where planning did not come as far as a plan."""
    if file is None or not file.is_file():
        return None
    try:
        content = json.loads(file.read_bytes())
        return comment.Plan(content["changes"], content["refusals"])
    except (ValueError, KeyError, TypeError) as error:
        raise ToolError(f"{file}: is not what make plan writes ({error!r})") from error
