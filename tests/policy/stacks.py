"""Documents as a directory of stacks, for the gate to judge in one go."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lib.errors import ToolError
from lib.findings.finding import Finding
from lib.gate import Gate

STACKS_AT_ONCE = 32  # a refused one costs the others of its batch another run

Verdicts = dict[str, list[Finding] | ToolError]


def write_stacks(directory: Path, documents: Mapping[str, Mapping[str, Any]]) -> None:
    """Write each document as CDKTF would write a stack of that name, and the manifest that lists them."""
    listed = {}
    for name, document in documents.items():
        file = directory / "stacks" / name / "cdk.tf.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(document, indent=2))
        listed[name] = {"name": name, "synthesizedStackPath": f"stacks/{name}/cdk.tf.json"}
    (directory / "manifest.json").write_text(json.dumps({"version": "0.21.0", "stacks": listed}))


def judge_stacks(gate: Gate, documents: Mapping[str, Mapping[str, Any]]) -> Verdicts:
    """Name -> what the gate finds in that document, or why it refuses to judge it.

    The gate judges a directory as a whole or not at all: one that it refuses is halved until the culprit is alone.
    """
    verdicts: Verdicts = {}
    names = list(documents)
    for begin in range(0, len(names), STACKS_AT_ONCE):
        verdicts |= _judge(gate, {name: documents[name] for name in names[begin : begin + STACKS_AT_ONCE]})
    return verdicts


def _judge(gate: Gate, documents: Mapping[str, Mapping[str, Any]]) -> Verdicts:
    with TemporaryDirectory(prefix="stacks-") as directory:
        write_stacks(Path(directory), documents)
        try:
            report = gate.judge(Path(directory))
        except ToolError as error:
            names = list(documents)
            if len(names) == 1:
                return {names[0]: error}
            halves = names[: len(names) // 2], names[len(names) // 2 :]
            return {
                name: verdict
                for half in halves
                for name, verdict in _judge(gate, {name: documents[name] for name in half}).items()
            }
    assert report.stacks == len(documents)
    found: dict[str, list[Finding]] = {name: [] for name in documents}
    for finding in report.findings:
        found[finding.file.split("/")[1]].append(finding)
    return {**found}
