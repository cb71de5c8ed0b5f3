"""The statement that refuses plain HTTP: whatever makes it refuse less is none."""

from __future__ import annotations

from typing import Any

import pytest

from lib.aspects.terraform_json import Resource, StackView
from lib.aspects.tls import arn_of, denies_plain_http, own_arns, policy_document

ARN = "${aws_s3_bucket.b.arn}"
STATEMENT = {
    "effect": "Deny",
    "actions": ["s3:*"],
    "resources": [ARN, f"{ARN}/*"],
    "principals": [{"type": "*", "identifiers": ["*"]}],
    "condition": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}],
}
CONDITION = STATEMENT["condition"][0]


def denies(statement: dict[str, Any], **document: Any) -> bool:
    attributes = {"statement": [{"effect": "Allow", "actions": ["s3:GetObject"]}, statement], **document}
    found = Resource("aws_iam_policy_document", "d", "path", attributes)
    arn = arn_of(Resource("aws_s3_bucket", "b", "path", {}))
    return denies_plain_http(found, ("*", "s3:*"), ((arn,), (f"{arn}/*",)))


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"actions": "s3:*"},
        {"actions": ["*"]},
        {"resources": [f"{ARN}/*", ARN, "${aws_s3_bucket.other.arn}"]},
        {"principals": {"type": "AWS", "identifiers": "*"}},
        {"condition": {**CONDITION, "variable": "AWS:securetransport", "values": [False]}},
    ],
)
def test_it_refuses(change: dict[str, Any]) -> None:
    assert denies({**STATEMENT, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"effect": None},
        {"effect": "Allow"},
        {"effect": "${var.effect}"},
        {"actions": ["s3:GetObject"]},
        {"actions": []},
        {"not_actions": ["s3:PutObject"]},
        {"resources": [ARN]},
        {"resources": [f"{ARN}/*"]},
        {"resources": ["{aws_s3_bucket.b.arn}", "{aws_s3_bucket.b.arn}/*"]},
        {"resources": [ARN, f"{ARN}/audit/*"]},
        {"not_resources": [f"{ARN}/public/*"]},
        {"principals": []},
        {"principals": [{"type": "Service", "identifiers": ["*"]}]},
        {"principals": [{"type": "AWS", "identifiers": ["arn:aws:iam::111122223333:root"]}]},
        {"not_principals": [{"type": "AWS", "identifiers": ["${aws_iam_role.r.arn}"]}]},
        {"condition": []},
        {"condition": {**CONDITION, "test": "StringEquals"}},
        {"condition": {**CONDITION, "test": "BoolIfExists"}},
        {"condition": {**CONDITION, "variable": "aws:PrincipalIsAWSService"}},
        {"condition": {**CONDITION, "values": ["true"]}},
        {"condition": {**CONDITION, "values": ["false", "true"]}},
        {"condition": [CONDITION, {"test": "StringEquals", "variable": "aws:SourceVpc", "values": ["vpc-1"]}]},
    ],
    ids=str,
)
def test_it_refuses_less(change: dict[str, Any]) -> None:
    assert not denies({**STATEMENT, **change})


@pytest.mark.parametrize(
    "merged", ["source_policy_documents", "override_policy_documents", "source_json", "override_json"]
)
def test_another_document_may_replace_it(merged: str) -> None:
    assert not denies(STATEMENT, **{merged: ["${data.aws_iam_policy_document.other.json}"]})


QUEUE = Resource("aws_sqs_queue", "q", "path", {"name": "sqs-a-dev"})
PARTITION = "${data.aws_partition.p.partition}"
PLACE = "${data.aws_region.r.name}:${data.aws_caller_identity.c.account_id}"


@pytest.mark.parametrize(
    ("arn", "is_own"),
    [
        ("${aws_sqs_queue.q.arn}", True),
        (f"arn:{PARTITION}:sqs:{PLACE}:sqs-a-dev", True),
        (f"arn:{PARTITION}:sqs:{PLACE}:sqs-b-dev", False),
        (f"arn:{PARTITION}:sns:{PLACE}:sqs-a-dev", False),
        (f"arn:aws:sqs:{PLACE}:sqs-a-dev", False),
        ("arn:aws:sqs:x:111122223333:sqs-a-dev", False),
        ("arn:{partition}:sqs:{region}:{account}:sqs-a-dev", False),
        ("${aws_sqs_queue.q.url}", False),
        ("${aws_sqs_queue.other.arn}", False),
        ("*", False),
    ],
)
def test_a_resource_is_named_by_reference_or_in_full(arn: str, is_own: bool) -> None:
    statement = {**STATEMENT, "actions": ["sqs:*"], "resources": [arn]}
    document = Resource("aws_iam_policy_document", "d", "path", {"statement": statement})
    assert denies_plain_http(document, ("sqs:*",), (own_arns(QUEUE, "sqs"),)) == is_own


@pytest.mark.parametrize(
    ("policy", "is_document"),
    [
        ("${data.aws_iam_policy_document.d.json}", True),
        ("${data.aws_iam_policy_document.d.minified_json}", True),
        ("${data.aws_iam_policy_document.d.id}", False),
        ("${data.aws_iam_policy_document.other.json}", False),
        ("${aws_iam_policy_document.d.json}", False),
        ("${data.aws_iam_policy_document.d.json} ", False),
        ('{"Statement": []}', False),
        (None, False),
    ],
)
def test_a_policy_is_the_json_of_a_declared_document(policy: str | None, is_document: bool) -> None:
    stack = StackView({"data": {"aws_iam_policy_document": {"d": {}}}})
    assert (policy_document(stack, policy) is not None) == is_document
