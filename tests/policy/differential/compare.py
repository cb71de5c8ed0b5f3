"""Both judges over the same documents: where only one of them reports a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice

from lib.aspects.judge import judge
from lib.aspects.model import Finding
from lib.environments import ToolError
from lib.gate import Gate, GateFinding

from ..stacks import judge_stacks
from .explained import explanation, refusal
from .generate import Case

AT_ONCE = 100  # documents, which the first judge has while the gate has them


@dataclass(frozen=True)
class Difference:
    """A document of which the judges say different things."""

    case: Case
    first: frozenset[str]  # the rules that the aspects alone report
    second: frozenset[str]  # the rules that the gate alone reports
    verdicts: bool  # whether one of them has nothing to say against the document at all
    refused: str = ""  # why the gate does not judge it

    def __str__(self) -> str:
        said = [f"{self.case.name}  {self.case.base}", *(f"    {change.says}" for change in self.case.changes)]
        for judge_name, rules in (("the aspects", self.first), ("the gate", self.second)):
            if rules:
                said.append(f"    {judge_name} alone: {', '.join(sorted(rules))}")
        if self.refused:
            said.append(f"    the gate refuses: {self.refused}")
        if self.verdicts:
            said.append("    for one judge the document is clean")
        return "\n".join(said)


def differences(gate: Gate, cases: Iterable[Case]) -> Iterator[tuple[int, list[Difference]]]:
    """After each hundred documents: how many there were, and the differences that nothing explains."""
    remaining = iter(cases)
    with ThreadPoolExecutor(1) as beside:
        while batch := list(islice(remaining, AT_ONCE)):
            documents = {case.name: case.document for case in batch}
            second = beside.submit(judge_stacks, gate, documents)
            first = {name: _ids(judge(document)) for name, document in documents.items()}
            verdicts = second.result()
            compared = [_compared(case, first[case.name], verdicts[case.name]) for case in batch]
            yield len(batch), [difference for difference in compared if difference]


def shrunk(gate: Gate, difference: Difference) -> Difference:
    """The same difference with one change where one is enough."""
    for change in difference.case.changes if len(difference.case.changes) > 1 else ():
        case = replace(difference.case, changes=(change,))
        _, found = next(differences(gate, [case]))
        if found:
            return found[0]
    return difference


def _ids(findings: Iterable[Finding | GateFinding]) -> frozenset[str]:
    return frozenset(finding.rule_id for finding in findings if finding.rule_id.startswith("TAP-"))


def _compared(case: Case, first: frozenset[str], verdict: list[GateFinding] | ToolError) -> Difference | None:
    if isinstance(verdict, ToolError):
        message = str(verdict)
        return None if refusal(message) else Difference(case, first, frozenset(), not first, message)
    second = _ids(verdict)
    both = first & second
    left = Difference(
        case,
        frozenset(rule for rule in first - second if not explanation(rule, "first", both)),
        frozenset(rule for rule in second - first if not explanation(rule, "second", both)),
        verdicts=bool(first) != bool(second),
    )
    return left if left.verdicts or left.first or left.second else None
