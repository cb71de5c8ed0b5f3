"""Computes the first judge's findings in a synthesized stack, as a pure function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lib.aspects.catalogue import RULES
from lib.aspects.conventions import Conventions
from lib.aspects.document.classified import ARGUMENTS, violations_of
from lib.aspects.model import Rule
from lib.aspects.payments_conventions import PAYMENTS
from lib.aspects.terraform_json import StackView
from lib.findings.finding import Finding


def judge(
    stack_json: Mapping[str, Any], rules: Iterable[Rule] = RULES, conventions: Conventions = PAYMENTS
) -> tuple[Finding, ...]:
    """Return all findings in a stack's Terraform JSON, sorted by construct path, then from the most severe."""
    stack = StackView(stack_json, conventions)
    found = {finding for rule in rules for finding in _of_rule(stack, rule)}
    return tuple(sorted(found, key=lambda finding: (finding.path, -(finding.severity or 0), str(finding))))


def _of_rule(stack: StackView, rule: Rule) -> Iterator[Finding]:
    """Yield a rule's findings, and the violations of classifications (lib/aspects/types/) that name the rule."""
    own = tuple(rule.evaluate(stack))
    yield from own
    if rule is not ARGUMENTS:
        reported = {finding.path for finding in own}  # the rule's message about a construct is more precise
        for path, message in violations_of(rule.id, stack):
            if path not in reported:
                yield rule.finding(path, message)
