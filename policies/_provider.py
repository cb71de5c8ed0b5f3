"""What the provider's resource types have, for the policies that judge any of them. No policy itself.

`terraform providers schema -json | python policies/_provider.py` writes _provider.jsonl anew, a line for each type:
`encryption`, its settings about that; `name`, the one that names it; `tags`, whether it takes them; `sensitive`, its
secrets; `arn`, where that can be set; `arguments` and `computed`, those of its settings and computed attributes of
which _arguments.txt and _attributes.txt speak. What follows from them is said in the policies.
With the name of a type, it prints instead what _arguments.txt would say of a type of which everything may be set.
Nothing of the first judge is read or imported: this is a reading of its own.
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


def attributes(level):
    """(steps, attribute) of everything below a block, an attribute with attributes or an object type."""
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
    """Type -> what the file says of it, each left out where there is none."""
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
    """Type -> the paths of a list of the form of _arguments.txt."""
    found = {}
    for path, words in entries(name).items():
        kind, _, block = path.partition(".")
        below = (f"{block}.{re.split('[:&!]', word)[0]}".lstrip(".") for word in words)
        found.setdefault(kind, set()).update((block, *below))
    return found


def entries(name):
    """What begins a line of a list -> the words indented beneath it."""
    found, words = {}, []
    for line in FILE.with_name(name).read_text().splitlines():
        if line.startswith(" "):
            words += line.split()
        elif not line.startswith("#"):
            words = found[line] = []
    return found


def skeleton(kind, block):
    """What _arguments.txt says of a type of which everything may be set."""
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
