"""Runs Checkov on one stack, and verifies that every part of it was checked."""

# mypy: disable-error-code="import-not-found,misc"
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from checkov.common.graph.checks_infra.enums import SolverType
from checkov.common.graph.graph_builder import CustomAttributes
from checkov.common.models.enums import CheckResult
from checkov.common.output.report import Report
from checkov.common.util.consts import END_LINE, START_LINE
from checkov.runner_filter import RunnerFilter
from checkov.terraform_json.parser import prepare_definition
from checkov.terraform_json.runner import TerraformJsonRunner

from .messages import FindingAnswer, StackAnswer
from .normal_form import normal_form
from .surroundings import Complaints, GateError

ON_LINE_1 = {START_LINE: 1, END_LINE: 1}
UNKNOWN = "this cannot be checked, because a value in it is not a literal"


@dataclass(frozen=True)
class Answer:
    """The result of one check for one block. `details` has one text for each violation."""

    check: Any
    address: str
    result: Any  # CheckResult
    details: tuple[str, ...] = ()


class Runner(TerraformJsonRunner):
    """Checkov's runner; also keeps unknown results with their resources, which Checkov's report drops."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[Answer] = []
        self.vertices: list[dict[str, Any]] = []
        self.graph_results: dict[Any, list[dict[str, Any]]] = {}

    def run(self, files: list[str], runner_filter: Any) -> Any:
        """Replace Checkov's method, whose YAML parser takes as long as all checks. This one uses a JSON parser.

        Checkov's parser adds line numbers. Here every line is 1, because the gate determines the lines itself.
        """
        report = Report(self.check_type)
        self.pbar.turn_off_progress_bar()
        for file in files:
            text = Path(file).read_text()
            normal = json.dumps(normal_form(json.loads(text)))
            document = json.loads(normal, object_hook=lambda block: {**block, **ON_LINE_1})
            self.definitions[file] = prepare_definition(document)
            self.definitions_raw[file] = [(1, text)]
        self.graph_manager.save_graph(self.graph_manager.build_graph_from_definitions(self.definitions))
        for registry in self.block_type_registries.values():
            # Some Python checks read the graph, which Checkov provides for HCL only.
            registry.graph = self.graph_manager.get_reader_endpoint()
        self.add_python_check_results(report=report, runner_filter=runner_filter)
        self.add_graph_check_results(report=report, runner_filter=runner_filter)
        return report

    def run_block(self, entities: list[dict[str, Any]], block_type: str, report: Any, **context: Any) -> None:
        # Checkov reports a block's name without its type, so blocks are checked one by one.
        for entity in entities:
            done = len(report.passed_checks), len(report.failed_checks)
            super().run_block(entities=[entity], block_type=block_type, report=report, **context)
            for record in (*report.passed_checks[done[0] :], *report.failed_checks[done[1] :]):
                result, details = record.check_result["result"], tuple(record.details)
                self.answers.append(Answer(record, _address(entity, block_type), result, details))

    def run_graph_checks_results(self, runner_filter: Any, report_type: str, graph: Any = None) -> Any:
        self.vertices = [data for _, data in self.graph_manager.get_reader_endpoint().nodes()]
        self.graph_results = super().run_graph_checks_results(runner_filter, report_type, graph)
        for check, results in self.graph_results.items():
            for result in results:
                self.answers.append(Answer(check, _vertex_address(result["entity"]), result["result"]))
        return {}  # Checkov expects records here; the gate needs none


def judge(file: Path, resources: list[str], policies: dict[str, Any], complaints: Complaints) -> StackAnswer:
    """Run every check on one stack, without applying skips.

    `resources` are the addresses that the gate has read from the file itself.
    Raises GateError if a part of the stack was not checked.
    """
    runner = Runner()
    only_json = RunnerFilter(framework=["terraform_json"], show_progress_bar=False)
    runner.run(files=[str(file)], runner_filter=only_json)
    complaints.refuse(f"parts of {file} were not checked, so it has not passed")
    _refuse_unjudged(file, resources, runner)
    verdicts = Counter(answer.result for answer in runner.answers)
    if not verdicts[CheckResult.PASSED] and not verdicts[CheckResult.FAILED]:
        raise GateError(f"{file}: no check applied to it, so it was not checked; use a stack with AWS resources")
    findings = [
        # A policy that also checks other parts of the file gives the address in its details.
        _finding(answer.check, getattr(detail, "address", answer.address), detail)
        for answer in runner.answers
        if answer.result == CheckResult.FAILED
        for detail in answer.details or ("",)
    ]
    findings += [_finding(check, address, UNKNOWN) for check, address in _unknown(runner, resources, policies)]
    return {"checks": verdicts[CheckResult.PASSED] + len(findings), "findings": findings}


def _refuse_unjudged(file: Path, resources: list[str], runner: Runner) -> None:
    """Raise GateError if a check has no result: Checkov hides exceptions of checks that run in threads."""
    seen = {_vertex_address(data) for data in runner.vertices}
    for address in resources:
        if address not in seen:
            raise GateError(f"{file}: Checkov did not check {address}; write it as a plain resource")
    types = Counter(data.get(CustomAttributes.RESOURCE_TYPE) for data in runner.vertices)
    for check in runner.graph_registry.checks:
        if check not in runner.graph_results:
            raise GateError(f"{file}: {check.id} ended with an exception; repair the policy")
        # Checks of relations between resources do not have one answer for each resource.
        if check.type in (SolverType.ATTRIBUTE, SolverType.COMPLEX) and check.resource_types:
            expected = sum(types[resource_type] for resource_type in set(check.resource_types))
            answers = len(runner.graph_results[check])
            if answers != expected:
                raise GateError(
                    f"{file}: {check.id} answered for {answers} of {expected} resources; "
                    "repair the policy, or the value that makes it fail"
                )


def _unknown(runner: Runner, resources: list[str], policies: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    """Yield the results that Checkov calls unknown, because a value is not literal. For our rules they are findings."""
    answered = {
        (getattr(answer.check, "check_id", None) or answer.check.id, answer.address)
        for answer in runner.answers
        if answer.result != CheckResult.UNKNOWN
    }
    for check_id, check in policies.items():
        if check in runner.graph_results:
            asked = [_vertex_address(result["entity"]) for result in runner.graph_results[check]]
        else:
            asked = [
                address
                for address in resources
                if any(fnmatchcase(address.partition(".")[0], entity) for entity in check.supported_entities)
            ]
        for address in asked:
            if (check_id, address) not in answered:
                yield check, address


def _address(entity: dict[str, Any], block_type: str) -> str:
    (kind, named), *_ = entity.items()
    if block_type not in ("resource", "data"):
        return f"{block_type}.{kind}"
    return f"{'data.' if block_type == 'data' else ''}{kind}.{next(iter(named))}"


def _vertex_address(vertex: dict[str, Any]) -> str:
    # A resource with `count` has one vertex for each index.
    address = str(vertex[CustomAttributes.ID]).partition("[")[0]
    return f"data.{address}" if vertex[CustomAttributes.BLOCK_TYPE] == "data" else address


def _finding(check: Any, address: str, detail: str) -> FindingAnswer:
    """Return a finding; `check` is a check, or a record of a check."""
    title = getattr(check, "check_name", None) or check.name
    return {
        "id": getattr(check, "check_id", None) or check.id,
        "message": f"{title}: {detail}" if detail else title,
        "fix": " ".join((check.guideline or "").split()),
        "address": address,
    }
