"""Documents as a directory of stacks, for the gate to judge in one go."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lib.gate import GateFinding, GateReport

from .mutations import Mutation, mutated

ADDITIONS_TO_A_STACK = 16


def write_stacks(directory: Path, documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Write each document as CDKTF would write a stack of that name, and the manifest that lists them."""
    listed = {}
    for name, document in documents.items():
        file = directory / "stacks" / name / "cdk.tf.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(document, indent=2))
        listed[name] = {"name": name, "synthesizedStackPath": f"stacks/{name}/cdk.tf.json"}
    (directory / "manifest.json").write_text(json.dumps({"version": "0.21.0", "stacks": listed}))


def by_stack(report: GateReport) -> dict[str, list[GateFinding]]:
    """Stack -> what the gate found in it."""
    found: dict[str, list[GateFinding]] = {}
    for finding in report.findings:
        found.setdefault(finding.file.split("/")[1], []).append(finding)
    return found


@dataclass(frozen=True)
class Place:
    """Where a mutation is: in a stack of its own, or the resource that it adds to a stack that it shares."""

    stack: str
    resource: str = ""


def places(mutations: Iterable[Mutation]) -> dict[str, Place]:
    """Mutation -> its place. Violations that add resources of different types share a stack: each of them is
    found on its own resource. A harmless variation has a stack of its own: nothing at all may be found there."""
    found: dict[str, Place] = {}
    shared: list[dict[str, Mutation]] = []  # type -> the mutation that adds one, for each stack
    for mutation in mutations:
        if mutation.rule is None or not mutation.adds:
            found[mutation.name] = Place(f"stack-{len(found)}")
            continue
        stack = next((one for one in shared if mutation.adds not in one and len(one) < ADDITIONS_TO_A_STACK), None)
        if stack is None:
            shared.append(stack := {})
        stack[mutation.adds] = mutation
        found[mutation.name] = Place(f"shared-{shared.index(stack)}", f"{mutation.adds}.added")
    return found


def mutated_stacks(document: dict[str, Any], mutations: Sequence[Mutation]) -> dict[str, dict[str, Any]]:
    """Stack -> the document with the mutations that have their place there."""
    together: dict[str, list[Mutation]] = {}
    where = places(mutations)
    for mutation in mutations:
        together.setdefault(where[mutation.name].stack, []).append(mutation)
    return {stack: mutated(document, *those) for stack, those in together.items()}
