"""The list of moto's gaps, and the comparison of what was seen with it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("gaps.toml")
Difference = tuple[str, str]  # resource type, attribute


@dataclass(frozen=True)
class Gaps:
    """`left_out` resource types, `planned` differences, `left` patterns; each with its reason."""

    left_out: Mapping[str, str]
    planned: Mapping[Difference, str]
    left: Mapping[str, str]

    @classmethod
    def read(cls, file: Path = FILE) -> Gaps:
        tables = tomllib.loads(file.read_text())
        planned = {
            (entry["type"], attribute): entry["reason"] for entry in tables["plan"] for attribute in entry["attributes"]
        }
        return cls(
            {entry["type"]: entry["reason"] for entry in tables["apply"]},
            planned,
            {entry["pattern"]: entry["reason"] for entry in tables["left"]},
        )

    def without(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """A stack's JSON without the resource types that are left out. KeyError for one that it does not have."""
        resources = dict(content["resource"])
        for resource_type in self.left_out:
            del resources[resource_type]
        return {**content, "resource": resources}

    def compare_plan(self, seen: Iterable[Difference]) -> Iterator[str]:
        """A line for each difference that is not listed, and for each that is and was not seen."""
        found = set(seen)
        for resource_type, attribute in sorted(found - self.planned.keys()):
            yield f"a plan after the apply would change {attribute} of {resource_type}, and gaps.toml has no reason"
        for resource_type, attribute in sorted(self.planned.keys() - found):
            yield f"gaps.toml has {attribute} of {resource_type}, and the plan does not change it; remove it"

    def compare_left(self, seen: Iterable[str]) -> Iterator[str]:
        found = list(seen)
        for item in found:
            if not any(re.fullmatch(pattern, item) for pattern in self.left):
                yield f"{item} is left after the destroy, and gaps.toml has no reason"
        for pattern in self.left:
            if not any(re.fullmatch(pattern, item) for item in found):
                yield f"gaps.toml has {pattern!r}, and nothing of that kind is left; remove it"


def differences(plan: Mapping[str, Any]) -> set[Difference]:
    """What a plan would change: developer.hashicorp.com/terraform/internals/json-format#change-representation"""
    found = set()
    for resource in plan.get("resource_changes", []):
        change = resource["change"]
        if change["actions"] in (["no-op"], ["read"]):
            continue
        before, after, unknown = (change.get(part) or {} for part in ("before", "after", "after_unknown"))
        for attribute in {*before, *after, *unknown}:
            if before.get(attribute) != after.get(attribute) or unknown.get(attribute) is True:
                found.add((resource["type"], attribute))
    return found
