"""The aspects in a real App: `Testing.synth` never fails, so each test synthesizes for itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lib.aws import (
    AwsProvider,
    DataAwsIamPolicyDocument,
    DataAwsIamPolicyDocumentStatement,
    SnsTopic,
    SqsQueue,
)

# isort: split
import jsii
from cdktf import (
    App,
    Aspects,
    IAspect,
    TerraformElement,
    TerraformResource,
    TerraformResourceLifecycle,
    TerraformStack,
)
from constructs import Construct, IConstruct

from lib.aspects.judge_aspect import Judge
from lib.aspects.model import ResourceRule
from lib.environments import ROOT
from lib.findings.finding import Severity

from .conftest import TAGS, Stack, keep_state, refuse_plain_http, written

MADE_UP = "Small/aws_iam_policy_document.made_up"


def test_a_good_stack_is_written(app: App, stack: Stack) -> None:
    app.synth()
    assert stack.judge.findings == ()
    assert [key["tags"] for key in written(app, "aws_kms_key")] == [TAGS]


def test_a_finding_stands_on_its_construct_and_nothing_is_written(
    app: App, stack: Stack, refused: Callable[[], list[tuple[str, str]]]
) -> None:
    stack.topic.kms_master_key_id = "alias/aws/sns"
    assert refused() == [("TAP-ENC-3", "Small/nested/topic")]
    (error,) = [entry.data for entry in stack.topic.node.metadata if entry.type == "@cdktf/error"]
    assert error == str(stack.judge.findings[0])
    assert not (Path(app.outdir) / "stacks" / "Small" / "cdk.tf.json").exists()


def add_override(stack: Stack) -> None:
    stack.topic.add_override("kms_master_key_id", None)


def override_the_stack(stack: Stack) -> None:
    stack.add_override(f"resource.aws_sns_topic.{stack.topic.friendly_unique_id}.kms_master_key_id", "${var.key}")


def raw_resource(stack: Stack) -> None:
    topic = TerraformResource(stack, "raw", terraform_resource_type="aws_sns_topic")
    topic.add_override("name", "sns-raw-dev")


def resource_of_an_override(stack: Stack) -> None:
    stack.add_override("resource.aws_sns_topic.made_up", {"name": "sns-made-up-dev", "tags": TAGS})


def added_after_the_stack(stack: Stack) -> None:
    SnsTopic(Construct(Construct(stack, "deep"), "deeper"), "late", name="sns-late-dev")


def lifecycle(stack: Stack) -> None:
    stack.topic.lifecycle = TerraformResourceLifecycle(prevent_destroy=True)


def dynamic_block(stack: Stack) -> None:
    disk = TerraformResource(stack, "server", terraform_resource_type="aws_instance")
    disk.add_override("dynamic.root_block_device", {"for_each": [1], "content": {"encrypted": True}})


def provider_in_another_region(stack: Stack) -> None:
    west = AwsProvider(stack, "west", alias="west", region="us-west-2")
    SnsTopic(stack, "far", name="sns-far-dev", kms_master_key_id=stack.key.arn, provider=west)


def policy_of_a_data_source(stack: Stack) -> None:
    wide = DataAwsIamPolicyDocumentStatement(actions=["*"], resources=[stack.topic.arn])
    DataAwsIamPolicyDocument(stack, "wide", statement=[wide])


def data_source_of_an_override(stack: Stack) -> None:
    stack.add_override("data.aws_iam_policy_document.made_up.statement", {"actions": ["sns:*"], "resources": ["*"]})


def tags_taken_away(stack: Stack) -> None:
    stack.topic.tags = {}
    stack.topic.add_override("tags", None)


def name_of_another_resource(stack: Stack) -> None:
    SqsQueue(stack, "queue", name=f"sqs-{stack.topic.name}", kms_master_key_id=stack.key.arn)


@pytest.mark.parametrize(
    ("hide", "found"),
    [
        (add_override, [("TAP-ENC-3", "Small/nested/topic")]),
        (override_the_stack, [("TAP-ENC-3", "Small/nested/topic")]),
        (raw_resource, [("TAP-ENC-3", "Small/raw")]),
        (resource_of_an_override, [("TAP-ENC-3", "Small/aws_sns_topic.made_up")]),
        (added_after_the_stack, [("TAP-ENC-3", "Small/deep/deeper/late")]),
        (lifecycle, [("TAP-DEL-2", "Small/nested/topic")]),
        (dynamic_block, [("TAP-ENC-9", "Small/server")]),
        (provider_in_another_region, [("TAP-REG-2", "Small"), ("TAP-REG-2", "Small/far")]),
        (policy_of_a_data_source, [("TAP-IAM-1", "Small/wide")]),
        (data_source_of_an_override, [("TAP-IAM-1", MADE_UP), ("TAP-IAM-2", MADE_UP)]),
        (tags_taken_away, [("TAP-TAG-1", "Small/nested/topic")]),
        (name_of_another_resource, [("TAP-NAME-1", "Small/queue")]),
    ],
)
def test_nothing_hides(
    stack: Stack,
    refused: Callable[[], list[tuple[str, str]]],
    hide: Callable[[Stack], None],
    found: list[tuple[str, str]],
) -> None:
    hide(stack)
    broken = refused()
    assert set(found) <= set(broken)
    assert {path for _, path in broken} == {path for _, path in found}, "and nobody else is blamed"


@jsii.implements(IAspect)
class Weaken:
    """Somebody's aspect that takes the key from every topic."""

    def visit(self, node: IConstruct) -> None:
        if isinstance(node, SnsTopic):
            node.kms_master_key_id = "alias/aws/sns"


@pytest.mark.parametrize("where", ["stack", "last construct"])
def test_aspects_added_later_are_judged_too(
    stack: Stack, refused: Callable[[], list[tuple[str, str]]], where: str
) -> None:
    Aspects.of({"stack": stack, "last construct": stack.topic}[where]).add(Weaken())
    assert refused() == [("TAP-ENC-3", "Small/nested/topic")]


def test_a_stack_in_the_stack_is_judged_too(stack: Stack, refused: Callable[[], list[tuple[str, str]]]) -> None:
    inner = TerraformStack(stack, "Inner")
    AwsProvider(inner, "aws", region="eu-west-1")
    keep_state(inner, "Inner")
    refuse_plain_http(SnsTopic(inner, "topic", name="sns-inner-dev"))
    assert refused() == [("TAP-ENC-3", "Small/Inner/topic")]


def test_an_app_that_skips_validations_is_judged_too(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path), skip_validation=True)
    stack = Stack(app)
    stack.topic.kms_master_key_id = "alias/aws/sns"
    with pytest.raises(RuntimeError, match="TAP-ENC-3"):
        app.synth()
    assert stack.ids() == [("TAP-ENC-3", "Small/nested/topic")]


def test_no_environment_variable_lets_a_finding_pass(tmp_path: Path) -> None:
    """Node reads its environment when it starts, hence a process of its own."""
    code = (
        "from tests.unit.aspects.synth.conftest import App, Stack;"
        f"app = App(outdir={str(tmp_path)!r}); stack = Stack(app); stack.topic.kms_master_key_id = 'x'; app.synth()"
    )
    environment = {**os.environ, "CDKTF_CONTINUE_SYNTH_ON_ERROR_ANNOTATIONS": "", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "TAP-ENC-3 HIGH [Small/nested/topic]" in done.stderr
    assert not list(tmp_path.glob("stacks/*/cdk.tf.json"))


def test_two_findings_on_two_constructs(stack: Stack, refused: Callable[[], list[tuple[str, str]]]) -> None:
    stack.topic.kms_master_key_id = "alias/aws/sns"
    stack.key.enable_key_rotation = False
    assert refused() == [("TAP-ENC-7", "Small/key"), ("TAP-ENC-3", "Small/nested/topic")]


def test_the_next_synth_of_a_stack_judges_anew(app: App, stack: Stack) -> None:
    app.synth()
    stack.key.enable_key_rotation = False
    for _ in range(2):
        with pytest.raises(RuntimeError, match="TAP-ENC-7"):
            app.synth()
        assert stack.ids() == [("TAP-ENC-7", "Small/key")]


def test_a_rule_that_raises_stops_the_synth(app: App, stack: Stack) -> None:
    def check(_type: str, _attributes: Any) -> Iterator[str]:
        raise KeyError("oops")

    rule = ResourceRule(
        id="TAP-X-1",
        title="t",
        why="w",
        severity=Severity.LOW,
        controls=("c",),
        resource_types=("aws_sns_topic",),
        waivable=True,
        fix="mend the rule",
        source="s",
        check=check,
    )
    judge = Judge(stack, [rule])
    Aspects.of(stack).add(judge)
    with pytest.raises(RuntimeError, match=r"TAP-X-1 LOW \[Small/nested/topic\] the rule itself failed with KeyError"):
        app.synth()


def test_every_construct_has_the_path_of_its_json(stack: Stack) -> None:
    """The judge finds a construct by the path in the JSON: both are the node's path."""
    assert isinstance(stack.topic, TerraformElement)
    (topic,) = stack.to_terraform()["resource"]["aws_sns_topic"].values()
    assert topic["//"]["metadata"]["path"] == stack.topic.node.path
