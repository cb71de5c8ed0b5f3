"""The real stack, synthesized once, and its violations judged in one go."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from lib.environments import use_project_node

use_project_node()  # before any test module imports cdktf


@pytest.fixture(scope="session")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The cdk.tf.json of TapStack by its defaults; for reading only."""
    from lib.aws import AwsProvider  # noqa: F401, I001  # first: it decides how the bindings are loaded
    from cdktf import App
    from lib.tap_stack import TapStack

    outdir = tmp_path_factory.mktemp("synth")
    app = App(outdir=str(outdir))
    TapStack(
        app,
        "TapStackdev",
        environment_suffix="dev",
        state_bucket="example-state",
        state_bucket_region="us-east-1",
        aws_region="us-east-1",
        default_tags={"Owner": "somebody"},
    )
    app.synth()
    written: dict[str, Any] = json.loads((outdir / "stacks" / "TapStackdev" / "cdk.tf.json").read_text())
    return written


class Stacks:
    """A directory of stacks, each a changed copy of the real one, as CDKTF would have written them."""

    def __init__(self, directory: Path, document: dict[str, Any]) -> None:
        self.directory = directory
        self._document = document
        self._listed: dict[str, dict[str, str]] = {}

    def add(self, name: str) -> dict[str, Any]:
        """A copy to change; `write` puts it down."""
        self._listed[name] = {"name": name, "synthesizedStackPath": f"stacks/{name}/cdk.tf.json"}
        return copy.deepcopy(self._document)

    def write(self, name: str, document: dict[str, Any]) -> None:
        """Write the stack, and the manifest anew."""
        file = self.directory / "stacks" / name / "cdk.tf.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(document, indent=2))
        (self.directory / "manifest.json").write_text(json.dumps({"version": "0.21.0", "stacks": self._listed}))


@pytest.fixture(scope="session")
def stacks(tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]) -> Stacks:
    """An empty directory for changed copies of the real stack."""
    return Stacks(tmp_path_factory.mktemp("mutations"), document)
