"""Which texts are ARNs of this stack."""

from __future__ import annotations

from typing import Any

import pytest

from lib.aspects.iam import arns
from lib.aspects.terraform_json import StackView

from .samples import ACCOUNT, PARTITION, QUEUE, RECORDS, REGION, ROLE, ROOT, TABLE, here

NAME = "${aws_sqs_queue.letters.name}"


@pytest.fixture
def view(stack: dict[str, Any]) -> StackView:
    resources = stack["resource"]
    resources["aws_kms_key"]["main"]["description"] = "*"
    resources["aws_kms_key"]["other"] = {"description": "${var.unknown}"}
    resources["aws_sns_topic_policy"] = {"a": {"arn": "*"}}
    resources["aws_ssm_parameter"] = {"a": {"name": "/a", "arn": "arn:aws:s3:::others"}}
    resources["aws_iam_role"]["any"] = {"name": "role-any-dev", "path": "/*/"}
    resources["aws_lambda_event_source_mapping"] = {"a": {"function_name": "others"}}
    resources["aws_sqs_queue"]["every"] = {"name": "sqs-*"}
    stack["data"]["aws_s3_bucket"] = {"other": {"bucket": "others"}}
    stack["data"]["aws_region"]["there"] = {"name": "eu-west-1"}
    return StackView(stack)


@pytest.mark.parametrize(
    "text",
    [
        RECORDS,
        "${aws_s3_bucket.records.arn[0]}",
        f"{RECORDS}/*",
        f"{RECORDS}/audit/*",
        f"{TABLE}/index/index-merchant-dev",
        f"{TABLE}/index/{NAME}",
        "${aws_dynamodb_table.ledger.stream_arn}",
        "${aws_cloudwatch_log_group.processor.arn}:log-stream:*",
        ROLE,
        here("sqs", "sqs-dead-letters-dev"),
        here("sqs", NAME),
        here("dynamodb", "table/dynamodb-transactions-dev/index/*"),
        here("lambda", "function:lambda-processor-dev:*"),
        f"arn:{PARTITION}:s3:::s3-records-dev/*",
        here("sns", "sns-alerts-dev").replace("here.name", "here.id"),
    ],
)
def test_a_resource_of_the_stack(view: StackView, text: str) -> None:
    assert arns.names_resource(view, text)


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "",
        None,
        ["arn:aws:s3:::a"],
        f"{RECORDS}*",
        f"{RECORDS}-?/a",
        f"*{RECORDS}",
        f"{RECORDS}{NAME}",
        f"{RECORDS}/${{var.folder}}",
        f"{RECORDS}/&{{aws:username}}/*",
        f"{RECORDS}/$${{aws:username}}/*",
        f"{RECORDS}%{{ if true }}/*%{{ endif }}",
        f"{ROLE}/*",
        "${aws_s3_bucket.nowhere.arn}",
        "${aws_s3_bucket.records.id}",
        "${aws_s3_bucket.records.bucket}",
        "${data.aws_s3_bucket.other.arn}",
        '${join(":", [aws_s3_bucket.records.arn])}',
        "${aws_s3_bucket.records[*].arn}",
        # Free text, and an ARN that the stack writes itself or that is somebody else's.
        "${aws_kms_key.main.description}",
        f"arn:{PARTITION}:s3:::${{aws_kms_key.main.description}}",
        f"{RECORDS}${{aws_kms_key.main.description}}",
        "${aws_sns_topic_policy.a.arn}",
        "${aws_ssm_parameter.a.arn}",
        "${aws_iam_role.any.arn}",
        "${aws_lambda_event_source_mapping.a.function_arn}",
        # Spelled out, but for a name, an account, a partition or a region that is not ours.
        "arn:aws:s3:::s3-records-dev",
        "arn:aws:sqs:us-east-1:111122223333:sqs-dead-letters-dev",
        f"arn:{PARTITION}:sqs:{REGION}:111122223333:sqs-dead-letters-dev",
        f"arn:{PARTITION}:sqs:*:{ACCOUNT}:sqs-dead-letters-dev",
        "arn:<partition>:sqs:<region>:<account>:sqs-dead-letters-dev",
        here("sqs", "sqs-dead-letters-dev-2"),
        here("sqs", "sqs-*"),
        here("sqs", "*"),
        here("sns", "sqs-dead-letters-dev"),
        here("sqs", "${aws_kms_key.main.description}"),
        here("sqs", "${aws_kms_key.other.description}"),
        here("kms", "key/*"),
        "sqs-dead-letters-dev",
    ],
)
def test_anything_else(view: StackView, text: Any) -> None:
    assert not arns.names_resource(view, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"logs.{REGION}.amazonaws.com", "logs.<region>.amazonaws.com"),
        (NAME, "sqs-dead-letters-dev"),
        (QUEUE, "<aws_sqs_queue.letters.arn>"),
        ("${aws_kms_key.other.description}", None),
        ("${aws_sqs_queue.nowhere.name}", None),
        ("${data.aws_caller_identity.me.arn}", None),
        ("<account>", None),
        (7, None),
    ],
)
def test_what_a_text_will_be(view: StackView, text: Any, expected: str | None) -> None:
    assert arns.resolve(view, text) == expected


def test_this_account_as_a_principal(view: StackView) -> None:
    assert all(arns.is_root(view, principal) for principal in (ROOT, ACCOUNT))
    for stranger in ("*", ROOT.replace(ACCOUNT, "111122223333"), ROOT.replace(PARTITION, "aws"), f"{ROOT}*", ROLE):
        assert not arns.is_root(view, stranger)


def test_a_role_is_meant_by_its_arn_alone(view: StackView) -> None:
    assert arns.is_role(view, ROLE)
    for other in (f"{ROLE}*", "${aws_iam_role.payer.name}", "${aws_iam_role.nowhere.arn}", "${aws_iam_role.any.arn}"):
        assert not arns.is_role(view, other)
    assert not arns.is_role(view, RECORDS)
