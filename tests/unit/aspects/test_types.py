"""The catalogue of classified types: sorted, of one form, and about what the provider has."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from lib.aspects.catalogue import RULES
from lib.aspects.naming import naming_argument
from lib.aspects.provider.arguments import arguments
from lib.aspects.provider.data import ARGUMENTS, CATALOGUE, FACTS
from lib.aspects.types import skeleton

FILES = {file.name: tomllib.loads(file.read_text()) for file in sorted(CATALOGUE.glob("*.toml"))}
TYPES: Mapping[str, Mapping[str, Any]] = {type_: of_type for file in FILES.values() for type_, of_type in file.items()}

MEANINGS = {"arn", "dns", "id", "name", "number", "policy", "url", "version"}
CONSTRAINTS = {"maximum", "minimum", "only", "refers_to", "required"}
# Rules that are agreed on and not written yet.
PLANNED = {
    *(f"TAP-DOC-{number}" for number in range(1, 8)),
    *("TAP-ENC-11", "TAP-IAM-7", "TAP-IAM-8", "TAP-NET-6", "TAP-OBS-9", "TAP-OBS-10", "TAP-RUN-6", "TAP-RUN-7"),
}
RULE_IDS = {rule.id for rule in RULES} | PLANNED


def _entries() -> Iterator[tuple[str, str, Any]]:
    """(type, path, classification) of each argument."""
    for type_, of_type in TYPES.items():
        for path, entry in of_type["arguments"].items():
            yield type_, path, entry


def _exists(type_: str, path: str) -> bool:
    """Whether the provider has the argument, the key of a map, the subtree (`….*`) or the block."""
    settable = ARGUMENTS[type_]["settable"]
    if path in settable:
        return True
    below = path.removesuffix("*") if path.endswith(".*") else f"{path}."
    if any(known.startswith(below) for known in settable):
        return True
    for known in settable:
        inside = known.removesuffix("*")
        if known == inside or not path.startswith(inside):
            continue
        rest = path.removeprefix(inside)
        outer, block = known.removesuffix(".*").split("."), known.split(".")[-2]
        if block not in outer[:-1]:
            return "." not in rest
        # A block in one of its own name has the same arguments.
        return _exists(type_, ".".join([*outer[: outer.index(block) + 1], rest]))
    return False


def test_types_and_arguments_are_sorted() -> None:
    assert FILES
    for name, of_file in FILES.items():
        assert list(of_file) == sorted(of_file), name
        for type_, of_type in of_file.items():
            for section in ("attributes", "arguments"):
                assert list(of_type[section]) == sorted(of_type[section]), f"{type_}.{section}"


def test_a_type_is_classified_once() -> None:
    found = Counter(type_ for of_file in FILES.values() for type_ in of_file)
    assert [type_ for type_, times in found.items() if times > 1] == []


def test_the_extract_has_the_classified_types() -> None:
    """`python -m lib.aspects.provider.generate` was run after the last change of the catalogue."""
    assert {type_ for type_, of_type in ARGUMENTS.items() if of_type.keys() & {"settable", "computed"}} == set(TYPES)


def test_every_argument_is_the_providers() -> None:
    """`id`, `tags_all` and what AWS alone can set are none."""
    assert [f"{type_}.{path}" for type_, path, _ in _entries() if not _exists(type_, path)] == []


@pytest.mark.parametrize(
    ("path", "exists"),
    [
        ("rule.statement.and_statement.statement.geo_match_statement.country_codes", True),
        ("rule.statement.and_statement.statement.not_statement.statement.label_match_statement.*", True),
        ("rule.statement.and_statement.statement.geo_match_statement.country", False),
        ("rule.statement.geo_match_statement", True),
        ("rule.statements.*", False),
        ("tags.Owner", True),
        ("tags.Owner.name", False),
        ("id", False),
        ("tags_all.*", False),
        ("arn", False),
    ],
)
def test_a_misspelled_argument_is_noticed(path: str, exists: bool) -> None:
    assert _exists("aws_wafv2_web_acl", path) is exists


def test_no_argument_is_classified_twice() -> None:
    """By itself and in a subtree around it."""
    twice = [
        f"{type_}.{path} and {other}"
        for type_, path, _ in _entries()
        for other in TYPES[type_]["arguments"]
        if other.endswith(".*") and other != path and path.startswith(other.removesuffix("*"))
    ]
    assert twice == []


def test_every_attribute_is_one_that_aws_sets() -> None:
    """A settable one is free text; `id` is the provider's, and a name has an alphabet of its own (TAP-DOC-2).

    One that is not classified as an argument is not set by a stack that passes (TAP-DOC-5).
    """
    settable = [
        f"{type_}.{attribute}"
        for type_, of_type in TYPES.items()
        for attribute in of_type["attributes"]
        if attribute not in ("id", naming_argument(type_), *ARGUMENTS[type_].get("computed", ()))
        if attribute in of_type["arguments"]
    ]
    assert settable == []
    assert {meaning for of_type in TYPES.values() for meaning in of_type["attributes"].values()} <= MEANINGS


def test_no_sensitive_attribute_is_listed() -> None:
    listed = [(type_, attribute) for type_, of_type in TYPES.items() for attribute in of_type["attributes"]]
    assert [one for one in listed if one[1] in ARGUMENTS[one[0]].get("sensitive", ())] == []


def test_sensitive_arguments_hold_no_value() -> None:
    sensitive = [
        f"{type_}.{path}"
        for type_, path, entry in _entries()
        if path in ARGUMENTS[type_].get("sensitive", ()) and entry != "TAP-DOC-7"
    ]
    assert sensitive == []


def test_types_have_one_form() -> None:
    for type_, of_type in TYPES.items():
        assert of_type.keys() - {"holds_data", "source"} == {"attributes", "arguments"}, type_
        assert of_type.get("holds_data", True) is True, f"{type_}: leave holds_data out"
        assert of_type.get("source", "https://").startswith("https://"), type_


def test_classifications_have_one_form() -> None:
    for type_, path, entry in _entries():
        assert _complaint(entry) is None, f"{type_}.{path} {_complaint(entry)}"


def _complaint(entry: Any) -> str | None:
    """What is wrong with the classification of an argument."""
    if isinstance(entry, str):
        return None if entry in ("block", "free") or entry in RULE_IDS else f"names {entry}, which is no rule"
    if isinstance(entry, list):
        return None if entry else "allows no value"
    if entry.keys() - CONSTRAINTS - {"meaning", "rule", "source"} or not entry.keys() & CONSTRAINTS:
        return f"has the keys {sorted(entry)}"
    if entry.get("rule", "TAP-DOC-5") not in RULE_IDS:
        return f"names {entry['rule']}, which is no rule"
    if unknown := [type_ for type_ in entry.get("refers_to", ["aws_vpc"]) if type_ not in FACTS]:
        return f"refers to {unknown}, which the provider does not have"
    if "meaning" in entry and not (entry.get("refers_to") and entry["meaning"] in MEANINGS):
        return "has a meaning, and refers to nothing by it"
    if entry.get("only") == [] or entry.get("refers_to") == []:
        return "allows no value"
    if entry.get("minimum", float("-inf")) > entry.get("maximum", float("inf")):
        return "has a minimum above its maximum"
    return None if entry.get("required", True) is True else "says that it is not required; leave that out"


@pytest.mark.parametrize(
    "entry",
    [
        "Free",
        "TAP-NET-99",
        [],
        {"only": []},
        {"refers_to": ["aws_vcp"]},
        {"refers_to": []},
        {"rule": "TAP-NET-4"},
        {"only": [True], "rule": "TAP-NET-99"},
        {"minimum": 2, "maximum": 1},
        {"one_of": ["a"]},
        {"only": ["a"], "required": False},
    ],
)
def test_a_malformed_classification_is_noticed(entry: Any) -> None:
    assert _complaint(entry)


def test_a_skeleton_lists_every_argument_and_attribute() -> None:
    block = {
        "attributes": {
            "arn": {"type": "string", "computed": True},
            "id": {"type": "string", "computed": True, "optional": True},
            "name": {"type": "string", "required": True},
            "tags": {"type": ["map", "string"], "optional": True},
        },
        "block_types": {
            "logs": {"block": {"attributes": {"targets": {"type": ["set", "string"], "optional": True}}}},
            "timeouts": {"block": {"attributes": {"create": {"type": "string", "optional": True}}}},
        },
    }
    text = skeleton.skeleton("aws_new", block)
    assert tomllib.loads(text) == {
        "aws_new": {"attributes": {}, "arguments": {"logs.targets": "?", "name": "?", "tags.*": "?"}}
    }
    assert "# arn: string" in text
    assert '"logs.targets" = "?"  # set(string)' in text
    assert list(arguments(block)) == ["arn", "logs.targets", "name", "tags.*"]
