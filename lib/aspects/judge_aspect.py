"""The aspect that runs the first judge during synthesis, and makes synthesis fail if there are findings."""

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
    """The first judge's result for a stack and the stacks nested in it, filled during `app.synth()`.

    `findings` and `complaints` (about policies/waivers.yaml) make synthesis fail; waived findings are in `waived`.
    Raises ToolError if the waivers cannot be read.
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
        # Only the gate applies waivers of Checkov's built-in checks.
        self._waivers = tuple(each for each in (read() if waivers is None else waivers) if each.rule.startswith("TAP-"))
        self._today = today
        self._verdict: Verdict[Finding] = Verdict((), (), (), ())
        self.stacks = 0
        self.resources = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that are not waived, the construct with the most severe ones first."""
        return self._verdict.kept

    @property
    def waived(self) -> tuple[tuple[Finding, Waiver], ...]:
        """The waived findings, each with its waiver."""
        return self._verdict.waived

    @property
    def complaints(self) -> tuple[str, ...]:
        """Invalid waivers, as messages."""
        return self._verdict.complaints

    @property
    def warnings(self) -> tuple[str, ...]:
        """Waivers that expire soon, as messages."""
        return self._verdict.warnings

    def pronounce(self, stacks: Iterable[TerraformStack]) -> tuple[str, ...]:
        """Check the stacks' resolved JSON, and add an error annotation to the construct of each finding."""
        owner: dict[Finding, TerraformStack] = {}
        paths: set[str] = set()
        self.stacks = self.resources = 0
        for stack in stacks:
            # The resolved JSON contains overrides, raw resources and other aspects' changes.
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
            sees_all=False,  # waivers of other stacks do not apply here
        )
        for finding in self.findings:
            Annotations.of(_construct(owner[finding], finding.path)).add_error(str(finding))
        for complaint in self.complaints:
            Annotations.of(self.stack).add_error(complaint)
        return (*(str(finding) for finding in self.findings), *self.complaints)


@jsii.implements(IAspect)
class JudgeAspect:
    """Runs the first judge after all aspects.

    It adds a validation to the stack. Validations run after every aspect, also after those that are added later, and
    fail the synthesis even if CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS is set. If an App skips validations, the judge
    runs when the last construct is visited.
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
    """Return the construct at a path; the stack if there is none (a resource that an override added)."""
    construct: IConstruct = stack
    for id_ in path.removeprefix(f"{stack.node.path}/").split("/"):
        child = construct.node.try_find_child(id_)
        if child is None:
            return stack
        construct = child
    return construct
