"""`python -m lib.aspects.provider.generate`: updates facts.json and arguments.json.

The command needs Terraform, and the provider from the registry or from the mirror that TF_CLI_CONFIG_FILE names.
`make provider` calls it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lib.aspects.provider import data
from lib.aspects.provider.arguments import PROVIDER, extract
from lib.aspects.provider.projection import VERSION, facts


class SchemaError(Exception):
    """The provider's schema is not available; the message has one line."""


def read_schema(terraform: tuple[str, ...] = ("terraform",), version: str = VERSION) -> dict[str, Any]:
    """Return the output of `terraform providers schema -json`, run in a temporary folder."""
    provider = {"source": PROVIDER.removeprefix("registry.terraform.io/"), "version": version}
    with tempfile.TemporaryDirectory() as folder:
        document = {"terraform": {"required_providers": {"aws": provider}}}
        (Path(folder) / "main.tf.json").write_text(json.dumps(document))
        _run(terraform, folder, "init", "-input=false", "-no-color")
        schema: dict[str, Any] = json.loads(_run(terraform, folder, "providers", "schema", "-json"))
    return schema


def _run(terraform: tuple[str, ...], folder: str, *arguments: str) -> str:
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    try:
        done = subprocess.run([*terraform, *arguments], cwd=folder, env=environment, capture_output=True, text=True)
    except OSError as error:
        raise SchemaError(f"{terraform[0]} does not start ({error}); install Terraform >= 1.10") from error
    if done.returncode:
        output = " ".join((done.stderr or done.stdout).split())
        raise SchemaError(f"terraform {arguments[0]} failed: {output}; it needs the registry, or TF_CLI_CONFIG_FILE")
    return done.stdout


def written(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the text of a JSON file in the repository's format: one line for each type, with sorted keys."""
    lines = (f"{json.dumps(type_)}: {json.dumps(found[type_], sort_keys=True)}" for type_ in sorted(found))
    return "{\n" + ",\n".join(lines) + "\n}\n"


def write(schema: Mapping[str, Any]) -> None:
    """Write facts.json and arguments.json."""
    data.FACTS_FILE.write_text(written(facts(schema)))
    data.ARGUMENTS_FILE.write_text(written(extract(schema, data.classified())))


def main() -> int:
    try:
        schema = read_schema()
    except SchemaError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    write(schema)
    print(f"{len(facts(schema))} resource types")
    return 0


if __name__ == "__main__":
    sys.exit(main())
