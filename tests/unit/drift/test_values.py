"""What counts as a difference between two values of Terraform's state, and what does not."""

from __future__ import annotations

from typing import Any

import pytest

from lib.drift.values import Difference, differences, is_same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, []),
        (None, ""),
        (None, False),
        ([{"enabled": False, "days": 0}], None),
        (["b", "a"], ["a", "b"]),
        ([{"name": "b"}, {"name": "a"}], [{"name": "a", "tags": {}}, {"name": "b"}]),
        ('{"Action": ["s3:GetObject"], "Sid": ""}', '{"Action":"s3:GetObject"}'),
    ],
)
def test_what_means_the_same_is_the_same(one: Any, other: Any) -> None:
    assert is_same(one, other)
    assert list(differences(one, other)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, True),
        (0, 1),
        (["a"], ["a", "b"]),
        (["a", "a"], ["a"]),
        ('{"Action": "s3:GetObject"}', '{"Action": "s3:*"}'),
        ("{not JSON", "{nor this"),
    ],
)
def test_what_means_something_else_differs(one: Any, other: Any) -> None:
    assert not is_same(one, other)
    assert list(differences(one, other))


def test_a_difference_is_named_by_its_path() -> None:
    before = [{"enabled": True, "days": 7}]
    assert list(differences(before, [{"enabled": False, "days": 7}], "recovery")) == [
        Difference("recovery.enabled", True, False)
    ]


def test_a_statement_that_was_added_to_a_policy_is_shown_alone() -> None:
    kept = '{"Sid": "Kept", "Action": "a"}'
    (found,) = differences(f'{{"Statement": {kept}}}', f'{{"Statement": [{kept}, {{"Action": "b"}}]}}', "policy")
    assert found == Difference("policy.Statement", None, {"Action": "b"})
