"""Mutants of policies in YAML: one condition dropped, negated, or joined with its neighbours in another way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

OPPOSITES = {
    one: other
    for pair in (
        ("equals", "not_equals"),
        ("exists", "not_exists"),
        ("within", "not_within"),
        ("contains", "not_contains"),
        ("is_empty", "is_not_empty"),
        ("regex_match", "not_regex_match"),
        ("jsonpath_equals", "jsonpath_not_equals"),
        ("jsonpath_exists", "jsonpath_not_exists"),
        ("jsonpath_regex_match", "jsonpath_not_regex_match"),
        ("jsonpath_within", "jsonpath_not_within"),
        ("is_true", "is_false"),
    )
    for one, other in (pair, pair[::-1])
}


class _Plain(yaml.SafeDumper):
    """Writes what stands in two places twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def text_of(policy: Any) -> str:
    """A policy as YAML, in one form."""
    return yaml.dump(policy, Dumper=_Plain, sort_keys=False, width=1000)


def mutants(text: str) -> Iterator[tuple[str, Any]]:
    """(what was done, the policy with it) for each mutant of a policy."""
    policy = yaml.safe_load(text)
    for says, definition in _changed(policy["definition"]):
        yield says, {**policy, "definition": definition}


def _changed(condition: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(condition, list):
        for number, inner in enumerate(condition):
            if len(condition) > 1:
                yield f"condition {number + 1} dropped", condition[:number] + condition[number + 1 :]
            for says, changed in _changed(inner):
                yield says, [*condition[:number], changed, *condition[number + 1 :]]
        return
    if not isinstance(condition, dict):
        return
    for word, other in (("and", "or"), ("or", "and")):
        if word in condition:
            yield f"{word} is {other}", {other if key == word else key: value for key, value in condition.items()}
            for says, changed in _changed(condition[word]):
                yield says, {**condition, word: changed}
    if "not" in condition:
        yield "not dropped", condition["not"]
        for says, changed in _changed(condition["not"]):
            yield says, {"not": changed}
    if condition.get("operator") in OPPOSITES:
        yield f"{condition['operator']} negated", {**condition, "operator": OPPOSITES[condition["operator"]]}
    for name in ("resource_types", "value"):
        values = condition.get(name)
        if isinstance(values, list) and len(values) > 1:
            for number, value in enumerate(values):
                yield f"{name} without {value}", {**condition, name: values[:number] + values[number + 1 :]}
    if isinstance(condition.get("value"), bool):
        yield "value negated", {**condition, "value": not condition["value"]}
