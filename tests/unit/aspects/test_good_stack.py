"""The stack that the other tests break in one place is itself without a finding."""

from __future__ import annotations

from typing import Any

from lib.aspects.judge import judge


def test_good_stack_breaks_no_rule(good: dict[str, Any]) -> None:
    assert [str(finding) for finding in judge(good)] == []
