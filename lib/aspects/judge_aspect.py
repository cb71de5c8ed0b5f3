"""The aspect that judges: it has the verdict spoken during the synth, and makes the synth fail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import jsii
from cdktf import Annotations, App, IAspect, TerraformStack
from constructs import IConstruct, IValidation

from lib.aspects.catalogue import RULE_IDS, RULES, UNWAIVABLE_IDS
from lib.aspects.judge import judge
from lib.aspects.model import Rule
from lib.aspects.terraform_json import StackView
from lib.findings.finding import Finding, most_severe_first
from lib.findings.waivers import Verdict, Waiver, apply, read, utc_today


class Judge:
    """The verdict on a stack, those nested in it included: filled during `app.synth()`.

    `findings` and `complaints` (about policies/waivers.yaml) fail the synth; what a waiver excuses is in `waived`.
    Raises ToolError where the waivers cannot be read.
    """

    def __init__(
        self,
        stack: TerraformStack,
        rules: Iterable[Rule] = RULES,
        waivers: Iterable[Waiver] | None = None,
        today: date | None = None,
    ) -> None:
        self.stack = stack
        self.rules = tuple(rules)
        # Checkov's own checks are the gate's business.
        self._waivers = tuple(each for each in (read() if waivers is None else waivers) if each.rule.startswith("TAP-"))
        self._today = today
        self._verdict: Verdict[Finding] = Verdict((), (), (), ())
        self.stacks = 0
        self.resources = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What breaks a rule, the worst construct first."""
        return self._verdict.kept

    @property
    def waived(self) -> tuple[tuple[Finding, Waiver], ...]:
        """What would, but for its waiver."""
        return self._verdict.waived

    @property
    def complaints(self) -> tuple[str, ...]:
        """What is wrong with a waiver."""
        return self._verdict.complaints

    @property
    def warnings(self) -> tuple[str, ...]:
        """Waivers that end soon."""
        return self._verdict.warnings

    def pronounce(self, stacks: Iterable[TerraformStack]) -> tuple[str, ...]:
        """Judge what the stacks resolve to now, and write each line on its construct: an error, so synth fails."""
        owner: dict[Finding, TerraformStack] = {}
        paths: set[str] = set()
        self.stacks = self.resources = 0
        for stack in stacks:
            # The resolved JSON, so that overrides, raw resources and other aspects' changes are judged too.
            document = stack.to_terraform()
            view = StackView(document)
            owner |= dict.fromkeys(judge(document, self.rules), stack)
            paths |= {resource.path for resource in (*view.resources, *view.data)}
            self.stacks, self.resources = self.stacks + 1, self.resources + len(view.resources)
        self._verdict = apply(
            self._waivers,
            most_severe_first(owner),
            today=self._today or utc_today(),
            known_ids=RULE_IDS,
            unwaivable=UNWAIVABLE_IDS,
            known_paths=paths,
            sees_all=False,  # another stack's waivers are none of this one's concern
        )
        for finding in self.findings:
            Annotations.of(_construct(owner[finding], finding.path)).add_error(str(finding))
        for complaint in self.complaints:
            Annotations.of(self.stack).add_error(complaint)
        return (*(str(finding) for finding in self.findings), *self.complaints)


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
        return list(self._judge.pronounce(self._stacks))


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
