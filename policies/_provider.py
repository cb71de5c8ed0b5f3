"""What the provider's resource types have, for the policies that judge any of them. No policy itself.

`terraform providers schema -json | python policies/_provider.py` writes _provider.jsonl anew: a line for each type, its
settings about encryption, the one that names it, and whether it takes tags. What follows from them is said in the
policies. Nothing of the first judge is read or imported: this is a reading of its own.
"""

import json
import re
import sys
from pathlib import Path

FILE = Path(__file__).with_name("_provider.jsonl")
ABOUT_ENCRYPTION = re.compile(r"encrypt|kms|cmk|(?<![a-z])sse_")
ENDS_OF_NAMES = ("_name", "_identifier")
# Not .json: Checkov takes each .json beside the policies for a policy.
LINES = [json.loads(line) for line in FILE.read_text().splitlines()] if FILE.exists() else []
TYPES = {line.pop("type"): line for line in LINES}


def settings(level):
    """Every setting below a block, an attribute with attributes or an object type, as a tuple of steps."""
    todo = [((), level)]
    while todo:
        steps, here = todo.pop()
        for name, nested in here.get("block_types", {}).items():
            if name != "timeouts":
                todo.append(((*steps, name), nested["block"]))
        for name, attribute in here.get("attributes", {}).items():
            if not (attribute.get("required") or attribute.get("optional")):
                continue
            inner = attribute.get("nested_type") or of_object(attribute.get("type"))
            if inner:
                todo.append(((*steps, name), inner))
            else:
                yield (*steps, name)


def of_object(type_):
    """An object type, alone or in a collection, in the form of a block; None for anything simpler."""
    if not isinstance(type_, list):
        return None
    if type_[0] == "object":
        return {"attributes": {name: {"optional": True, "type": inner} for name, inner in type_[1].items()}}
    return of_object(type_[1])


def naming(kind, attributes):
    """The setting that names a type: its last words and `_name` or `_identifier`; else a plain word."""
    own = [
        name
        for name, attribute in attributes.items()
        if attribute.get("type") == "string" and (attribute.get("required") or attribute.get("optional"))
    ]
    matching = [
        name for end in ENDS_OF_NAMES for name in own if name.endswith(end) and f"{kind}{end}".endswith(f"_{name}")
    ]
    plain = [name for name in ("name", "identifier", "creation_token") if name in own]
    # The longest is the most exact.
    return next(iter(sorted(matching, key=len, reverse=True) + plain), None)


def read(schema):
    """Type -> {"encryption": [...], "name": "...", "tags": true}, each left out where there is none."""
    (provider,) = schema["provider_schemas"].values()
    found = {}
    for kind, of_kind in provider["resource_schemas"].items():
        attributes = of_kind["block"].get("attributes", {})
        paths = sorted(".".join(steps) for steps in settings(of_kind["block"]))
        line = {
            "encryption": [path for path in paths if ABOUT_ENCRYPTION.search(path)],
            "name": naming(kind, attributes),
        }
        line["tags"] = "tags" in attributes and "tags_all" in attributes
        found[kind] = {key: value for key, value in line.items() if value}
    return found


def main():
    found = read(json.load(sys.stdin))
    FILE.write_text("".join(json.dumps({"type": kind, **found[kind]}) + "\n" for kind in sorted(found)))


if __name__ == "__main__":
    main()
