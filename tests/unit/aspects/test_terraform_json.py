"""Terraform's spellings of one thing are one thing; an expression is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from lib.aspects.expressions import Reference
from lib.aspects.terraform_json import (
    MISSING,
    UNKNOWN,
    StackView,
    arguments,
    blocks,
    flag,
    format_value,
    literal,
    number,
    reference,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, MISSING),
        ("a", "a"),
        ("", ""),
        (0, 0),
        ("${aws_x.y.id}", UNKNOWN),
        ("a-${var.b}", UNKNOWN),
        ("%{ if true }a%{ endif }", UNKNOWN),
        ("$${not an expression}", "$${not an expression}"),
        ("$default", "$default"),
    ],
)
def test_literal(value: Any, expected: Any) -> None:
    assert literal(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        ("true", True),
        (False, False),
        ("false", False),
        (None, MISSING),
        ("${var.a}", UNKNOWN),
        ("yes", UNKNOWN),
        (1, UNKNOWN),
        ([True], UNKNOWN),
    ],
)
def test_flag(value: Any, expected: Any) -> None:
    assert flag(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(7, 7), ("7", 7), (None, MISSING), ("${var.a}", UNKNOWN), ("week", UNKNOWN), (True, UNKNOWN), ([7], UNKNOWN)],
)
def test_number(value: Any, expected: Any) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, []),
        ({"b": None}, []),
        ({"b": []}, []),
        ({"b": {"a": 1}}, [{"a": 1}]),
        ({"b": [{"a": 1}, {"a": 2}]}, [{"a": 1}, {"a": 2}]),
        ({"b": "literal"}, []),
    ],
)
def test_blocks(attributes: dict[str, Any], expected: list[Any]) -> None:
    assert blocks(attributes, "b") == expected


def test_blocks_inside_blocks() -> None:
    assert blocks({"a": [{"b": {"n": 1}}, {}, {"b": [{"n": 2}]}]}, "a.b") == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize(
    "attributes",
    [{"dynamic": {"b": {"for_each": [], "content": {}}}}, {"dynamic": [{"b": {}}]}],
)
def test_a_block_that_may_come_is_one_with_unknown_arguments(attributes: dict[str, Any]) -> None:
    (block,) = blocks(attributes, "b")
    assert flag(block.get("enabled")) is UNKNOWN
    assert flag(blocks(block, "inner.more")[0].get("x")) is UNKNOWN


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${aws_kms_key.main.arn}", Reference("aws_kms_key", "main", "arn")),
        ("${data.aws_kms_key.main.arn}", Reference("aws_kms_key", "main", "arn", is_data=True)),
        ("aws_kms_key.main.arn", None),
        ("${aws_kms_key.main.arn}/*", None),
        ("${aws_kms_key.main[0].arn}", None),
        ("${aws_kms_key.main.arn[0]}", Reference("aws_kms_key", "main", "arn")),
        ("${var.key}", None),
        (None, None),
        ([], None),
    ],
)
def test_reference(value: Any, expected: Any) -> None:
    assert reference(value) == expected


def test_arguments_at_every_depth() -> None:
    attributes = {
        "a": 1,
        "b": [{"c": 2}, {"d": {"e": 3}}],
        "//": {"metadata": {"no": 1}},
        "tags": {"no": "1"},
        "environment": {"variables": {"no": "1"}},
    }
    assert list(arguments(attributes)) == [
        ("a", "a", 1),
        ("b", "b", [{"c": 2}, {"d": {"e": 3}}]),
        ("b.c", "c", 2),
        ("b.d", "d", {"e": 3}),
        ("b.d.e", "e", 3),
        ("environment", "environment", {"variables": {"no": "1"}}),
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "missing"), ("${a.b.c}", "not known at synthesis (${a.b.c})"), ("x", '"x"'), (False, "false")],
)
def test_format_value(value: Any, expected: str) -> None:
    assert format_value(value) == expected


@pytest.mark.parametrize(
    "resource",
    [
        {"aws_sns_topic": {"a": {"name": "x"}}},
        {"aws_sns_topic": {"a": [{"name": "x"}]}},
        {"aws_sns_topic": [{"a": {"name": "x"}}]},
        [{"aws_sns_topic": {"a": {"name": "x"}}}],
    ],
)
def test_resources_in_every_spelling(resource: Any) -> None:
    (found,) = StackView({"resource": resource}).resources
    assert (found.type, found.id, found.path, found.attributes) == (
        "aws_sns_topic",
        "a",
        "stack/aws_sns_topic.a",
        {"name": "x"},
    )


def test_a_resource_has_its_constructs_path() -> None:
    body = {"//": {"metadata": {"path": "TapStackdev/alerting/topic"}}}
    (found,) = StackView({"resource": {"aws_sns_topic": {"a": body}}}).resources
    assert found.path == "TapStackdev/alerting/topic"
