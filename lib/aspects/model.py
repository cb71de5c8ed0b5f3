"""What a rule is: data and pure functions, no CDKTF."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lib.aspects.terraform_json import Resource, StackView
from lib.findings.finding import Finding, Severity

# What a resource's check yields: messages, one line each, that name what is wrong and what is expected.
ResourceCheck = Callable[[str, Mapping[str, Any]], Iterable[str]]
# What a stack's check yields: (construct path, message).
StackCheck = Callable[[StackView], Iterable[tuple[str, str]]]

ANY_TYPE = ("*",)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """The words of a rule; its verdict is in the two kinds below.

    `controls`: what the rule serves, as "PCI DSS 4.0.1 3.5.1" or "Well-Architected SEC08-BP02".
    `resource_types`: what it looks at, ANY_TYPE for all. `waivable`: whether policies/waivers.yaml may except from it.
    `source`: the page that says why, or what AWS does.
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
        """Every finding of this rule in the stack."""
        raise NotImplementedError

    def finding(self, path: str, message: str) -> Finding:
        return Finding(self.id, self.severity, path, message, self.fix)

    def _findings(self, path: str, verdict: Iterator[tuple[str, str]]) -> Iterator[Finding]:
        """What a check yields; one that raises has not passed, so that is a finding, at `path`."""
        try:
            for where, message in verdict:
                yield self.finding(where, message)
        except Exception as error:
            yield self.finding(path, f"the rule itself failed with {error!r}; expected a verdict")


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """Judges one resource at a time, by its type and attributes alone."""

    check: ResourceCheck

    def evaluate(self, stack: StackView) -> Iterator[Finding]:
        for resource in stack.resources if self.resource_types == ANY_TYPE else stack.of(*self.resource_types):
            yield from self._findings(resource.path, self._verdict(resource))

    def _verdict(self, resource: Resource) -> Iterator[tuple[str, str]]:
        for message in self.check(resource.type, resource.attributes):
            yield resource.path, message


@dataclass(frozen=True, kw_only=True)
class StackRule(Rule):
    """Judges what stands between resources: a bucket *has* a policy, a key *is* this stack's."""

    check: StackCheck

    def evaluate(self, stack: StackView) -> Iterator[Finding]:
        yield from self._findings(stack.name, self._verdict(stack))

    def _verdict(self, stack: StackView) -> Iterator[tuple[str, str]]:
        yield from self.check(stack)
