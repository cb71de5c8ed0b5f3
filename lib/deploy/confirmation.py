"""The question before a change, answered on standard input."""

from __future__ import annotations

import sys

from lib.deploy.options import Options
from lib.environments import ToolError

YES = "yes"


def confirm(question: str, options: Options) -> bool:
    """Whether to go on; no question with AUTO_APPROVE=1. Raises ToolError where nobody can answer."""
    if options.auto_approve:
        return True
    print(f"\n{question} Only '{YES}' is accepted: ", end="", flush=True)
    answer = sys.stdin.readline()
    if not answer:
        raise ToolError("nobody answered the question, so nothing was changed; AUTO_APPROVE=1 asks none")
    return answer.strip() == YES
