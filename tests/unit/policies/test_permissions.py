"""TAP-IAM-1 to 8 and TAP-DEL-7 of the second judge: what a statement may say, to whom, and about what."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Violated

ACCOUNT = "${data.aws_caller_identity.me.account_id}"
HERE = "arn:${data.aws_partition.aws.partition}:%s:${data.aws_region.here.name}:" + ACCOUNT + ":%s"
ROOT = f"arn:${{data.aws_partition.aws.partition}}:iam::{ACCOUNT}:root"
ROLE, QUEUE = "${aws_iam_role.worker.arn}", "${aws_sqs_queue.orders.arn}"
POLICY = f"arn:${{data.aws_partition.aws.partition}}:iam::{ACCOUNT}:policy/%s"
TRUST = {
    "effect": "Allow",
    "actions": ["sts:AssumeRole"],
    "principals": [{"type": "Service", "identifiers": ["lambda.amazonaws.com"]}],
    "condition": [{"test": "StringEquals", "variable": "aws:SourceAccount", "values": [ACCOUNT]}],
}


def document(statement: dict[str, Any], used_by: str = "aws_iam_role_policy", **more: Any) -> dict[str, Any]:
    """A stack with one policy of one statement."""
    policy = "${data.aws_iam_policy_document.policy.json}"
    stack: dict[str, Any] = {
        "terraform": {"backend": {"s3": {"key": "dev/stack.tfstate"}}},
        "data": {
            "aws_caller_identity": {"me": {}},
            "aws_partition": {"aws": {}},
            "aws_region": {"here": {}},
            "aws_iam_policy_document": {
                "policy": {"statement": [{"effect": "Allow", **statement}], **more},
                "trust": {"statement": [TRUST]},
            },
        },
        "resource": {
            "aws_iam_role": {"worker": {"assume_role_policy": "${data.aws_iam_policy_document.trust.json}"}},
            "aws_iam_policy": {"sending": {"name": "policy-sending-dev"}},
            "aws_sqs_queue": {"orders": {"name": "sqs-orders-dev"}},
            "aws_kms_alias": {"others": {"target_key_id": "0123-4567"}},
            "aws_sns_topic": {"alerts": {"name": "sns-alerts-dev", "display_name": "*"}},
            "aws_cloudwatch_metric_alarm": {"errors": {"alarm_name": "alarm-errors-dev"}},
        },
    }
    if used_by == "aws_iam_role":
        stack["resource"][used_by]["worker"]["assume_role_policy"] = policy
        del stack["data"]["aws_iam_policy_document"]["trust"]
    elif used_by:
        stack["resource"][used_by] = {"added": {"policy": policy}}
    return stack


def service(*identifiers: str) -> list[dict[str, Any]]:
    return [{"type": "Service", "identifiers": list(identifiers)}]


def of_aws(*identifiers: str) -> list[dict[str, Any]]:
    return [{"type": "AWS", "identifiers": list(identifiers)}]


def where(test: str, variable: str, *values: Any) -> list[dict[str, Any]]:
    return [{"test": test, "variable": variable, "values": list(values)}]


FOR_US = where("StringEquals", "aws:SourceAccount", ACCOUNT)
BY_US = where("StringEquals", "kms:CallerAccount", ACCOUNT)
PASSED = where("StringEquals", "iam:PassedToService", "ecs-tasks.amazonaws.com")
NO_TLS = where("Bool", "aws:SecureTransport", "false")
SEND = {"actions": ["sqs:SendMessage"], "resources": [QUEUE]}
READ = {"actions": ["iam:GetPolicy"]}
KEY = "aws_kms_key"


@pytest.mark.parametrize(
    ("rule", "statement", "used_by"),
    [
        ("TAP-IAM-1", {"actions": ["sqs:*"]}, "aws_iam_role_policy"),
        ("TAP-IAM-1", {"actions": ["sqs:sendmessage"]}, "aws_iam_role_policy"),
        ("TAP-IAM-1", {"actions": ["sqs:SendMail"]}, "aws_iam_role_policy"),
        ("TAP-IAM-1", {"resources": [QUEUE]}, "aws_iam_role_policy"),
        ("TAP-IAM-1", {**SEND, "not_actions": ["iam:PassRole"]}, "aws_iam_role_policy"),
        ("TAP-IAM-1", {"effect": "deny", "actions": ["sqs:*"]}, "aws_iam_role_policy"),
        ("TAP-IAM-1", {"actions": ["sqs:*"]}, ""),
        ("TAP-IAM-2", {**SEND, "resources": ["*"]}, "aws_iam_role_policy"),
        ("TAP-IAM-2", {**SEND, "resources": [f"{QUEUE}*"]}, "aws_iam_role_policy"),
        ("TAP-IAM-2", {**SEND, "resources": ["${aws_sqs_queue.others.arn}"]}, "aws_iam_role_policy"),
        ("TAP-IAM-2", {**SEND, "resources": ["${aws_sns_topic.alerts.display_name}"]}, "aws_iam_role_policy"),
        ("TAP-IAM-2", {**SEND, "resources": ["${aws_kms_alias.others.target_key_arn}"]}, "aws_iam_role_policy"),
        ("TAP-IAM-2", {**SEND, "resources": [HERE % ("sqs", "sqs-others-dev")]}, "aws_iam_role_policy"),
        ("TAP-IAM-2", {**SEND, "resources": ["arn:aws:sqs:x:1:sqs-orders-dev"]}, "aws_iam_role_policy"),
        ("TAP-IAM-2", {**SEND, "resources": ['${join("", ["*"])}']}, "aws_iam_role_policy"),
        ("TAP-IAM-2", {"actions": ["sqs:SendMessage"]}, "aws_iam_role_policy"),
        ("TAP-IAM-2", {**SEND, "not_resources": [QUEUE]}, "aws_iam_role_policy"),
        (
            "TAP-IAM-2",
            {"actions": ["xray:PutTraceSegments", "sqs:SendMessage"], "resources": ["*"]},
            "aws_iam_role_policy",
        ),
        ("TAP-IAM-3", {**TRUST, "condition": []}, "aws_iam_role"),
        ("TAP-IAM-3", {**TRUST, "condition": where("StringLike", "aws:SourceAccount", "*")}, "aws_iam_role"),
        ("TAP-IAM-3", {**TRUST, "condition": where("StringEquals", "aws:SourceAccount", "1")}, "aws_iam_role"),
        ("TAP-IAM-3", {**TRUST, "condition": where("StringEquals", "aws:SourceAccount")}, "aws_iam_role"),
        ("TAP-IAM-3", {**TRUST, "actions": ["sts:AssumeRole", "sts:TagSession"]}, "aws_iam_role"),
        ("TAP-IAM-3", {**TRUST, "principals": of_aws(ROLE)}, "aws_iam_role"),
        ("TAP-IAM-3", {**TRUST, "principals": []}, "aws_iam_role"),
        ("TAP-IAM-5", {**SEND, "principals": of_aws("*")}, "aws_sqs_queue_policy"),
        ("TAP-IAM-5", {**SEND, "principals": of_aws("arn:aws:iam::1:root")}, "aws_sqs_queue_policy"),
        ("TAP-IAM-5", {**SEND, "principals": service("s3.amazonaws.com")}, "aws_sqs_queue_policy"),
        ("TAP-IAM-5", {**SEND, "principals": service("ec2.amazonaws.com")}, "aws_sqs_queue_policy"),
        ("TAP-IAM-6", {"actions": ["iam:PassRole"], "resources": [ROLE]}, "aws_iam_role_policy"),
        ("TAP-IAM-6", {"actions": ["iam:Pass*"], "resources": [ROLE], "condition": []}, "aws_iam_role_policy"),
        ("TAP-IAM-6", {"actions": ["iam:PassRole"], "resources": [QUEUE], "condition": PASSED}, "aws_iam_role_policy"),
        (
            "TAP-IAM-6",
            {"actions": ["iam:PassRole"], "resources": [ROLE, ROLE], "condition": PASSED},
            "aws_iam_role_policy",
        ),
        ("TAP-IAM-7", {"actions": ["iam:PutRolePolicy"], "resources": [ROLE]}, "aws_iam_role_policy"),
        ("TAP-IAM-7", {"actions": ["sqs:SetQueueAttributes"], "resources": [QUEUE]}, "aws_iam_role_policy"),
        ("TAP-IAM-7", {"actions": ["lambda:UpdateFunctionCode"]}, "aws_iam_role_policy"),
        ("TAP-IAM-7", {"actions": ["kinesis:PutResourcePolicy"]}, "aws_iam_role_policy"),
        ("TAP-IAM-7", {"actions": ["codebuild:RetryBuild"]}, "aws_iam_role_policy"),
        ("TAP-IAM-7", {"actions": ["sts:AssumeRole"], "resources": ["*"]}, "aws_iam_role_policy"),
        ("TAP-IAM-7", {"actions": ["sts:AssumeRole"], "resources": [ROLE]}, "aws_iam_role_policy"),
        ("TAP-IAM-7", {"actions": ["iam:PassRole"], "resources": [ROLE]}, "aws_iam_role_policy"),
        ("TAP-IAM-7", {"actions": ["kms:CreateGrant"], "principals": of_aws(ROOT)}, KEY),
        ("TAP-IAM-7", {"actions": ["kms:CreateGrant"], "principals": of_aws(ROLE), "condition": BY_US}, KEY),
        (
            "TAP-IAM-7",
            {"actions": ["kms:CreateGrant"], "principals": of_aws(ROOT), "condition": BY_US},
            "aws_iam_role_policy",
        ),
        ("TAP-IAM-8", {**SEND, "effect": "Perhaps"}, "aws_iam_role_policy"),
        ("TAP-IAM-8", {**SEND, "not_principals": of_aws("*")}, "aws_sqs_queue_policy"),
        ("TAP-IAM-8", {**SEND, "condition": where("StringEqualsIfExists", "aws:SourceAccount", ACCOUNT)}, KEY),
        ("TAP-IAM-8", {**SEND, "condition": where("ForAllValues:StringEquals", "aws:SourceAccount", ACCOUNT)}, KEY),
        ("TAP-IAM-8", {**SEND, "condition": where("StringEquals", "aws:SourceAccount", ACCOUNT, "1")}, KEY),
        ("TAP-IAM-8", {**SEND, "condition": where("StringEquals", "aws:NoSuchKey", ACCOUNT)}, KEY),
        ("TAP-IAM-8", {**SEND, "condition": where("StringEquals", "kms:ViaService", "s3.x.amazonaws.com")}, KEY),
        ("TAP-IAM-8", {**SEND, "condition": where("ArnLike", "aws:SourceArn", HERE % ("cloudwatch", "*"))}, KEY),
        (
            "TAP-IAM-8",
            {**SEND, "condition": where("ArnLike", "aws:SourceArn", HERE % ("cloudwatch", "alarm:alarm-*-prod"))},
            KEY,
        ),
        ("TAP-IAM-8", {**SEND, "condition": where("ArnLike", "aws:SourceArn", HERE % ("logs", "*"))}, KEY),
        ("TAP-IAM-8", {**SEND, "effect": "Deny"}, "aws_iam_role_policy"),
        (
            "TAP-IAM-8",
            {**SEND, "effect": "Deny", "condition": where("Bool", "aws:SecureTransport", "true")},
            "aws_iam_role_policy",
        ),
        ("TAP-IAM-8", {**SEND, "effect": "Deny", "condition": [*NO_TLS, *FOR_US]}, "aws_iam_role_policy"),
        (
            "TAP-IAM-8",
            {**SEND, "effect": "Deny", "condition": NO_TLS, "principals": of_aws(ROOT)},
            "aws_sqs_queue_policy",
        ),
        ("TAP-DEL-7", {"actions": ["logs:Create*"]}, "aws_iam_role_policy"),
        ("TAP-DEL-7", {"not_actions": ["iam:*"]}, "aws_iam_role_policy"),
    ],
)
def test_a_statement_is_found(violated: Violated, rule: str, statement: dict[str, Any], used_by: str) -> None:
    """Where a resource uses the document it is found there, else at the document."""
    address = "data.aws_iam_policy_document.policy"
    if used_by:
        address = "aws_iam_role.worker" if used_by == "aws_iam_role" else f"{used_by}.added"
    assert address in [where for where, _ in violated(rule, document(statement, used_by))]


@pytest.mark.parametrize(
    ("statement", "used_by"),
    [
        (SEND, "aws_iam_role_policy"),
        ({**SEND, "effect": None}, "aws_iam_role_policy"),
        ({**SEND, "resources": [HERE % ("sqs", "sqs-orders-dev")]}, "aws_iam_role_policy"),
        ({**READ, "resources": [POLICY % "policy-sending-dev"]}, "aws_iam_role_policy"),
        ({"actions": ["sns:Publish"], "resources": ["${aws_sns_topic.alerts.arn}:*"]}, "aws_iam_role_policy"),
        ({"actions": ["xray:PutTraceSegments", "sts:GetCallerIdentity"], "resources": ["*"]}, "aws_iam_role_policy"),
        ({"actions": ["iam:PassRole"], "resources": [ROLE], "condition": PASSED}, "aws_iam_role_policy"),
        (TRUST, "aws_iam_role"),
        ({**TRUST, "principals": service("ec2.amazonaws.com"), "condition": []}, "aws_iam_role"),
        ({"actions": ["ecr:BatchGetImage"], "principals": of_aws(ROLE)}, "aws_ecr_repository_policy"),
        (
            {"actions": ["kms:PutKeyPolicy"], "resources": ["*"], "principals": of_aws(ROOT), "condition": BY_US},
            KEY,
        ),
        ({"actions": ["kms:Decrypt"], "resources": ["*"], "principals": of_aws(ROLE)}, KEY),
        (
            {
                **SEND,
                "principals": service("cloudwatch.amazonaws.com"),
                "condition": where("ArnLike", "AWS:sourcearn", HERE % ("cloudwatch", "alarm:alarm-*-dev")),
            },
            "aws_sqs_queue_policy",
        ),
        (
            {
                **SEND,
                "principals": service("delivery.logs.amazonaws.com"),
                "condition": where("ArnLike", "aws:SourceArn", HERE % ("logs", "*")),
            },
            "aws_sqs_queue_policy",
        ),
        (
            {
                **SEND,
                "condition": where("StringEquals", "kms:ViaService", "s3.${data.aws_region.here.name}.amazonaws.com"),
            },
            "aws_iam_role_policy",
        ),
        (
            {**SEND, "effect": "Deny", "actions": ["sqs:*"], "principals": of_aws("*"), "condition": NO_TLS},
            "aws_sqs_queue_policy",
        ),
    ],
)
def test_a_statement_that_is_right(violated: Violated, statement: dict[str, Any], used_by: str) -> None:
    for rule in (*(f"TAP-IAM-{number}" for number in range(1, 9)), "TAP-DEL-7"):
        assert violated(rule, document(statement, used_by)) == []


@pytest.mark.parametrize("argument", ["source_policy_documents", "override_policy_documents", "source_json"])
def test_documents_within_documents(violated: Violated, argument: str) -> None:
    merged = document(SEND, **{argument: ["${data.aws_iam_policy_document.trust.json}"]})
    assert [where for where, _ in violated("TAP-IAM-8", merged)] == ["data.aws_iam_policy_document.policy"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("aws_kms_grant", {"grantee_principal": ROLE, "operations": ["Decrypt"]}),
        ("aws_lambda_layer_version_permission", {"principal": "*"}),
        ("aws_cloudwatch_event_permission", {"principal": "111122223333"}),
        ("aws_vpc_endpoint_service", {"allowed_principals": [ROOT, "*"]}),
        ("aws_iam_user", {"name": "user-x-dev"}),
        ("aws_lambda_function", {"role": "arn:aws:iam::1:role/admin"}),
        ("aws_scheduler_schedule", {"target": [{"role_arn": "${aws_iam_role.others.arn}"}]}),
        ("aws_iam_role_policy", {"role": "admin"}),
    ],
)
def test_permissions_without_a_policy(violated: Violated, kind: str, body: dict[str, Any]) -> None:
    stack = document(SEND, "")
    stack["resource"][kind] = {"added": body}
    assert f"{kind}.added" in [where for where, _ in violated("TAP-IAM-7", stack)]


def test_a_violation_names_statement_and_value(violated: Violated) -> None:
    statement = {"sid": "Send", "actions": ["sqs:SendMail"], "resources": [QUEUE]}
    ((_, text),) = violated("TAP-IAM-1", document(statement))
    assert text == (
        'statement Send of data.aws_iam_policy_document.policy: AWS has no action "sqs:SendMail" '
        "(in aws_iam_role_policy.added)"
    )
