"""Runs single policies on small documents, in the environment that has Checkov."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lib.environments import ROOT, VENV_CHECKOV, python_of

POLICIES = ROOT / "policies"
Violations = list[tuple[str, str]]
Violated = Callable[[str, dict[str, Any]], Violations]


def module(name: str) -> ModuleType:
    """Import a shared module of the policies that does not need Checkov."""
    spec = importlib.util.spec_from_file_location(name, POLICIES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="session")
def violated() -> Iterator[Violated]:
    """Return `violated("TAP-DOC-1", document)`, which returns (address, text) of each violation; a stack's is ""."""
    program = Path(__file__).with_name("judge_documents.py")
    with subprocess.Popen(
        [python_of(VENV_CHECKOV), program, POLICIES], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        questions, answers = process.stdin, process.stdout

        def ask(rule: str, document: dict[str, Any]) -> Violations:
            questions.write(json.dumps({"rule": rule, "document": document}) + "\n")
            questions.flush()
            return [(address, text) for address, text in json.loads(answers.readline())]

        yield ask
        questions.close()
