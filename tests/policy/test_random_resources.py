"""Whatever the provider's schema allows, neither judge stumbles over it: random resources of random types."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lib.aspects.judge import judge
from lib.aspects.provider.arguments import PROVIDER
from lib.aspects.provider.generate import read_schema
from lib.gate import Gate

from .stacks import write_stacks

STACKS, STACKS_FOR_THE_GATE = 200, 50
RESOURCES_OF_A_STACK = 8
REFERENCES = ("${aws_kms_key.a.arn}", "${var.unknown}", "${aws_s3_bucket.b.id}/*", "${data.aws_region.here.name}")

Schema = Mapping[str, Any]


@pytest.fixture(scope="module")
def types() -> Mapping[str, Schema]:
    """Resource type -> its block, of every type of the provider."""
    schemas: Mapping[str, Any] = read_schema()["provider_schemas"][PROVIDER]["resource_schemas"]
    return {name: schema["block"] for name, schema in schemas.items()}


def text() -> st.SearchStrategy[Any]:
    return st.one_of(
        st.sampled_from(REFERENCES),
        st.sampled_from(("", "*", "{}", "a-b-dev", "arn:aws:iam::1:root", "true", "0.0.0.0/0")),
        st.text(max_size=12),
    )


def value(type_: Any) -> st.SearchStrategy[Any]:
    """Something that Terraform would take for a type of its own: "string", ["list", "string"], ["object", {…}]."""
    match type_:
        case "bool":
            return st.one_of(st.booleans(), st.sampled_from(("true", "false", "${var.unknown}")))
        case "number":
            return st.one_of(st.integers(-5, 400), st.sampled_from(("7", "${var.unknown}")))
        case ["list" | "set", inner]:
            return st.lists(value(inner), max_size=2)
        case ["map", inner]:
            return st.dictionaries(st.text("abc:/", min_size=1, max_size=5), value(inner), max_size=2)
        case ["object", fields]:
            return st.fixed_dictionaries({name: value(inner) for name, inner in fields.items()})
    return text()


def block(schema: Schema) -> st.SearchStrategy[dict[str, Any]]:
    """Some of a block's arguments and blocks; what only AWS can set is never there."""
    arguments = {
        name: value(attribute["type"]) if "type" in attribute else block_of(attribute["nested_type"])
        for name, attribute in schema.get("attributes", {}).items()
        if attribute.get("optional") or attribute.get("required")
    }
    blocks = {
        name: st.one_of(
            block(nested["block"]), st.lists(st.deferred(lambda nested=nested: block(nested["block"])), max_size=2)
        )
        for name, nested in schema.get("block_types", {}).items()
    }
    names = sorted({**arguments, **blocks})
    if not names:
        return st.just({})
    every = {**arguments, **blocks}
    return st.lists(st.sampled_from(names), unique=True, max_size=8).flatmap(
        lambda chosen: st.fixed_dictionaries({name: every[name] for name in chosen})
    )


def block_of(nested: Schema) -> st.SearchStrategy[Any]:
    return block(nested) if nested["nesting_mode"] == "single" else st.lists(block(nested), max_size=2)


@st.composite
def resources(draw: st.DrawFn, types: Mapping[str, Schema]) -> dict[str, Any]:
    """{type: {"random": arguments}} of a few types."""
    chosen = draw(st.lists(st.sampled_from(sorted(types)), unique=True, min_size=1, max_size=RESOURCES_OF_A_STACK))
    return {name: {"random": draw(block(types[name]))} for name in chosen}


def with_resources(document: dict[str, Any], added: dict[str, Any]) -> dict[str, Any]:
    """The real stack's provider and backend, with these resources."""
    return {**document, "data": {}, "output": {}, "resource": added}


@pytest.fixture(scope="module")
def random_stacks(types: Mapping[str, Schema], document: dict[str, Any]) -> list[dict[str, Any]]:
    """Stacks of random resources; the same ones in each run."""
    stacks: list[dict[str, Any]] = []

    @settings(max_examples=STACKS, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(resources(types))
    def collect(added: dict[str, Any]) -> None:
        stacks.append(with_resources(document, added))

    collect()
    return stacks


def test_the_aspects_judge_whatever_the_schema_allows(random_stacks: list[dict[str, Any]]) -> None:
    for stack in random_stacks:
        assert [str(one) for one in judge(stack) if "the rule itself failed" in one.message] == []


def test_the_gate_judges_whatever_the_schema_allows(random_stacks: list[dict[str, Any]], tmp_path: Path) -> None:
    """It has a verdict on each resource: a check that stumbled would end the gate with exit code 2."""
    write_stacks(tmp_path, {str(number): stack for number, stack in enumerate(random_stacks[:STACKS_FOR_THE_GATE])})
    with Gate() as gate:
        report = gate.judge(tmp_path)
    assert report.stacks == STACKS_FOR_THE_GATE
    assert report.findings
