"""One Checkov for all tests of the gate: its imports take seconds, and each request gets a process of its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lib.gate.gate import Gate
from lib.gate.process import CheckovProcess
from lib.gate.report import GateReport

POLICY = """
metadata:
  id: TAP-X-1
  name: Queues keep messages for a day
  category: GENERAL_SECURITY
  guideline: set message_retention_seconds to 86400
definition:
  cond_type: attribute
  resource_types: [aws_sqs_queue]
  attribute: message_retention_seconds
  operator: equals
  value: 86400
"""
CONFIG = """
directory: [cdktf.out]
framework: [terraform_json]
external-checks-dir: [policies]
skip-download: true
quiet: true
compact: true
"""
QUEUE = {
    "//": {"metadata": {"path": "stack/orders/queue"}},
    "name": "sqs-orders-dev",
    "message_retention_seconds": 86400,
    "kms_master_key_id": "${aws_kms_key.key.arn}",
}


@pytest.fixture(scope="session")
def checkov() -> Iterator[CheckovProcess]:
    """A Checkov that tests share."""
    process = CheckovProcess()
    yield process
    process.close()


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """A directory with one policy, TAP-X-1."""
    directory = tmp_path / "policies"
    directory.mkdir()
    (directory / "TAP-X-1.yaml").write_text(POLICY)
    return directory


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A .checkov.yaml without skips."""
    file = tmp_path / ".checkov.yaml"
    file.write_text(CONFIG)
    return file


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A synthesized directory with one stack of one queue, on which TAP-X-1 passes."""
    return write_stack(tmp_path / "out", {"resource": {"aws_sqs_queue": {"orders": QUEUE}}})


@pytest.fixture
def judge(checkov: CheckovProcess, policies: Path, config: Path) -> Callable[[Path], GateReport]:
    """Return a function that checks a directory with `policies` and `config`."""
    return Gate(policies, config, checkov).judge


def write_stack(directory: Path, document: Any, name: str = "stack") -> Path:
    """Write `document` as a stack, and add it to the manifest."""
    path = f"stacks/{name}/cdk.tf.json"
    (directory / path).parent.mkdir(parents=True)
    (directory / path).write_text(document if isinstance(document, str) else json.dumps(document, indent=2))
    manifest = directory / "manifest.json"
    stacks = json.loads(manifest.read_text())["stacks"] if manifest.exists() else {}
    stacks[name] = {"name": name, "synthesizedStackPath": path}
    manifest.write_text(json.dumps({"version": "0.21.0", "stacks": stacks}))
    return directory
