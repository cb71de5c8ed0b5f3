"""Synthesizes the stack: once a run for tests that only read it, and anew for tests that change it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lib.environments import use_project_node

use_project_node()  # before any test module imports cdktf

ARGUMENTS: dict[str, Any] = {
    "environment_suffix": "dev",
    "state_bucket": "example-state",
    "state_bucket_region": "us-east-1",
    "aws_region": "us-east-1",
    "default_tags": {"Owner": "somebody"},
}


class Template:
    """The synthesized cdk.tf.json by construct path: `template["ledger/transactions"]` -> its attributes."""

    def __init__(self, outdir: Path, name: str) -> None:
        self.directory = outdir / "stacks" / name
        self.text = (self.directory / "cdk.tf.json").read_text()
        self.json: dict[str, Any] = json.loads(self.text)
        self._by_path: dict[str, dict[str, Any]] = {}
        self._reference: dict[str, str] = {}
        for block in ("resource", "data"):
            for kind, items in self.json[block].items():
                for identifier, attributes in items.items():
                    path = attributes["//"]["metadata"]["path"].removeprefix(f"{name}/")
                    self._by_path[path] = {key: value for key, value in attributes.items() if key != "//"}
                    prefix = "data." if block == "data" else ""
                    self._reference[path] = f"{prefix}{kind}.{identifier}"

    def __getitem__(self, path: str) -> dict[str, Any]:
        return self._by_path[path]

    def __contains__(self, path: str) -> bool:
        return path in self._by_path

    def of_type(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield (construct path, attributes) of every resource or data source of a Terraform type."""
        for path, reference in self._reference.items():
            if reference.removeprefix("data.").startswith(f"{kind}."):
                yield path, self._by_path[path]

    def ref(self, path: str, attribute: str) -> str:
        """Return a reference: `ref("encryption/key", "arn")` -> `${aws_kms_key.….arn}`"""
        return f"${{{self._reference[path]}.{attribute}}}"

    def statements(self, path: str) -> dict[str, dict[str, Any]]:
        """Return sid -> statement of a policy document."""
        statements = self[path]["statement"]
        by_sid = {statement["sid"]: statement for statement in statements}
        assert len(by_sid) == len(statements)
        return by_sid

    def conditions(self, statement: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
        """Return a statement's conditions: (test, variable) -> values, with words for references to the account."""
        return {
            (item["test"], item["variable"]): [self.plain(value) for value in item["values"]]
            for item in statement.get("condition", [])
        }

    def plain(self, value: str) -> str:
        """Return a text with words for references to the account: `arn:PARTITION:sqs:REGION:ACCOUNT:…`."""
        for path, attribute, word in (
            ("account/caller", "account_id", "ACCOUNT"),
            ("account/partition", "partition", "PARTITION"),
            ("account/region", "name", "REGION"),
        ):
            value = value.replace(self.ref(path, attribute), word)
        return value


Synthesize = Callable[..., Template]


def _synthesize(
    outdir: Path,
    *,
    ns: str = "TapStackdev",
    context: dict[str, Any] | None = None,
    change: Callable[[Any], None] = lambda _: None,
    **arguments: Any,
) -> Template:
    from lib.aws import AwsProvider  # noqa: F401, I001  # first: it decides how the bindings are loaded
    from cdktf import App
    from lib.tap_stack import TapStack

    app = App(outdir=str(outdir), context=context or {})
    stack = TapStack(app, ns, **{**ARGUMENTS, **arguments})
    change(stack)
    app.synth()
    return Template(outdir, ns)


@pytest.fixture
def synthesize(tmp_path: Path) -> Synthesize:
    """Return a function that synthesizes a new stack: `synthesize(environment_suffix="qa7", change=…)`."""

    def fresh(**arguments: Any) -> Template:
        number = len(list(tmp_path.glob("out-*")))
        return _synthesize(tmp_path / f"out-{number}", **arguments)

    return fresh


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Return the stack with all settings at their defaults. Tests must not change it."""
    return _synthesize(tmp_path_factory.mktemp("template"))
