"""Reads facts about all resource types of the provider, for policies that check any type. Not a policy.

`terraform providers schema -json | python policies/_provider.py` updates _provider.jsonl, one line for each type:
`encryption`: its encryption settings; `name`: its naming argument; `tags`: true if it is taggable; `sensitive`: its
secret arguments; `arn`: true if a stack can set its `arn`; `arguments` and `computed`: its arguments and computed
attributes that are in _arguments.txt and _attributes.txt. With the name of a type as argument, the program prints an
entry for _arguments.txt with all arguments of that type. This file is independent of the first judge: it reads and
imports nothing from lib/aspects/.
"""

import json
import re
import sys
from pathlib import Path

FILE = Path(__file__).with_name("_provider.jsonl")
ABOUT_ENCRYPTION = re.compile(r"encrypt|kms|cmk|(?<![a-z])sse_")
ENDS_OF_NAMES = ("_name", "_identifier")
# The name does not end in .json, because Checkov loads every .json file in this folder as a policy.
LINES = [json.loads(line) for line in FILE.read_text().splitlines()] if FILE.exists() else []
TYPES = {line.pop("type"): line for line in LINES}


def attributes(level):
    """Yield (path, attribute) of each attribute below a block, a nested attribute or an object type."""
    todo = [((), level)]
    while todo:
        steps, here = todo.pop()
        for name, nested in here.get("block_types", {}).items():
            if name != "timeouts":
                todo.append(((*steps, name), nested["block"]))
        for name, attribute in here.get("attributes", {}).items():
            inner = attribute.get("nested_type") or of_object(attribute.get("type"))
            if inner and is_settable(attribute):
                todo.append(((*steps, name), inner))
            else:
                yield (*steps, name), attribute


def is_settable(attribute):
    return bool(attribute.get("required") or attribute.get("optional"))


def of_object(type_):
    """Return an object type, also one in a collection, in the form of a block; None for simpler types."""
    if not isinstance(type_, list):
        return None
    if type_[0] == "object":
        return {"attributes": {name: {"optional": True, "type": inner} for name, inner in type_[1].items()}}
    return of_object(type_[1])


def naming(kind, attributes):
    """Return the naming argument: the type's last words with `_name` or `_identifier`, or a plain `name`."""
    own = [
        name
        for name, attribute in attributes.items()
        if attribute.get("type") == "string" and (attribute.get("required") or attribute.get("optional"))
    ]
    matching = [
        name for end in ENDS_OF_NAMES for name in own if name.endswith(end) and f"{kind}{end}".endswith(f"_{name}")
    ]
    plain = [name for name in ("name", "identifier", "creation_token") if name in own]
    # The longest match is the most exact.
    return next(iter(sorted(matching, key=len, reverse=True) + plain), None)


def read(schema):
    """Return type -> its facts, without empty facts."""
    found, arguments, computed = {}, words_of("_arguments.txt"), words_of("_attributes.txt")
    for kind, of_kind in resource_types(schema).items():
        top = of_kind["block"].get("attributes", {})
        below = {".".join(steps): attribute for steps, attribute in attributes(of_kind["block"])}
        settable = {path for path, attribute in below.items() if is_settable(attribute)}
        line = {
            "encryption": [path for path in settable if ABOUT_ENCRYPTION.search(path)],
            "sensitive": [path for path, each in below.items() if each.get("sensitive") or each.get("write_only")],
            "arguments": settable & arguments.get(kind, set()),
            "computed": {path for path, each in below.items() if each.get("computed")} & computed.get(kind, set()),
        }
        line = {key: sorted(paths) for key, paths in line.items()}
        line["name"] = naming(kind, top)
        line["tags"] = "tags" in top and "tags_all" in top
        line["arn"] = "settable" if is_settable(top.get("arn", {})) else None
        found[kind] = {key: value for key, value in line.items() if value}
    return found


def resource_types(schema):
    (provider,) = schema["provider_schemas"].values()
    return provider["resource_schemas"]


def words_of(name):
    """Return type -> paths, from a list in the format of _arguments.txt."""
    found = {}
    for path, words in entries(name).items():
        kind, _, block = path.partition(".")
        below = (f"{block}.{re.split('[:&!]', word)[0]}".lstrip(".") for word in words)
        found.setdefault(kind, set()).update((block, *below))
    return found


def entries(name):
    """Return first word of an entry -> the words indented below it."""
    found, words = {}, []
    for line in FILE.with_name(name).read_text().splitlines():
        if line.startswith(" "):
            words += line.split()
        elif not line.startswith("#"):
            words = found[line] = []
    return found


def skeleton(kind, block):
    """Return an entry for _arguments.txt with all arguments of a type."""
    found = {}
    for steps, attribute in attributes(block):
        if is_settable(attribute) and steps[-1] not in ("id", "tags", "tags_all"):
            found.setdefault(".".join((kind, *steps[:-1])), []).append(steps[-1])
    return "".join(f"{path}\n    {' '.join(sorted(names))}\n" for path, names in sorted(found.items()))


def main():
    schema = json.load(sys.stdin)
    if sys.argv[1:]:
        print(skeleton(sys.argv[1], resource_types(schema)[sys.argv[1]]["block"]), end="")
        return
    found = read(schema)
    FILE.write_text("".join(json.dumps({"type": kind, **found[kind]}) + "\n" for kind in sorted(found)))


if __name__ == "__main__":
    main()
