"""The aspect that evaluates the rules. Synthesis fails if a rule is violated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import jsii
from cdktf import Annotations, App, IAspect, TerraformStack
from constructs import IConstruct, IValidation

from lib.aspects.catalogue import RULE_IDS, RULES, UNWAIVABLE_IDS
from lib.aspects.conventions import Conventions
from lib.aspects.judge import judge
from lib.aspects.model import Rule
from lib.aspects.payments_conventions import PAYMENTS
from lib.aspects.terraform_json import StackView
from lib.findings.finding import Finding, most_severe_first
from lib.findings.waivers import Waiver, WaiverResult, apply, read, utc_today


@jsii.implements(IAspect, IValidation)
class Judge:
    """The first judge of a stack and of the stacks nested in it. Its findings are available after `app.synth()`.

    Synthesis fails if there are `findings`, or `complaints` about policies/waivers.yaml. Therefore the class is also a
    validation of the stack. CDKTF runs validations after all aspects, and a failed validation stops the synthesis even
    if CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS is set. In an App that skips validations, the rules are evaluated when
    the aspect visits the last construct. Raises ToolError if the waivers cannot be read.
    """

    def __init__(
        self,
        stack: TerraformStack,
        rules: Iterable[Rule] = RULES,
        waivers: Iterable[Waiver] | None = None,
        today: date | None = None,
        conventions: Conventions = PAYMENTS,
    ) -> None:
        self.stack = stack
        self.rules = tuple(rules)
        self._conventions = conventions
        # Only the gate applies waivers of Checkov's built-in checks.
        self._waivers = tuple(
            each for each in (read() if waivers is None else waivers) if not each.rule.startswith("CKV")
        )
        self._today = today
        self._result: WaiverResult = WaiverResult()
        self.stacks = 0
        self.resources = 0
        self._visited: list[TerraformStack] = []  # the stack and the stacks nested in it
        self._last = ""  # the path of the construct at which to evaluate, if the App skips validations
        self._validates = False

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return the findings that are not waived, most severe first."""
        return self._result.remaining

    @property
    def waived(self) -> tuple[tuple[Finding, Waiver], ...]:
        """Return the waived findings, each with its waiver."""
        return self._result.waived

    @property
    def complaints(self) -> tuple[str, ...]:
        """Return a message for each invalid waiver."""
        return self._result.complaints

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return a message for each waiver that expires soon."""
        return self._result.warnings

    def visit(self, node: IConstruct) -> None:
        """Note each stack. If the App skips validations, evaluate the rules at the last construct. CDKTF calls this."""
        if isinstance(node, TerraformStack):
            self._enter(node)
        if self._last and node.node.path == self._last:
            self.validate()

    def _enter(self, stack: TerraformStack) -> None:
        if stack is not self.stack:
            self._visited.append(stack)
            return
        self._visited = [stack]
        if App.of(stack).skip_validation:
            self._last = stack.node.find_all()[-1].node.path
        elif not self._validates:
            stack.node.add_validation(self)
            self._validates = True

    def validate(self) -> list[str]:
        """Evaluate the rules on the stacks' current JSON. Return the errors; each is also added to its construct."""
        owner: dict[Finding, TerraformStack] = {}
        paths: set[str] = set()
        self.stacks = self.resources = 0
        for stack in self._visited:
            # The resolved JSON contains overrides, raw resources and other aspects' changes.
            document = stack.to_terraform()
            view = StackView(document)
            owner |= dict.fromkeys(judge(document, self.rules, self._conventions), stack)
            paths |= {resource.path for resource in (*view.resources, *view.data)}
            self.stacks, self.resources = self.stacks + 1, self.resources + len(view.resources)
        self._result = apply(
            self._waivers,
            most_severe_first(owner),
            today=self._today or utc_today(),
            known_ids=RULE_IDS | {rule.id for rule in self.rules},
            unwaivable=UNWAIVABLE_IDS | {rule.id for rule in self.rules if not rule.waivable},
            known_paths=paths,
            sees_all=False,  # the file may contain waivers of other stacks
        )
        for finding in self.findings:
            Annotations.of(_construct(owner[finding], finding.path)).add_error(str(finding))
        for complaint in self.complaints:
            Annotations.of(self.stack).add_error(complaint)
        return [*(str(finding) for finding in self.findings), *self.complaints]


def _construct(stack: TerraformStack, path: str) -> IConstruct:
    """Return the construct at a path; the stack if no construct has it (an override added the resource)."""
    construct: IConstruct = stack
    for id_ in path.removeprefix(f"{stack.node.path}/").split("/"):
        child = construct.node.try_find_child(id_)
        if child is None:
            return stack
        construct = child
    return construct
