"""Both judges over the same documents: where only one of them reports a rule."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Protocol

from lib.aspects.judge import judge
from lib.aspects.terraform_json import StackView
from lib.errors import ToolError

from ..slices import Document
from .explained import Findings, explanation, refusal
from .generate import Case

AT_ONCE = 100  # documents, which the first judge has while the second one has them


class Found(Protocol):
    """What a judge finds, as far as it is compared."""

    @property
    def rule_id(self) -> str: ...
    @property
    def path(self) -> str: ...


# Name -> document, to name -> what is found in it, or why it is not judged.
SecondJudge = Callable[[Mapping[str, Document]], Mapping[str, Sequence[Found] | ToolError]]


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


def differences(second_judge: SecondJudge, cases: Iterable[Case]) -> Iterator[tuple[int, list[Difference]]]:
    """After each hundred documents: how many there were, and the differences that nothing explains."""
    remaining = iter(cases)
    with ThreadPoolExecutor(1) as beside:
        while batch := list(islice(remaining, AT_ONCE)):
            documents = {case.name: case.document for case in batch}
            second = beside.submit(second_judge, documents)
            first = {name: judge(document) for name, document in documents.items()}
            verdicts = second.result()
            found = (compared(case, first[case.name], verdicts[case.name]) for case in batch)
            yield len(batch), [difference for difference in found if difference]


def shrunk(second_judge: SecondJudge, difference: Difference) -> Difference:
    """The same difference with one change where one is enough."""
    for change in difference.case.changes if len(difference.case.changes) > 1 else ():
        case = replace(difference.case, changes=(change,))
        _, found = next(differences(second_judge, [case]))
        if found:
            return found[0]
    return difference


def compared(case: Case, first: Iterable[Found], verdict: Sequence[Found] | ToolError) -> Difference | None:
    """What is different in the findings of the judges; None where nothing is, or what is different is explained."""
    stack = StackView(case.document).name
    of_first = _of_us(first, {stack})
    if isinstance(verdict, ToolError):
        message = str(verdict)
        return None if refusal(message) else Difference(case, _ids(of_first), frozenset(), not of_first, message)
    of_second = _of_us(verdict, {stack, case.name})
    both = of_first & of_second
    left = Difference(
        case,
        _unexplained(of_first, of_second, both),
        _unexplained(of_second, of_first, both),
        verdicts=bool(of_first) != bool(of_second),
    )
    return left if left.verdicts or left.first or left.second else None


def _of_us(findings: Iterable[Found], stacks: Collection[str]) -> Findings:
    """(rule id, construct) of our rules' findings; the construct is empty where it is the stack."""
    return frozenset(
        (finding.rule_id, _construct(finding.path, stacks))
        for finding in findings
        if finding.rule_id.startswith("TAP-")
    )


def _construct(path: str, stacks: Collection[str]) -> str:
    """A construct's path without the stack's name, or an address, as the judges differ in how they write these."""
    if path in stacks:
        return ""
    return next((path.removeprefix(f"{name}/") for name in stacks if path.startswith(f"{name}/")), path).removeprefix(
        "data."
    )


def _ids(findings: Findings) -> frozenset[str]:
    return frozenset(rule for rule, _ in findings)


def _unexplained(own: Findings, other: Findings, both: Findings) -> frozenset[str]:
    """The rules that this judge alone reports, and nothing says why."""
    return frozenset(
        rule
        for rule in _ids(own) - _ids(other)
        if not explanation(rule, {construct for of, construct in own if of == rule}, both)
    )
