"""Small replacements of the parts of a deploy: a synthesized stack, a terraform program, and a progress display."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lib.aspects.provider.projection import VERSION
from lib.terraform.stack_folder import StackFolder
from tests.silent_progress import SilentProgress

CONTENT: dict[str, Any] = {
    "terraform": {
        "backend": {
            "s3": {
                "bucket": "state",
                "key": "dev/TapStackdev.tfstate",
                "region": "eu-north-1",
                "encrypt": True,
                "use_lockfile": True,
            }
        },
        "required_providers": {"aws": {"source": "aws", "version": VERSION}},
    },
    "provider": {"aws": [{"region": "eu-west-1", "default_tags": [{"tags": {"Owner": "x"}}]}]},
    "resource": {"aws_sqs_queue": {"q": {"name": "sqs-q-dev"}}, "aws_cloudwatch_log_group": {"g": {"name": "/g-dev"}}},
    "data": {"aws_iam_policy_document": {"d": {}}, "aws_caller_identity": {"me": {}}},
}


@pytest.fixture
def stack(tmp_path: Path) -> StackFolder:
    """A synthesized stack with one asset."""
    directory = tmp_path / "synthesized"
    (directory / "assets" / "code").mkdir(parents=True)
    (directory / "assets" / "code" / "lambda.zip").write_bytes(b"zip")
    (directory / "cdk.tf.json").write_text(json.dumps(CONTENT))
    return StackFolder.read(directory)


@pytest.fixture
def progress() -> SilentProgress:
    return SilentProgress()


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str, str], Path]:
    """Return a function that puts a Python program on the PATH: `program("terraform", "print('hello')")` -> folder."""

    def make(name: str, body: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_text(f"#!{sys.executable}\n{body}\n")
        path.chmod(0o755)
        return folder

    return make


@pytest.fixture
def bare_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Set the PATH to an empty folder."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder) + os.pathsep + str(tmp_path / "bin"))
    return folder
