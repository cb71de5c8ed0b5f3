"""TAP-DOC-3: what Terraform itself understands in a resource."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

VERSIONING, TABLE = "resource.aws_s3_bucket_versioning.records", "resource.aws_dynamodb_table.ledger"
DOCUMENT = "data.aws_iam_policy_document.records"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{VERSIONING}.count", 0),
        (f"{VERSIONING}.count", "${length([])}"),
        (f"{VERSIONING}.count", 1),
        (f"{VERSIONING}.for_each", {}),
        (f"{VERSIONING}.for_each", ["a"]),
        (f"{VERSIONING}.provider", "aws.other"),
        (f"{VERSIONING}.depends_on", ["aws_s3_bucket.nowhere"]),
        (f"{VERSIONING}.depends_on", "${aws_s3_bucket.records}"),
        (f"{TABLE}.provisioner", [{"local-exec": {"command": "true"}}]),
        (f"{TABLE}.connection", {"host": "example.com"}),
        (f"{TABLE}.dynamic", {"attribute": {"for_each": ["a"], "content": {}}}),
        (f"{TABLE}.global_secondary_index.0.dynamic", {"a": {"for_each": [], "content": {}}}),
        (f"{TABLE}.lifecycle", {"prevent_destroy": True}),
        (f"{TABLE}.lifecycle", {"prevent_destroy": False}),
        (f"{TABLE}.lifecycle", {"ignore_changes": ["read_capacity"]}),
        (f"{TABLE}.lifecycle", [{"create_before_destroy": True}, {"ignore_changes": "all"}]),
        (f"{TABLE}.lifecycle", {"replace_triggered_by": ["aws_kms_key.main"]}),
        (f"{TABLE}.lifecycle", {"postcondition": [{"condition": "${self.arn != ''}", "error_message": "a"}]}),
        (f"{TABLE}.lifecycle", {"create_before_destroy": "${var.first}"}),
        (f"{TABLE}.lifecycle", "${var.lifecycle}"),
        (f"{DOCUMENT}.count", 0),
        (f"{DOCUMENT}.dynamic", {"statement": {"for_each": ["a"], "content": {}}}),
    ],
)
def test_a_meta_argument_without_a_place(violated: Callable[..., set[str]], path: str, value: Any) -> None:
    assert "TAP-DOC-3" in violated(path, value)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{VERSIONING}.depends_on", ["aws_s3_bucket.records"]),
        (f"{VERSIONING}.depends_on", ["data.aws_iam_policy_document.records"]),
        (f"{VERSIONING}.provider", "aws"),
        (f"{VERSIONING}.count", None),
        (f"{TABLE}.lifecycle", {"create_before_destroy": True}),
        (f"{TABLE}.lifecycle", [{"create_before_destroy": "false"}]),
        (f"{TABLE}.timeouts", {"create": "10m"}),
    ],
)
def test_a_meta_argument_with_a_place(violated: Callable[..., set[str]], path: str, value: Any) -> None:
    assert violated(path, value) == set()
