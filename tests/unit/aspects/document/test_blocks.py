"""TAP-DOC-1: each block that has no place in a document, and the two that look alike and have one."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Changed

PROVIDER, BACKEND, PINNED = "provider.aws.0", "terraform.backend.s3", "terraform.required_providers.aws"
QUEUE = "aws_sqs_queue.letters"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("variable", {"region": {"default": "eu-west-1"}}),
        ("locals", {"a": 1}),
        ("module", {"a": {"source": "./a"}}),
        ("check", {"a": {}}),
        ("ephemeral", {"aws_secretsmanager_secret_version": {"a": {}}}),
        ("removed", [{"from": "aws_sqs_queue.old", "lifecycle": {"destroy": False}}]),
        ("anything", {}),
        ("resource.aws_sns_topic", [{"alerts": {"name": "sns-alerts-dev"}}]),
        ("resource.aws_sns_topic.second", [{"name": "sns-second-dev"}]),
        ("resource.aws_sns_topic.second", [[{"name": "sns-second-dev"}]]),
        ("resource.aws_sns_topic.second", "text"),
        ("resource", [{"aws_sns_topic": {}}]),
        ("data.aws_iam_policy_document.records.statement", [[{"actions": ["s3:*"]}]]),
        ("output.list", {"value": [["a"]]}),
        ("data.external.a", {"program": ["sh", "-c", "true"]}),
        ("data.http.a", {"url": "https://example.com"}),
        ("data.aws_secretsmanager_secret_version.a", {"secret_id": "a"}),
        ("data.terraform_remote_state.a", {"backend": "local"}),
        (f"{PROVIDER}.endpoints", [{"dynamodb": "https://example.com"}]),
        (f"{PROVIDER}.assume_role", [{"role_arn": "arn:aws:iam::111122223333:role/a"}]),
        (f"{PROVIDER}.access_key", "AKIA"),
        (f"{PROVIDER}.profile", "other"),
        (f"{PROVIDER}.ignore_tags", [{"keys": ["Owner"]}]),
        (f"{PROVIDER}.region", "${var.region}"),
        (f"{PROVIDER}.default_tags", [{"tags": {"Owner": "${file('/etc/passwd')}"}}]),
        (f"{PROVIDER}.default_tags", [{"tags": {"Owner": "a"}, "more": 1}]),
        ("provider.google", [{}]),
        (f"{BACKEND}.endpoints", {"s3": "https://example.com"}),
        (f"{BACKEND}.encrypt", False),
        (f"{BACKEND}.use_lockfile", None),
        (f"{BACKEND}.role_arn", "arn:aws:iam::111122223333:role/a"),
        ("terraform.backend", {"local": {}}),
        ("terraform.backend", None),
        ("terraform.required_version", ">= 1"),
        ("terraform.provider_meta", {"aws": {}}),
        ("terraform", None),
        (f"{PINNED}.version", "~> 5.0"),
        (f"{PINNED}.source", "example.com/hashicorp/aws"),
        (f"{PINNED}.configuration_aliases", ["aws.other"]),
        ("terraform.required_providers.external", {"source": "hashicorp/external"}),
        ("output.key", {"value": "a", "precondition": [{"condition": True, "error_message": "a"}]}),
        ("output.key", {"value": "a", "depends_on": [QUEUE]}),
        ("moved", [{"from": "aws_sqs_queue.old", "to": "aws_sqs_queue.nowhere"}]),
        ("moved", [{"from": "aws_sqs_queue.old", "to": QUEUE, "more": 1}]),
        ("import", [{"to": QUEUE, "id": "sqs-others-dev"}]),
        ("import", [{"to": QUEUE, "id": "${var.id}"}]),
        ("import", [{"to": QUEUE, "id": "sqs-dead-letters-dev", "provider": "aws.other"}]),
        ("import", [{"to": "aws_sqs_queue.nowhere", "id": "sqs-nowhere-dev"}]),
        ("import", [{"to": QUEUE, "id": "sqs-dead-letters-dev", "for_each": ["a"]}]),
    ],
)
def test_a_block_without_a_place(changed: Changed, path: str, value: Any) -> None:
    found = [finding for finding in changed(path, value) if finding.rule_id == "TAP-DOC-1"]
    assert found
    assert all(finding.path.startswith("TapStackdev") for finding in found)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{PINNED}.source", "hashicorp/aws"),
        (f"{BACKEND}.encrypt", "true"),
        ("output.topic", {"value": "${aws_sns_topic.alerts.arn}", "description": "where alarms go"}),
        ("moved", [{"from": "aws_sqs_queue.old", "to": QUEUE}]),
        ("moved", {"from": "aws_sqs_queue.old", "to": QUEUE}),
        ("import", [{"to": QUEUE, "id": "sqs-dead-letters-dev"}]),
        ("import", [{"to": "aws_s3_bucket.logs", "id": "s3-access-logs-dev"}]),
        ("variable", None),
    ],
)
def test_a_block_with_a_place(changed: Changed, path: str, value: Any) -> None:
    assert changed(path, value) == ()


def test_the_message_names_the_block(changed: Changed) -> None:
    (finding,) = changed("removed", [{"from": "aws_sqs_queue.old"}])
    assert str(finding).startswith("TAP-DOC-1")
    assert "a block removed" in finding.message
    assert finding.path == "TapStackdev"
