"""Checks lifecycle policies of ECR repositories: they must keep the images that a task or a rollback may need.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lib.aspects.json_forms import Form, Items, Object, Value
from lib.aspects.json_forms import check as check_form

# A policy must keep at least this number of tagged images, whatever their age.
KEPT = 10
_KEYS = {"countNumber", "countType", "countUnit", "tagPatternList", "tagPrefixList", "tagStatus"}


def check(text: Any) -> Iterator[str]:
    """Yield a message for each part of the policy (a JSON string) that TAP-RUN-7 does not allow."""
    yield from check_form(POLICY, text, "policy")


def _keeps_enough(selection: Any) -> bool:
    if not isinstance(selection, dict) or not selection.keys() <= _KEYS or not _is_count(selection.get("countNumber")):
        return False
    if selection.get("tagStatus") == "untagged":
        return selection.get("countType") in ("imageCountMoreThan", "sinceImagePushed")
    counted = selection.get("countType") == "imageCountMoreThan" and selection["countNumber"] >= KEPT
    return counted and selection.get("tagStatus") in ("any", "tagged")


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


POLICY: Form = Object(
    {
        "rules": Items(
            Object(
                {
                    "action": Value(lambda value: value == {"type": "expire"}, '{"type": "expire"}'),
                    "description": Value(lambda value: isinstance(value, str), "a text"),
                    "rulePriority": Value(_is_count, "a number of at least 1"),
                    "selection": Value(
                        _keeps_enough, f"untagged images, or imageCountMoreThan {KEPT} or more of the others"
                    ),
                },
                required=("action", "rulePriority", "selection"),
            )
        )
    },
    required=("rules",),
)
