"""`python -m lib.aspects.types.skeleton TYPE…`: prints a TOML entry for a resource type, with undecided arguments.

The command needs Terraform, and the provider from the registry or from the mirror that TF_CLI_CONFIG_FILE names.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from lib.aspects.provider.arguments import Argument, arguments, resource_schemas
from lib.aspects.provider.generate import SchemaError, read_schema


def skeleton(type_: str, block: Mapping[str, Any]) -> str:
    """Return the TOML of a type: `"?"` for each argument, and its attributes in a comment."""
    return "\n".join(_lines(type_, arguments(block))) + "\n"


def _lines(type_: str, found: Mapping[str, Argument]) -> Iterator[str]:
    yield f"[{type_}]"
    yield "attributes = {}"
    for argument in found.values():
        if not argument.settable:
            yield f"# {argument.path}: {_description(argument)}"
    yield ""
    yield f"[{type_}.arguments]"
    for argument in found.values():
        if argument.settable:
            key = argument.path if argument.path.isidentifier() else json.dumps(argument.path)
            yield f'{key} = "?"  # {_description(argument)}'


def _description(argument: Argument) -> str:
    """`string, required`."""
    marks = {"required": argument.required, "sensitive": argument.sensitive, "deprecated": argument.deprecated}
    return ", ".join([argument.type, *(word for word, holds in marks.items() if holds)])


def main(types: list[str]) -> int:
    if not types:
        print("usage: python -m lib.aspects.types.skeleton TYPE…", file=sys.stderr)
        return 2
    try:
        blocks = resource_schemas(read_schema())
    except SchemaError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if unknown := [type_ for type_ in types if type_ not in blocks]:
        print(f"error: the provider has no resource type {', '.join(unknown)}", file=sys.stderr)
        return 2
    print("\n".join(skeleton(type_, blocks[type_]) for type_ in types), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
