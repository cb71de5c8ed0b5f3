"""Finds the rules that a manual change violates, with the first judge.

The first judge checks two copies of the JSON: one with the deployed value, one with the value before the change. The
findings that only the first copy has are the result. Both values are AWS's, so a different spelling in the JSON has no
effect.
"""

from __future__ import annotations

import copy
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.aspects.judge import judge
from lib.drift import documents
from lib.drift.model import Change, Evaluated, Kind
from lib.drift.references import Known
from lib.findings.finding import Finding

Json = dict[str, Any]

DOCUMENT = "aws_iam_policy_document"
ADDED = "drift_addition"
ADDITIONS = "added by hand"
# These findings are ignored after a deletion: they are about references to the deleted resource.
ABOUT_REFERENCES = ("TAP-DOC-", "TAP-IAM-", "TAP-NET-3")
# These rules are named only if no other rule is violated: they are about unclassified types, names and tags.
WEAKER = ("TAP-DOC-", "TAP-NAME-", "TAP-TAG-")
# These findings are ignored for additions, because the search does not read an addition's tags.
UNKNOWN_OF_ADDITIONS = "TAP-TAG-"
# Rules for changes in which the JSON shows no violation (see docs/drift.md).
TABLE = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))


@dataclass
class Evaluation:
    """Evaluates the changes of one stack. `content`: its synthesized JSON."""

    content: Mapping[str, Any]
    known: Known

    def __post_init__(self) -> None:
        self._unchanged = judge(self.content)

    def evaluate(self, change: Change) -> Evaluated:
        findings = {
            Kind.CHANGED: self._of_value,
            Kind.NOT_DEPLOYED: self._of_value,
            Kind.DELETED: self._of_deletion,
            Kind.ADDED: self._of_addition,
        }[change.kind](change)
        findings = sorted(findings, key=lambda finding: (-(finding.severity or 0), finding.rule_id, finding.path))
        rules = list(dict.fromkeys(finding.rule_id for finding in findings))
        named = [rule for rule in rules if not rule.startswith(WEAKER)] or _of_table(change) or rules
        return Evaluated(change, tuple(named), tuple(finding for finding in findings if finding.rule_id in named))

    def _of_value(self, change: Change) -> list[Finding]:
        type_, _, name = change.address.partition(".")
        if name not in self.content.get("resource", {}).get(type_, {}):
            return []

        def judged(value: Any) -> tuple[Finding, ...]:
            def replace(content: Json) -> None:
                content["resource"][type_][name][change.argument] = self._written(content, change.argument, value)

            return judge(self._with(replace))

        return list(new_findings(judged(change.before), judged(change.after)))

    def _of_deletion(self, change: Change) -> list[Finding]:
        type_, _, name = change.address.partition(".")

        def remove(content: Json) -> None:
            content["resource"].get(type_, {}).pop(name, None)

        found = new_findings(self._unchanged, judge(self._with(remove)))
        return [finding for finding in found if not finding.rule_id.startswith(ABOUT_REFERENCES)]

    def _of_addition(self, change: Change) -> list[Finding]:
        def add(content: Json) -> None:
            attributes: Json = {"//": {"metadata": {"path": ADDITIONS}}}
            for argument, value in change.arguments.items():
                attributes[argument] = self._written(content, argument, value)
            content["resource"].setdefault(change.added_type, {})[ADDED] = attributes

        found = new_findings(self._unchanged, judge(self._with(add)))
        return [finding for finding in found if not finding.rule_id.startswith(UNKNOWN_OF_ADDITIONS)]

    def _written(self, content: Json, argument: str, value: Any) -> Any:
        """Convert a deployed value to the form of the synthesized JSON. Policies become policy documents."""
        if not documents.is_policy(value):
            return self.known.refer(_without_empty(value))
        name = f"drift_{argument}"
        block = self.known.refer(documents.block(value))
        content["data"].setdefault(DOCUMENT, {})[name] = {**block, "//": {"metadata": {"path": ADDITIONS}}}
        return f"${{data.{DOCUMENT}.{name}.json}}"

    def _with(self, change: Callable[[Json], None]) -> Json:
        content = copy.deepcopy(dict(self.content))
        content.setdefault("resource", {})
        content.setdefault("data", {})
        change(content)
        return content


def _of_table(change: Change) -> list[str]:
    if change.kind is Kind.ADDED:
        rule = TABLE["added"].get(change.added_type)
    elif change.kind is Kind.DELETED:
        rule = TABLE["deleted"].get(change.type)
    else:
        rule = TABLE["changed"].get(f"{change.type}.{change.argument}")
    return [rule] if rule else []


def _without_empty(value: Any) -> Any:
    """Remove the values that the provider writes for missing arguments."""
    if isinstance(value, Mapping):
        return {name: _without_empty(inner) for name, inner in value.items() if inner not in (None, "", [], {})}
    return [_without_empty(inner) for inner in value] if isinstance(value, list) else value


def new_findings(before: tuple[Finding, ...], after: tuple[Finding, ...]) -> Iterator[Finding]:
    """Yield the findings in `after` whose rule and construct have no finding in `before`, whatever the messages say."""
    allowed = Counter((finding.rule_id, finding.path) for finding in before)
    same = {finding for finding in after if finding in before}
    for finding in after:
        if finding in same:
            allowed[finding.rule_id, finding.path] -= 1
    for finding in after:
        if finding in same:
            continue
        if allowed[finding.rule_id, finding.path] > 0:
            allowed[finding.rule_id, finding.path] -= 1
        else:
            yield finding
