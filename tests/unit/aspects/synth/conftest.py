"""A small clean stack in a real App."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lib.aws import (
    AwsProvider,
    DataAwsIamPolicyDocument,
    DataAwsIamPolicyDocumentStatement,
    DataAwsIamPolicyDocumentStatementCondition,
    DataAwsIamPolicyDocumentStatementPrincipals,
    KmsKey,
    SnsTopic,
    SnsTopicPolicy,
)

# isort: split
from cdktf import (
    App,
    S3Backend,
    TerraformStack,
)
from constructs import Construct

from lib.aspects import decorate

TAGS = {"Environment": "dev", "ManagedBy": "cdktf", "Project": "payments", "Owner": "payments-platform"}


def keep_state(stack: TerraformStack, id_: str) -> None:
    S3Backend(stack, bucket="state", key=f"dev/{id_}.tfstate", region="eu-west-1", encrypt=True)
    stack.add_override("terraform.backend.s3.use_lockfile", True)


def refuse_plain_http(topic: SnsTopic) -> None:
    """Give a topic the policy that every topic must have."""
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
    """Return a small stack that violates no rule, with the aspects that TapStack adds to itself."""

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
    """Synthesize, check that the error names every finding, and return the findings' rules and paths."""

    def synth() -> list[tuple[str, str]]:
        with pytest.raises(RuntimeError) as raised:
            app.synth()
        for finding in stack.judge.findings:
            assert str(finding) in str(raised.value)
        return stack.ids()

    return synth


def written(app: App, type_: str) -> list[dict[str, Any]]:
    """Return the attributes of each resource of a type in the JSON on disk."""
    stack = json.loads((Path(app.outdir) / "stacks" / "Small" / "cdk.tf.json").read_text())
    return list(stack["resource"][type_].values())
