"""The confirmation before a change, read from standard input."""

from __future__ import annotations

import sys

from lib.errors import ToolError

YES = "yes"


def confirm(question: str, *, auto_approve: bool) -> bool:
    """Return whether the user agrees; with `auto_approve`, return True without a question.

    Raises ToolError if standard input ends without an answer.
    """
    if auto_approve:
        return True
    print(f"\n{question} Only '{YES}' is accepted: ", end="", flush=True)
    answer = sys.stdin.readline()
    if not answer:
        raise ToolError(
            "standard input ended without an answer, so nothing was changed; set AUTO_APPROVE=1 to skip the question"
        )
    return answer.strip() == YES
