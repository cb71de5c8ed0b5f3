"""The classes of rules: metadata and a pure check function, without CDKTF."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lib.aspects.terraform_json import Resource, StackView
from lib.findings.finding import Finding, Severity

# The check of a ResourceRule yields messages of one line: the wrong value, and the expected value.
ResourceCheck = Callable[[str, Mapping[str, Any]], Iterable[str]]
# The check of a StackRule yields (construct path, message).
StackCheck = Callable[[StackView], Iterable[tuple[str, str]]]

ANY_TYPE = ("*",)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The metadata of a rule; the two subclasses below contain the check.

    `controls`: the controls that the rule serves, as "PCI DSS 4.0.1 3.5.1" or "Well-Architected SEC08-BP02".
    `resource_types`: the types that the rule checks, or ANY_TYPE. `waivable`: True if a waiver may suppress a finding.
    `source`: URL of the page that gives the reason, or describes AWS's behaviour.
    """

    id: str
    title: str
    why: str
    severity: Severity
    controls: tuple[str, ...]
    resource_types: tuple[str, ...]
    waivable: bool
    fix: str
    source: str

    def evaluate(self, stack: StackView) -> Iterator[Finding]:
        """Yield every finding of this rule in the stack."""
        raise NotImplementedError

    def finding(self, path: str, message: str) -> Finding:
        return Finding(self.id, self.severity, path, message, self.fix)

    def _findings(self, path: str, verdict: Iterator[tuple[str, str]]) -> Iterator[Finding]:
        """Yield a check's findings; if the check raises an exception, that is a finding at `path`."""
        try:
            for where, message in verdict:
                yield self.finding(where, message)
        except Exception as error:
            yield self.finding(path, f"the rule itself failed with {error!r}; report this as a defect of the rule")


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """A rule that checks each resource by its type and attributes only."""

    check: ResourceCheck

    def evaluate(self, stack: StackView) -> Iterator[Finding]:
        for resource in stack.resources if self.resource_types == ANY_TYPE else stack.of(*self.resource_types):
            yield from self._findings(resource.path, self._verdict(resource))

    def _verdict(self, resource: Resource) -> Iterator[tuple[str, str]]:
        for message in self.check(resource.type, resource.attributes):
            yield resource.path, message


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """A rule that checks relations between resources: a bucket has a policy, a key belongs to this stack."""

    check: StackCheck

    def evaluate(self, stack: StackView) -> Iterator[Finding]:
        yield from self._findings(stack.name, self._verdict(stack))

    def _verdict(self, stack: StackView) -> Iterator[tuple[str, str]]:
        yield from self.check(stack)
