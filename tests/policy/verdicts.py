"""The second judge's verdicts on mutations, without a run of Checkov over the whole stack for each of them.

- A harmless variation is judged in the whole stack: nothing at all may be found there.
- A violation is judged in the slice of the stack that it changes. What is found there was not there before, as the
  slices themselves are clean. Where it is not found, the slice may lack what the rule asks about: then the whole
  stack is judged. The first violation of each rule is judged in the whole stack at once.
- Violations that add resources of different types share a stack: each is found on its own resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lib.environments import ToolError
from lib.gate import Gate, GateFinding

from .mutations import Mutation, mutated
from .slices import Document, Slices, cut
from .stacks import Verdicts, judge_stacks

ADDITIONS_TO_A_STACK = 16


@dataclass(frozen=True)
class MutationVerdicts:
    """`of`: mutation -> its verdict. `slices`: the verdicts on the slices as they were before a mutation."""

    of: Verdicts
    slices: Verdicts


def judge_mutations(gate: Gate, document: Document, mutations: Sequence[Mutation]) -> MutationVerdicts:
    """Judge every mutation of the document."""
    firsts = {mutation.rule: mutation.name for mutation in reversed(mutations)}.values()
    slices = Slices(document)
    before: dict[frozenset[str], None] = {}
    stacks: dict[str, Document] = {}
    in_slices = []
    for mutation in mutations:
        if mutation.adds and mutation.rule:
            continue
        stacks[mutation.name] = mutated(document, mutation)
        if mutation.rule and mutation.name not in firsts:
            addresses, stacks[mutation.name] = slices.of(stacks[mutation.name])
            before[addresses] = None
            in_slices.append(mutation)
    shared = list(_sharing(mutation for mutation in mutations if mutation.adds and mutation.rule))
    stacks |= {f"shared-{number}": mutated(document, *those) for number, those in enumerate(shared)}
    verdicts = judge_stacks(gate, stacks)
    for number, those in enumerate(shared):
        together = verdicts.pop(f"shared-{number}")
        verdicts |= {mutation.name: _on_its_resource(together, mutation) for mutation in those}
    again = [mutation for mutation in in_slices if not is_found(verdicts[mutation.name], mutation)]
    verdicts |= judge_stacks(gate, {mutation.name: mutated(document, mutation) for mutation in again})
    return MutationVerdicts(
        verdicts, judge_stacks(gate, {str(number): cut(document, part) for number, part in enumerate(before)})
    )


def is_found(verdict: list[GateFinding] | ToolError, mutation: Mutation) -> bool:
    """Whether a verdict names the rule that the mutation breaks."""
    return not isinstance(verdict, ToolError) and mutation.is_found_in({finding.rule_id for finding in verdict})


def _on_its_resource(verdict: list[GateFinding] | ToolError, mutation: Mutation) -> list[GateFinding] | ToolError:
    if isinstance(verdict, ToolError):
        return verdict
    return [finding for finding in verdict if finding.resource == f"{mutation.adds}.added"]


def _sharing(mutations: Iterable[Mutation]) -> list[list[Mutation]]:
    """The mutations in groups that add one resource of a type each."""
    stacks: list[dict[str, Mutation]] = []
    for mutation in mutations:
        stack = next((one for one in stacks if mutation.adds not in one and len(one) < ADDITIONS_TO_A_STACK), None)
        if stack is None:
            stacks.append(stack := {})
        stack[mutation.adds] = mutation
    return [list(stack.values()) for stack in stacks]
