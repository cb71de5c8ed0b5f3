"""The gate, also called the second judge: checks synthesized stacks with Checkov and the policies in policies/."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import TracebackType

from lib.aspects.catalogue import RULE_IDS, RULES, UNWAIVABLE_IDS
from lib.aspects.conventions import BY_CONVENTION
from lib.aspects.judge import judge as first_judge
from lib.environments import ROOT
from lib.errors import ToolError
from lib.findings import waivers
from lib.findings.finding import Finding, most_severe_first
from lib.gate import digests
from lib.gate.checkov_worker.messages import Answer, FindingAnswer, PoliciesRequest
from lib.gate.process import CheckovProcess
from lib.gate.report import GateReport
from lib.gate.stacks import SynthesizedStack, read_stacks

POLICIES = ROOT / "policies"
CONFIG = ROOT / ".checkov.yaml"
# Checkov's built-in checks have only a title; a fix is available only with an account at the vendor.
SEVERITIES = {rule.id: rule.severity for rule in RULES}
FIX_OF_CHECKOV = "comply with the check, or skip it in .checkov.yaml with a reason as comment"


class Gate:
    """The second judge. Call `start` (or use `with`) early, because importing Checkov takes longer than the checks."""

    def __init__(
        self,
        policies: Path = POLICIES,
        config: Path = CONFIG,
        checkov: CheckovProcess | None = None,
        today: date | None = None,
        waivers_file: Path | None = None,
    ) -> None:
        """Create a gate. A given `checkov` process is shared, and `close` does not end it.

        `today` is the date for waivers; the default is the current date in UTC. The default of `waivers_file` is
        waivers.yaml in `policies`, if it exists.
        """
        self._judge_by: PoliciesRequest = {"policies": str(policies.absolute()), "config": str(config.absolute())}
        self._policies = policies
        self._waivers_file = waivers_file
        self._today = today
        self._checkov = checkov
        self._shared = checkov is not None
        self._prepared = False

    def start(self) -> None:
        """Start importing Checkov and loading the policies in the background."""
        if not self._shared:
            self._started()

    def _started(self) -> CheckovProcess:
        if self._checkov is None:
            self._checkov = CheckovProcess()
        if not self._prepared:
            self._checkov.send(self._judge_by)
            self._prepared = True
        return self._checkov

    def judge(self, directory: Path) -> GateReport:
        """Check every stack of `directory`.

        Raises ToolError for wrong input and for a broken tool: nothing passes unchecked.
        """
        if self._waivers_file is not None and not self._waivers_file.is_file():
            raise ToolError(
                f"{self._waivers_file}: this file of waivers does not exist; correct --waivers, or leave it out"
            )
        exceptions = waivers.read(self._waivers_file or self._policies / waivers.FILE.name)
        stacks, note = read_stacks(directory)
        checkov = self._started()
        self._prepared = False  # the next call must prepare a new child process
        checkov.send({"stacks": [{"file": str(stack.file), "resources": list(stack.resources)} for stack in stacks]})
        answer = checkov.answer(len(stacks))
        for stack in stacks:
            if digests.of_file(stack.file) != stack.sha256:
                raise ToolError(f"{stack.file}: was changed during the check; run the gate again")
        return self._report(directory.resolve(), stacks, note, answer, exceptions)

    def close(self) -> None:
        """End Checkov's process."""
        if self._checkov and not self._shared:
            self._checkov.close()
        self._checkov = None

    def __enter__(self) -> Gate:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _report(
        self,
        directory: Path,
        stacks: list[SynthesizedStack],
        note: str,
        answer: Answer,
        exceptions: tuple[waivers.Waiver, ...],
    ) -> GateReport:
        on_disk = _policies_on_disk(self._policies)
        loaded = set(answer["policies"])
        if loaded != on_disk:
            raise ToolError(f"{self._policies}: Checkov did not load {sorted(on_disk ^ loaded)[0]}; repair that policy")
        if self._policies.resolve() == POLICIES and (unwritten := RULE_IDS - on_disk):
            raise ToolError(f"{self._policies}: the policy of {sorted(unwritten)[0]} is missing; restore it")
        if len(answer["stacks"]) != len(stacks):
            raise ToolError(f"Checkov checked {len(answer['stacks'])} of {len(stacks)} stacks; run it again")
        findings = most_severe_first(
            _finding(directory, stack, failed)
            for stack, judged in zip(stacks, answer["stacks"], strict=True)
            for failed in judged["findings"]
        )
        skips, built_in = answer["skips"], answer["built_in"]
        result = waivers.apply(
            exceptions,
            [finding for finding in findings if finding.rule_id not in skips],
            today=self._today or waivers.utc_today(),
            known_ids=loaded | RULE_IDS | built_in.keys(),
            unwaivable=UNWAIVABLE_IDS | {id_ for id_, check in built_in.items() if not check["waivable"]},
            known_paths={path for stack in stacks for path in stack.constructs.values()},
            also_found=self._first_judge_findings(stacks, exceptions),
        )
        return GateReport(
            findings=result.remaining,
            stacks=len(stacks),
            resources=sum(len(stack.resources) for stack in stacks),
            policies_loaded=len(loaded),
            policies_on_disk=len(on_disk),
            checks_run=sum(judged["checks"] for judged in answer["stacks"]),
            skips=skips,
            skipped=tuple(finding for finding in findings if finding.rule_id in skips),
            note=note,
            waived=result.waived,
            complaints=result.complaints,
            warnings=result.warnings,
            titles={id_: check["title"] for id_, check in built_in.items()},
            files=dict(pair for stack in stacks for pair in stack.files(directory)),
            checkov=answer["checkov"],
        )

    def _first_judge_findings(
        self, stacks: list[SynthesizedStack], exceptions: tuple[waivers.Waiver, ...]
    ) -> list[Finding]:
        """Return the first judge's findings. They only decide whether each waiver suppresses a finding.

        For another project's policies, the gate does not know the project's conventions for the first judge. So it
        omits the rules that depend on conventions; for these, both judges report the same construct.
        """
        if not any(waiver.rule in RULE_IDS for waiver in exceptions):
            return []
        rules = [rule for rule in RULES if self._policies.resolve() == POLICIES or rule.id not in BY_CONVENTION]
        return [finding for stack in stacks for finding in first_judge(stack.document, rules)]


def _policies_on_disk(directory: Path) -> set[str]:
    """Return the ids of all policy files, to verify independently what the worker has loaded."""
    return {
        path.stem
        for path in directory.iterdir()
        if path.suffix in (".yaml", ".py") and path.name[0] != "_" and path.name != waivers.FILE.name
    }


def _finding(directory: Path, stack: SynthesizedStack, failed: FindingAnswer) -> Finding:
    address = failed["address"]
    path = stack.constructs.get(address, address) or stack.name
    return Finding(
        rule_id=failed["id"],
        path=path,
        file=str(stack.file.relative_to(directory)),
        line=stack.lines.get(address, 1),
        resource=address,
        message=failed["message"],
        fix=failed["fix"] or FIX_OF_CHECKOV,
        severity=SEVERITIES.get(failed["id"]),
        made_at=stack.made_at.get(path, ""),
    )
