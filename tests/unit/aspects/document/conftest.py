"""A complete clean document, and fixtures that change it in one place and check it with the DOC rules."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from lib.aspects import document
from lib.aspects.judge import judge
from lib.findings.finding import Finding

Changed = Callable[..., tuple[Finding, ...]]


@pytest.fixture
def changed(good: dict[str, Any]) -> Changed:
    """Return `changed("resource.aws_sqs_queue.letters.count", 0)`, which sets a value and returns the findings."""

    def findings(path: str, value: Any) -> tuple[Finding, ...]:
        *way, last = path.split(".")
        place: Any = good
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
        place[int(last) if isinstance(place, list) else last] = copy.deepcopy(value)
        return judge(good, document.RULES)

    return findings


@pytest.fixture
def violated(changed: Changed) -> Callable[..., set[str]]:
    """Return a function like `changed` that returns the ids of the violated rules."""
    return lambda path, value: {finding.rule_id for finding in changed(path, value)}
