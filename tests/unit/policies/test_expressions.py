"""The second judge's reading of Terraform's templates."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import module

expressions = module("_expressions")
KEY = ("aws_kms_key", "k", "arn")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [""]),
        ("plain $ % & {} $context.requestId", ["plain $ % & {} $context.requestId"]),
        ("${aws_kms_key.k.arn}", [KEY]),
        ("${aws_kms_key.k.arn[0]}", [KEY]),
        ("${data.aws_region.here_1-a.name}", [("data.aws_region", "here_1-a", "name")]),
        ("a${aws_kms_key.k.arn}b${aws_kms_key.k.arn}", ["a", KEY, "b", KEY]),
        ("${aws_kms_key.k.arn}/*", [KEY, "/*"]),
    ],
)
def test_literals_and_references(text: str, parts: list[Any]) -> None:
    assert list(expressions.parse(text)) == parts


@pytest.mark.parametrize(
    "text",
    [
        '${file("x")}',
        "${aws_kms_key.k}",
        "${aws_kms_key.k.arn",
        "${ aws_kms_key.k.arn }",
        "${aws_kms_key.k.arn\n}",
        "${aws_kms_key.k.arn[1]}",
        "${aws_kms_key.k.arn[*]}",
        "${aws_kms_key.k[0].arn}",
        "${aws_kms_key.*.arn}",
        "${aws_kms_key.k.arn.x}",
        "${data.data.aws_region.here.name}",
        "${true ? aws_kms_key.k.arn : 1}",
        "${[for x in y : x]}",
        "${local.x}",
        "${}",
        "$${aws_kms_key.k.arn}",
        "$$${aws_kms_key.k.arn}",
        "%{if true}x%{endif}",
        "%%{x}",
        "${aws_kms_key.k.arn}%{if true}x%{endif}",
        "&{aws:username}",
        "${~aws_kms_key.k.arn}",
        "${aws_kms_key.ķ.arn}",
    ],
)
def test_what_else_terraform_would_evaluate_is_unreadable(text: str) -> None:
    assert isinstance(expressions.parse(text)[-1], expressions.Unreadable)
    assert not expressions.is_literal(text)
    assert expressions.without_names(text) is None


def test_a_reference_is_the_whole_value() -> None:
    assert expressions.reference("${aws_kms_key.k.arn}") == KEY
    for value in ("${aws_kms_key.k.arn}/", "aws_kms_key.k.arn", "", None, 1, ["${aws_kms_key.k.arn}"], {}):
        assert not expressions.reference(value)
        assert len(expressions.reference(value)) == 3


def test_references_are_found_at_any_depth_and_in_keys() -> None:
    value = {"a": ["x${aws_kms_key.k.arn}", 1, None, {"${aws_kms_key.k.arn}": "$${aws_kms_key.k.arn}"}]}
    assert expressions.references(value) == [KEY, KEY]


@pytest.mark.parametrize(("value", "literal"), [("x", True), ("", True), ("${aws_kms_key.k.arn}", False), (1, False)])
def test_a_literal_is_a_text_without_references(value: Any, literal: bool) -> None:
    assert expressions.is_literal(value) is literal


def test_a_text_without_names() -> None:
    text = "arn:${data.aws_partition.p.partition}:${aws_sns_topic.alerts.name}"
    assert expressions.without_names(text) == "arn:${data.aws_partition.partition}:${aws_sns_topic.name}"
    assert expressions.without_names(1) is None
