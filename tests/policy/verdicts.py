"""The second judge's verdicts on mutations, without a run of Checkov over the whole stack for each of them.

- Harmless variations that change different resources are judged together, in the whole stack: nothing at all may be
  found there. Where something is, each of them is judged by itself.
- A violation is judged in the slice of the stack that it changes. What is found there was not there before, as the
  slices themselves are clean. Where it is not found, the slice may lack what the rule asks about: then the whole
  stack is judged. The first violation of each rule is judged in the whole stack at once.
- Violations that add resources of different types share a stack: each is found on its own resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lib.errors import ToolError
from lib.findings.finding import Finding
from lib.gate import Gate

from .mutations import Mutation, mutated
from .slices import Document, Slices, blocks, cut
from .stacks import Verdicts, judge_stacks

TOGETHER = 16  # mutations in one stack


@dataclass(frozen=True)
class MutationVerdicts:
    """`of`: mutation -> its verdict. `slices`: the verdicts on the slices as they were before a mutation."""

    of: Verdicts
    slices: Verdicts


def judge_mutations(gate: Gate, document: Document, mutations: Sequence[Mutation]) -> MutationVerdicts:
    """Judge every mutation of the document."""
    violations = [mutation for mutation in mutations if mutation.rule]
    verdicts, slices = _judge_violations(gate, document, [one for one in violations if not one.adds])
    verdicts |= _judge_additions(gate, document, [one for one in violations if one.adds])
    verdicts |= _judge_harmless(gate, document, [one for one in mutations if not one.rule])
    return MutationVerdicts(verdicts, slices)


def _judge_violations(gate: Gate, document: Document, violations: Sequence[Mutation]) -> tuple[Verdicts, Verdicts]:
    """In slices; and the verdicts on the slices as they were before."""
    firsts = {mutation.rule: mutation.name for mutation in reversed(violations)}.values()
    slices = Slices(document)
    before: dict[frozenset[str], None] = {}
    stacks: dict[str, Document] = {}
    for mutation in violations:
        stacks[mutation.name] = mutated(document, mutation)
        if mutation.name not in firsts:
            addresses, stacks[mutation.name] = slices.of(stacks[mutation.name])
            before[addresses] = None
    verdicts = judge_stacks(gate, stacks)
    again = [one for one in violations if one.name not in firsts and not _is_found(verdicts[one.name], one)]
    verdicts |= judge_stacks(gate, {mutation.name: mutated(document, mutation) for mutation in again})
    return verdicts, judge_stacks(gate, {str(number): cut(document, part) for number, part in enumerate(before)})


def _judge_additions(gate: Gate, document: Document, violations: Iterable[Mutation]) -> Verdicts:
    """Together, one resource of a type in each stack."""
    groups: list[dict[str, Mutation]] = []
    for mutation in violations:
        group = next((one for one in groups if mutation.adds not in one and len(one) < TOGETHER), None)
        if group is None:
            groups.append(group := {})
        group[mutation.adds] = mutation
    stacks = {str(number): mutated(document, *group.values()) for number, group in enumerate(groups)}
    verdicts = judge_stacks(gate, stacks)
    return {
        mutation.name: _on(f"{kind}.added", verdicts[str(number)])
        for number, group in enumerate(groups)
        for kind, mutation in group.items()
    }


def _judge_harmless(gate: Gate, document: Document, variations: Sequence[Mutation]) -> Verdicts:
    """Together, as far as they change different resources and are waived alike."""
    groups: list[tuple[set[str], list[Mutation]]] = []
    for mutation in variations:
        changed = _changed(document, mutated(document, mutation))
        group = next((one for one in groups if _joins(mutation, changed, *one)), None)
        if group is None:
            groups.append(group := (set(), []))
        group[0].update(changed)
        group[1].append(mutation)
    together = judge_stacks(gate, {those[0].name: mutated(document, *those) for _, those in groups})
    verdicts: Verdicts = {}
    for _, (first, *others) in groups:
        verdict = together[first.name]
        if not others or (isinstance(verdict, list) and not _ours(verdict, first)):
            verdicts |= {mutation.name: verdict for mutation in (first, *others)}
        else:
            verdicts |= judge_stacks(gate, {one.name: mutated(document, one) for one in (first, *others)})
    return verdicts


def _joins(mutation: Mutation, changed: set[str], taken: set[str], those: list[Mutation]) -> bool:
    """What changes nothing is judged by itself."""
    fits = changed and taken and not changed & taken and len(those) < TOGETHER
    return bool(fits) and mutation.waived == those[0].waived


def _ours(verdict: list[Finding], mutation: Mutation) -> list[Finding]:
    return [one for one in verdict if one.rule_id.startswith("TAP-") and one.rule_id not in mutation.waived]


def _changed(document: Document, changed: Document) -> set[str]:
    """The addresses that differ, and "" where anything else does."""
    before, after = blocks(document), blocks(changed)
    addresses = {address for address in before.keys() | after.keys() if before.get(address) != after.get(address)}
    rest = [{**one, "resource": {}, "data": {}} for one in (document, changed)]
    return addresses | ({""} if rest[0] != rest[1] else set())


def _on(resource: str, verdict: list[Finding] | ToolError) -> list[Finding] | ToolError:
    if isinstance(verdict, ToolError):
        return verdict
    return [finding for finding in verdict if finding.resource == resource]


def _is_found(verdict: list[Finding] | ToolError, mutation: Mutation) -> bool:
    return not isinstance(verdict, ToolError) and mutation.is_found_in({finding.rule_id for finding in verdict})
