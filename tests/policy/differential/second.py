"""The second judge's policies without Checkov around them, which takes ten times as long as they do.

`make fuzz` asks the gate itself about a part of the documents, and compares.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

from lib.aspects.catalogue import RULE_IDS
from lib.environments import ROOT, VENV_CHECKOV, python_of
from lib.errors import ToolError
from lib.gate.stacks import read_stacks

from ..stacks import write_stacks

POLICIES = ROOT / "policies"


@dataclass(frozen=True)
class Violation:
    """What a policy finds, with the path of the construct as the gate has it."""

    rule_id: str
    path: str
    message: str


class Policies:
    """A process in which the policies are loaded; `with` ends it."""

    def __init__(self, folder: Path = POLICIES) -> None:
        program = Path(__file__).with_name("policies_worker.py")
        self._process = subprocess.Popen(
            [python_of(VENV_CHECKOV), program, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._folder = folder
        if unknown := RULE_IDS ^ set(self._answer()):
            raise ToolError(f"{folder}: {sorted(unknown)[0]} has no policy in Python there, or is no rule")

    def judge(self, documents: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Violation] | ToolError]:
        """Name -> what the policies find in that document, or why the gate would not read it."""
        return {name: self._judge(name, document) for name, document in documents.items()}

    def _judge(self, name: str, document: Mapping[str, Any]) -> list[Violation] | ToolError:
        with TemporaryDirectory(prefix="stack-") as directory:
            write_stacks(Path(directory), {name: document})
            try:
                (stack,), _ = read_stacks(Path(directory))
            except ToolError as error:
                return error
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(document) + "\n")
        self._process.stdin.flush()
        return [
            Violation(rule_id, stack.constructs.get(address, address) or stack.name, text)
            for rule_id, address, text in self._answer()
        ]

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ToolError(f"{self._folder}: the process that asks them has ended")
        return json.loads(line)

    def __enter__(self) -> Policies:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.__exit__(kind, error, at)
