"""JSON inside an argument."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lib.aspects.strict_json import read_object, shorten


def test_an_object_is_read() -> None:
    assert read_object('{"a": ["${aws_s3_bucket.a.arn}", null], "é\\u00e9": 1.5}') == {
        "a": ["${aws_s3_bucket.a.arn}", None],
        "éé": 1.5,
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "is null, which is not a string"),
        ({"a": 1}, "which is not a string"),
        ("", "is not JSON"),
        ("${aws_s3_bucket.a.arn}", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is [], which is not a JSON object"),
        ('{"a": {"b": 1, "b": 2}}', "the key 'b' occurs twice"),
        ('{"a": Infinity}', "Infinity is not a JSON number"),
        ('{"a": "\\u0024{aws_s3_bucket.a.arn}"}', "has \\u002…, which Terraform reads differently"),
    ],
)
def test_what_readers_could_differ_about_is_refused(text: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        read_object(text)


def test_a_long_value_is_shortened() -> None:
    assert shorten("a" * 58) == f'"{"a" * 58}"'
    assert shorten("a" * 59) == f'"{"a" * 58}…'
