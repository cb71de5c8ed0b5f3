"""The aspect that judges: it has the verdict spoken during the synth, and makes the synth fail."""

from __future__ import annotations

from collections.abc import Iterable

import jsii
from cdktf import Annotations, App, IAspect, TerraformStack
from constructs import IConstruct, IValidation

from lib.aspects.catalogue import RULES
from lib.aspects.judge import judge
from lib.aspects.model import Finding, Rule


class Judge:
    """The verdict on a stack, those nested in it included; `findings` is filled during `app.synth()`."""

    def __init__(self, stack: TerraformStack, rules: Iterable[Rule] = RULES) -> None:
        self.stack = stack
        self.rules = tuple(rules)
        self.findings: tuple[Finding, ...] = ()

    def pronounce(self, stacks: Iterable[TerraformStack]) -> tuple[Finding, ...]:
        """Judge what the stacks resolve to now, and write each finding on its construct: an error, so synth fails."""
        self.findings = ()
        for stack in stacks:
            # The resolved JSON, so that overrides, raw resources and other aspects' changes are judged too.
            found = judge(stack.to_terraform(), self.rules)
            for finding in found:
                Annotations.of(_construct(stack, finding.path)).add_error(str(finding))
            self.findings += found
        return self.findings


@jsii.implements(IAspect)
class JudgeAspect:
    """Calls the judge when nothing changes any more.

    A validation of the stack runs after every aspect, also those added later than this one and those of the last
    construct, and fails the synth even where CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS lets annotations pass. An App
    that skips validations has the judge called at the last construct instead.
    """

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._stacks: list[TerraformStack] = []
        self._last = ""
        self._validated = False

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, TerraformStack):
            self._enter(node)
        if self._last and node.node.path == self._last:
            self._judge.pronounce(self._stacks)

    def _enter(self, stack: TerraformStack) -> None:
        if stack is not self._judge.stack:
            self._stacks.append(stack)
            return
        self._stacks = [stack]
        if App.of(stack).skip_validation:
            self._last = stack.node.find_all()[-1].node.path
        elif not self._validated:
            stack.node.add_validation(_Verdict(self))
            self._validated = True

    def pronounce(self) -> list[str]:
        return [str(finding) for finding in self._judge.pronounce(self._stacks)]


@jsii.implements(IValidation)
class _Verdict:
    def __init__(self, aspect: JudgeAspect) -> None:
        self._aspect = aspect

    def validate(self) -> list[str]:
        return self._aspect.pronounce()


def _construct(stack: TerraformStack, path: str) -> IConstruct:
    """The construct at a path; the stack, where the path names none (a resource that an override made up)."""
    construct: IConstruct = stack
    for id_ in path.removeprefix(f"{stack.node.path}/").split("/"):
        child = construct.node.try_find_child(id_)
        if child is None:
            return stack
        construct = child
    return construct
