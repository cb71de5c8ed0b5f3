"""The verdict: a pure function of a synthesized stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lib.aspects.catalogue import RULES
from lib.aspects.document.classified import ARGUMENTS, violations_of
from lib.aspects.model import Finding, Rule
from lib.aspects.terraform_json import StackView


def judge(stack_json: Mapping[str, Any], rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """Every finding in a stack's Terraform JSON: by construct, in each the most severe first."""
    stack = StackView(stack_json)
    found = {finding for rule in rules for finding in (*rule.judge(stack), *_of_classification(stack, rule))}
    return tuple(sorted(found, key=lambda finding: (finding.path, -finding.severity, str(finding))))


def _of_classification(stack: StackView, rule: Rule) -> Iterator[Finding]:
    """What a rule finds because the classification of an argument names it (lib/aspects/types/)."""
    if rule is not ARGUMENTS:
        for path, message in violations_of(rule.id, stack):
            yield rule.finding(path, message)
