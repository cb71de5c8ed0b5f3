"""Lifecycle policies: untagged images expire, the last tagged ones stay."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lib.aspects.image_lifecycle import KEPT, check

UNTAGGED = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 1}
OLD = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": KEPT}
RULE = {"rulePriority": 1, "description": "x", "selection": UNTAGGED, "action": {"type": "expire"}}


def _check(**changes: Any) -> list[str]:
    return list(check(json.dumps({"rules": [{**RULE, **changes}]})))


@pytest.mark.parametrize(
    "selection",
    [UNTAGGED, OLD, {**OLD, "tagStatus": "tagged", "tagPatternList": ["release-*"]}],
)
def test_what_keeps_the_last_images_is_clean(selection: dict[str, Any]) -> None:
    assert _check(selection=selection) == []


@pytest.mark.parametrize(
    "selection",
    [
        {**OLD, "countNumber": KEPT - 1},
        {**OLD, "countNumber": True},
        {**OLD, "countNumber": "100"},
        {**OLD, "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 365},
        {**OLD, "tagStatus": "all"},
        {**UNTAGGED, "countNumber": 0},
        {**UNTAGGED, "countType": "everything"},
        {**UNTAGGED, "storageClass": "archive"},
        {},
        None,
        "untagged",
    ],
)
def test_what_expires_images_in_use_is_found(selection: Any) -> None:
    (message,) = _check(selection=selection)
    assert message.startswith("policy.rules[0].selection is ")


@pytest.mark.parametrize(
    "change",
    [{"action": {"type": "transition", "targetStorageClass": "archive"}}, {"rulePriority": "1"}, {"RulePriority": 1}],
)
def test_what_the_form_lacks_is_found(change: dict[str, Any]) -> None:
    assert len(_check(**change)) == 1


def test_what_is_no_policy_is_found() -> None:
    assert len(list(check("{}"))) == 1
    assert len(list(check("${data.aws_ecr_lifecycle_policy_document.x.json}"))) == 1
