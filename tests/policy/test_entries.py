"""Each way into the stack ends at the first judge: real synths of the real stack, each changed through one entry.

The other tests of the first judge ask its pure function; these prove that a synth asks the same function.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lib.aws import AwsProvider, S3Bucket, SnsTopic, SqsQueue  # noqa: F401  # first: it decides how bindings are loaded

# isort: split
import jsii
from cdktf import App, Aspects, IAspect, TerraformResource, TerraformStack
from constructs import IConstruct

from lib.aspects import decorate
from lib.aspects.judge import judge
from lib.findings.finding import Finding

from .mutations import VIOLATIONS, Mutation, mutated
from .shipped import NAME, app_with_stack, stack_of


def synth_with(outdir: Path, change: Callable[[TerraformStack], None]) -> set[tuple[str, str]]:
    """(rule, construct) of each finding of a synth that fails for them and writes nothing."""
    app, stack = app_with_stack(outdir)
    change(stack)
    with pytest.raises(RuntimeError) as raised:
        app.synth()
    findings: tuple[Finding, ...] = stack.judge.findings
    assert all(str(finding) in str(raised.value) for finding in findings)
    assert not (outdir / "stacks" / NAME / "cdk.tf.json").exists()
    return {(finding.rule_id, finding.path.removeprefix(f"{NAME}/")) for finding in findings}


def construct(stack: TerraformStack, path: str) -> Any:
    """The construct at a path beneath the stack."""
    found: Any = stack
    for step in path.split("/"):
        found = found.node.find_child(step)
    return found


def override(path: str, argument: str, value: Any) -> Callable[[TerraformStack], None]:
    """An escape hatch of the construct at `path`."""
    return lambda stack: construct(stack, path).add_override(argument, value)


@pytest.mark.parametrize(
    ("path", "argument", "value", "rule"),
    [
        ("ledger/transactions", "point_in_time_recovery.enabled", False, "TAP-REC-1"),
        ("processor/function", "tracing_config", None, "TAP-RUN-3"),
        ("archive/records/bucket", "lifecycle", {"prevent_destroy": True}, "TAP-DEL-2"),
        ("processor/policy_document", "statement.0.resources", ["*"], "TAP-IAM-2"),
    ],
)
def test_an_override_is_judged(tmp_path: Path, path: str, argument: str, value: Any, rule: str) -> None:
    assert (rule, path) in synth_with(tmp_path, override(path, argument, value))


def test_an_override_of_the_whole_stack_is_judged(tmp_path: Path) -> None:
    found = synth_with(tmp_path, lambda stack: stack.add_override("resource.aws_sqs_queue.made_up.name", "sqs-a-dev"))
    assert ("TAP-ENC-4", "aws_sqs_queue.made_up") in found


@pytest.mark.parametrize(
    ("kind", "arguments", "rule"),
    [
        (SqsQueue, {"name": "sqs-late-dev"}, "TAP-ENC-4"),
        (SnsTopic, {"name": "sns-late"}, "TAP-NAME-1"),
        (S3Bucket, {"bucket": "s3-late-dev"}, "TAP-DEL-5"),
    ],
)
def test_a_construct_is_judged(tmp_path: Path, kind: Any, arguments: dict[str, Any], rule: str) -> None:
    assert (rule, "late") in synth_with(tmp_path, lambda stack: kind(stack, "late", **arguments))


@pytest.mark.parametrize(
    ("kind", "arguments", "rule"),
    [
        ("aws_db_instance", {"identifier": "db-a-dev", "publicly_accessible": True}, "TAP-NET-4"),
        ("aws_dynamodb_table", {"name": "dynamodb-a-dev", "hash_key": "id"}, "TAP-REC-1"),
        ("aws_lambda_function", {"function_name": "lambda-a-dev", "runtime": "python3.9"}, "TAP-RUN-1"),
    ],
)
def test_a_raw_resource_is_judged(tmp_path: Path, kind: str, arguments: dict[str, Any], rule: str) -> None:
    def add(stack: TerraformStack) -> None:
        raw = TerraformResource(stack, "raw", terraform_resource_type=kind)
        for name, value in arguments.items():
            raw.add_override(name, value)

    assert (rule, "raw") in synth_with(tmp_path, add)


@jsii.implements(IAspect)
class Weaken:
    """Somebody's aspect, added when the stack has its own: it overrides one argument of one construct."""

    def __init__(self, path: str, argument: str, value: Any) -> None:
        self.path, self.argument, self.value = path, argument, value

    def visit(self, node: IConstruct) -> None:
        if node.node.path == f"{NAME}/{self.path}":
            node.add_override(self.argument, self.value)


@pytest.mark.parametrize(
    ("path", "argument", "value", "rule"),
    [
        ("alerting/topic", "kms_master_key_id", "alias/aws/sns", "TAP-ENC-3"),
        ("encryption/key", "enable_key_rotation", False, "TAP-ENC-7"),
        ("front_door/create_payment", "authorization_type", "NONE", "TAP-NET-2"),
    ],
)
def test_what_a_later_aspect_changes_is_judged(tmp_path: Path, path: str, argument: str, value: Any, rule: str) -> None:
    found = synth_with(tmp_path, lambda stack: Aspects.of(stack).add(Weaken(path, argument, value)))
    assert (rule, path) in found


def test_what_is_imported_by_its_own_name_and_what_has_moved_pass(tmp_path: Path) -> None:
    app, stack = app_with_stack(tmp_path)
    construct(stack, "ledger/transactions").import_from("dynamodb-transactions-dev")
    construct(stack, "archive/records/bucket").move_from_id("aws_s3_bucket.before")
    app.synth()
    assert stack.judge.findings == ()


def test_what_is_imported_by_another_name_is_judged(tmp_path: Path) -> None:
    def adopt(stack: TerraformStack) -> None:
        construct(stack, "ledger/transactions").import_from("dynamodb-others-dev")

    assert "TAP-DOC-1" in {rule for rule, _ in synth_with(tmp_path, adopt)}


ONE_OF_EACH_FAMILY = list({str(one.rule).rpartition("-")[0]: one for one in reversed(VIOLATIONS)}.values())


@pytest.mark.parametrize("mutation", ONE_OF_EACH_FAMILY, ids=lambda mutation: mutation.name)
def test_a_synth_finds_what_the_pure_function_finds(
    tmp_path: Path, document: dict[str, Any], mutation: Mutation
) -> None:
    """The whole mutated document comes in by escape hatches: what is judged is what Terraform would get."""
    app = App(outdir=str(tmp_path))
    changed = mutated(document, mutation)
    stack = stack_of(app, changed)
    found = decorate(stack, {})
    with pytest.raises(RuntimeError):
        app.synth()
    assert {str(finding) for finding in found.findings} == {str(finding) for finding in judge(changed)}
