"""The question before a change, answered on standard input."""

from __future__ import annotations

import sys

from lib.errors import ToolError

YES = "yes"


def confirm(question: str, *, auto_approve: bool) -> bool:
    """Whether to go on; without a question if `auto_approve`. Raises ToolError where nobody can answer."""
    if auto_approve:
        return True
    print(f"\n{question} Only '{YES}' is accepted: ", end="", flush=True)
    answer = sys.stdin.readline()
    if not answer:
        raise ToolError("nobody answered the question, so nothing was changed; AUTO_APPROVE=1 asks none")
    return answer.strip() == YES
