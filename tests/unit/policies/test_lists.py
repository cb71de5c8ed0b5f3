"""The lists of what a stack may contain: sorted, consistent, and of the provider's own words."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
import yaml

from lib.environments import VENV_CHECKOV, python_of

from .conftest import POLICIES, module

provider = module("_provider")
LISTS = sorted(path.name for path in POLICIES.glob("_*.txt"))
ARGUMENTS = {path: [word.rstrip("&!") for word in words] for path, words in provider.entries("_arguments.txt").items()}
ATTRIBUTES = {
    kind: [word.partition(":")[0] for word in words] for kind, words in provider.entries("_attributes.txt").items()
}
MEANINGS = {"account", "arn", "document", "host", "id", "name", "partition", "region", "url", "version"}
TYPES = sorted({path.partition(".")[0] for path in ARGUMENTS} - {"data"})


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_sorted_and_says_nothing_twice(name: str) -> None:
    lines = [line for line in (POLICIES / name).read_text().splitlines() if line[0] not in "# "]
    assert lines == sorted(set(lines))
    for words in provider.entries(name).values():
        assert words == sorted(
            set(words), key=lambda word: re.split("[&:!]", word)[0] if name != "_values.txt" else word
        )


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_and_argument_is_the_provider_s(kind: str) -> None:
    known = set(provider.TYPES[kind].get("arguments", ()))
    for path, names in ARGUMENTS.items():
        if path.split(".")[0] == kind:
            block = path.removeprefix(kind).lstrip(".")
            # What stands in a map, or in JSON, is the user's word and not the provider's.
            steps = block.split(".")
            if not any(".".join(steps[:end]) in known for end in range(1, len(steps) + 1)):
                assert {f"{block}.{name}".lstrip(".") for name in names} <= known, path


def test_every_attribute_is_computed_or_the_name() -> None:
    """What a stack can write is free text. What AWS computes unless it is set may not be set here."""
    program = "import json, sys, _names; print(json.dumps([_names.naming_argument(kind) for kind in sys.argv[1:]]))"
    kinds = [kind for kind in ATTRIBUTES if not kind.startswith("data.")]
    command = [python_of(VENV_CHECKOV), "-c", program, *kinds]
    names = json.loads(subprocess.run(command, cwd=POLICIES, check=True, capture_output=True).stdout)
    for kind, name in zip(kinds, names, strict=True):
        computed = set(provider.TYPES[kind].get("computed", ())) - set(ARGUMENTS[kind])
        assert set(ATTRIBUTES[kind]) - computed <= {"id", name}, kind


def test_every_meaning_is_known() -> None:
    words = [word for words in provider.entries("_attributes.txt").values() for word in words]
    assert {word.rpartition(":")[2] for word in words} <= MEANINGS


def test_every_value_is_that_of_a_listed_argument() -> None:
    for path, words in provider.entries("_values.txt").items():
        block, _, name = path.rpartition(".")
        assert name in ARGUMENTS[block], path
        assert words, path


def test_every_type_with_attributes_is_classified() -> None:
    assert ATTRIBUTES.keys() <= ARGUMENTS.keys()


def test_an_object_has_paths_if_a_stack_can_set_it() -> None:
    type_ = ["list", ["object", {"key": "string"}]]
    block = {"attributes": {"set": {"type": type_, "optional": True}, "computed": {"type": type_, "computed": True}}}
    assert {path for path, _ in provider.attributes(block)} == {("set", "key"), ("computed",)}


def test_no_yaml_policy_compares_numbers() -> None:
    """Checkov compares them as texts where one of the two is none: "forever" is more than "1"."""
    for file in POLICIES.glob("TAP-*.yaml"):
        for operator in operators(yaml.safe_load(file.read_text())):
            assert not re.search("greater|less|length|number|range", operator), f"{file.name}: {operator}"


def operators(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [str(value["operator"])] if "operator" in value else []
        return own + [found for inner in value.values() for found in operators(inner)]
    return [found for inner in value for found in operators(inner)] if isinstance(value, list) else []
