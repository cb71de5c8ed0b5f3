"""The verdict: a pure function of a synthesized stack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lib.aspects.catalogue import RULES
from lib.aspects.model import Finding, Rule
from lib.aspects.terraform_json import StackView


def judge(stack_json: Mapping[str, Any], rules: Iterable[Rule] = RULES) -> tuple[Finding, ...]:
    """Every finding in a stack's Terraform JSON: by construct, in each the most severe first."""
    stack = StackView(stack_json)
    found = {finding for rule in rules for finding in rule.judge(stack)}
    return tuple(sorted(found, key=lambda finding: (finding.path, -finding.severity, str(finding))))
