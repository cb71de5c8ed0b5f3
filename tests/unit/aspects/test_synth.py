"""The aspects in a real App: `Testing.synth` never fails, so each test synthesizes for itself."""

from __future__ import annotations

import json
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
    DataAwsIamPolicyDocumentStatementCondition,
    DataAwsIamPolicyDocumentStatementPrincipals,
    DataAwsRegion,
    KmsKey,
    SnsTopic,
    SnsTopicPolicy,
    SqsQueue,
)

# isort: split
import jsii
from cdktf import (
    App,
    Aspects,
    Fn,
    IAspect,
    S3Backend,
    TerraformElement,
    TerraformResource,
    TerraformResourceLifecycle,
    TerraformStack,
    Token,
)
from constructs import Construct, IConstruct

from lib.aspects import decorate
from lib.aspects.judge_aspect import Judge, JudgeAspect
from lib.aspects.model import ResourceRule
from lib.aspects.tagging_aspect import TaggingAspect
from lib.environments import ROOT
from lib.findings.finding import Severity

MADE_UP = "Small/aws_iam_policy_document.made_up"
TAGS = {"Environment": "dev", "ManagedBy": "cdktf", "Project": "payments", "Owner": "payments-platform"}


def keep_state(stack: TerraformStack, id_: str) -> None:
    S3Backend(stack, bucket="state", key=f"dev/{id_}.tfstate", region="eu-west-1", encrypt=True)
    stack.add_override("terraform.backend.s3.use_lockfile", True)


def refuse_plain_http(topic: SnsTopic) -> None:
    """Give a topic the policy that each topic has."""
    document = DataAwsIamPolicyDocument(
        topic,
        "policy_document",
        statement=[
            DataAwsIamPolicyDocumentStatement(
                effect="Deny",
                actions=["sns:Publish"],
                resources=[topic.arn],
                principals=[DataAwsIamPolicyDocumentStatementPrincipals(type="*", identifiers=["*"])],
                condition=[
                    DataAwsIamPolicyDocumentStatementCondition(
                        test="Bool", variable="aws:SecureTransport", values=["false"]
                    )
                ],
            )
        ],
    )
    SnsTopicPolicy(topic, "policy", arn=topic.arn, policy=document.json)


class Stack(TerraformStack):
    """A small stack that breaks no rule, decorated as TapStack decorates itself."""

    def __init__(self, scope: Construct, id_: str = "Small") -> None:
        super().__init__(scope, id_)
        AwsProvider(self, "aws", region="eu-west-1")
        keep_state(self, id_)
        self.key = KmsKey(self, "key", enable_key_rotation=True, deletion_window_in_days=7)
        nested = Construct(self, "nested")
        self.topic = SnsTopic(nested, "topic", name="sns-alerts-dev", kms_master_key_id=self.key.arn)
        refuse_plain_http(self.topic)
        self.judge = decorate(self, TAGS)

    def ids(self) -> list[tuple[str, str]]:
        return [(finding.rule_id, finding.path) for finding in self.judge.findings]


@pytest.fixture
def app(tmp_path: Path) -> App:
    return App(outdir=str(tmp_path))


@pytest.fixture
def stack(app: App) -> Stack:
    return Stack(app)


@pytest.fixture
def refused(app: App, stack: Stack) -> Callable[[], list[tuple[str, str]]]:
    """Synthesize, see it raise every finding, and get their rules and paths."""

    def synth() -> list[tuple[str, str]]:
        with pytest.raises(RuntimeError) as raised:
            app.synth()
        for finding in stack.judge.findings:
            assert str(finding) in str(raised.value)
        return stack.ids()

    return synth


def written(app: App, type_: str) -> list[dict[str, Any]]:
    """The attributes of the resources of a type in the JSON on disk."""
    stack = json.loads((Path(app.outdir) / "stacks" / "Small" / "cdk.tf.json").read_text())
    return list(stack["resource"][type_].values())


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
        "import importlib.util as u, sys; from pathlib import Path;"
        f"s = u.spec_from_file_location('small', {__file__!r}); m = u.module_from_spec(s); s.loader.exec_module(m);"
        f"app = m.App(outdir={str(tmp_path)!r}); stack = m.Stack(app); stack.topic.kms_master_key_id = 'x'; app.synth()"
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
    Aspects.of(stack).add(JudgeAspect(judge))
    with pytest.raises(RuntimeError, match=r"TAP-X-1 LOW \[Small/nested/topic\] the rule itself failed with KeyError"):
        app.synth()


def test_a_resources_own_tags_win(app: App, stack: Stack) -> None:
    stack.topic.tags = {"Owner": "alerting", "Runbook": "throttles"}
    app.synth()
    assert [topic["tags"] for topic in written(app, "aws_sns_topic")] == [
        {**TAGS, "Owner": "alerting", "Runbook": "throttles"}
    ]


def raw_bus(stack: Stack) -> TerraformResource:
    """A resource without a class of its own."""
    bus = TerraformResource(stack, "raw", terraform_resource_type="aws_cloudwatch_event_bus")
    bus.add_override("name", "bus-raw-dev")
    bus.add_override("kms_key_identifier", stack.key.arn)
    return bus


def test_tags_reach_raw_resources_and_their_own_win(app: App, stack: Stack) -> None:
    bus = raw_bus(stack)
    bus.add_override("tags", {"Owner": "raw"})
    app.synth()
    assert [found["tags"] for found in written(app, "aws_cloudwatch_event_bus")] == [{**TAGS, "Owner": "raw"}]


def test_tags_of_an_autoscaling_group_are_blocks(app: App) -> None:
    """The type is not classified, so this stack has the tagging aspect only."""
    stack = TerraformStack(app, "Small")
    AwsProvider(stack, "aws", region="eu-west-1")
    Aspects.of(stack).add(TaggingAspect(TAGS))
    group = TerraformResource(stack, "group", terraform_resource_type="aws_autoscaling_group")
    group.add_override("name", "asg-workers-dev")
    group.add_override("tag", [{"key": "Owner", "value": "workers", "propagate_at_launch": False}])
    app.synth()
    (found,) = written(app, "aws_autoscaling_group")
    assert {block["key"]: (block["value"], block["propagate_at_launch"]) for block in found["tag"]} == {
        **{key: (value, True) for key, value in TAGS.items()},
        "Owner": ("workers", False),
    }


def test_tags_that_are_an_expression_are_a_finding(stack: Stack, refused: Callable[[], list[tuple[str, str]]]) -> None:
    stack.topic.tags = Token.as_string_map(Fn.merge([TAGS, {"a": "b"}]))
    raw_bus(stack).add_override("tags", "${var.tags}")
    assert {("TAP-TAG-1", "Small/nested/topic"), ("TAP-TAG-1", "Small/raw")} < set(refused())


def test_what_cannot_carry_tags_is_left_alone(app: App, stack: Stack) -> None:
    DataAwsRegion(stack, "region")
    app.synth()
    assert "tags" not in written(app, "aws_sns_topic_policy")[0]


def test_tags_that_are_taken_away_again_are_a_finding(
    stack: Stack, refused: Callable[[], list[tuple[str, str]]]
) -> None:
    stack.topic.add_override("tags.Owner", "")
    assert refused() == [("TAP-TAG-1", "Small/nested/topic")]


def test_every_construct_has_the_path_of_its_json(stack: Stack) -> None:
    """The judge finds a construct by the path in the JSON: both are the node's path."""
    assert isinstance(stack.topic, TerraformElement)
    (topic,) = stack.to_terraform()["resource"]["aws_sns_topic"].values()
    assert topic["//"]["metadata"]["path"] == stack.topic.node.path
