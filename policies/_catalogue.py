"""Reads the lists of what a stack may contain: _arguments.txt, _attributes.txt and _values.txt. Not a policy.

A path is dotted and begins with a type: `aws_sqs_queue.redrive_policy.maxReceiveCount`. The path of a data source
begins with `data.`. Items of a list have the path of the list.
"""

import json
import re

from _conventions import CONVENTIONS
from _expressions import reference, without_names
from _provider import TYPES, entries
from _stack import META_ARGUMENTS, blocks, number_of, texts

# The value of an empty list in `settings`.
NOTHING = object()
RANGE = re.compile(r"([0-9]+)\.\.([0-9]*)")

LISTED, VALUES = entries("_arguments.txt"), entries("_values.txt")
VARIABLES = "aws_lambda_function.environment.variables"
LISTED[VARIABLES] = [*LISTED[VARIABLES], *CONVENTIONS["variables"]]
VALUES |= {f"{VARIABLES}.{name}": words for name, words in CONVENTIONS["variables"].items() if words}
ARGUMENTS = {path: [word.rstrip("&!") for word in words] for path, words in LISTED.items()}
REFERENCES = {f"{path}.{word.rstrip('&!')}" for path, words in LISTED.items() for word in words if "&" in word}
REQUIRED = {path: [word.rstrip("&!") for word in words if "!" in word] for path, words in LISTED.items()}
# type -> attribute -> its meaning
ATTRIBUTES = {
    kind: dict((word.split(":") * 2)[:2] for word in words) for kind, words in entries("_attributes.txt").items()
}
# Paths of all blocks, including enclosing blocks.
BLOCKS = {path[: dot.start()] for path in ARGUMENTS for dot in re.finditer(r"\.|$", path)}


def settings(kind, body):
    """Yield (path, value) of each argument that a resource or data source sets; None if the path is unclassified."""
    tagged = TYPES.get(kind, {}).get("tags")
    plain = {name: value for name, value in body.items() if name not in META_ARGUMENTS}
    if tagged and all(isinstance(tags, dict) for tags in texts(plain.get("tags", {}))):
        plain.pop("tags", None)
    return _settings(kind, plain, False)


def _settings(path, block, in_json):
    names = ARGUMENTS.get(path, ())
    for name, found in block.items():
        here = f"{path}.{name}"
        for item in [item for item in (flat(found) if in_json else texts(found)) if item is not None] or [NOTHING]:
            if name == "dynamic" and not in_json:  # TAP-DOC-3
                continue
            if isinstance(item, dict):
                yield from _settings(here, item, in_json) if here in BLOCKS else [(here, None)]
            elif name in names and here in ARGUMENTS and isinstance(item, str) and not in_json:
                for inner in objects(item):
                    yield from _settings(here, inner, True) if isinstance(inner, dict) else [(here, None)]
            else:
                known = name in names or "*" in names or (item is NOTHING and here in BLOCKS)
                yield here, item if known else None


def missing(path, block):
    """Yield the paths of required arguments that a block, or a block in it, does not set."""
    yield from (f"{path}.{name}" for name in REQUIRED.get(path, ()) if block.get(name, []) == [])
    for name, found in block.items():
        if f"{path}.{name}" in BLOCKS:
            for inner in blocks(found):
                yield from missing(f"{path}.{name}", inner)


def flat(value):
    """Return the items of a list, with nested lists flattened."""
    return [item for inner in value for item in flat(inner)] if isinstance(value, list) else [value]


def objects(text):
    """Return the objects in a JSON string; [None] for any other string."""
    try:
        return flat(json.loads(text, object_pairs_hook=without_doubles)) or [None]
    except (ValueError, RecursionError):
        return [None]


def without_doubles(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name occurs twice")
    return dict(pairs)


def allowed(path, value):
    """Return the allowed values of a path as text if `value` is not one of them, else an empty text."""
    if value is NOTHING:
        return ""
    if path in VALUES:
        return "" if any(matches(word, value) for word in VALUES[path]) else " or ".join(VALUES[path])
    found = reference(value)
    is_right = path not in REFERENCES or (found and not found.kind.startswith("data."))
    return "" if is_right else "a reference to a resource of the stack"


def matches(word, value):
    if limits := RANGE.fullmatch(word):
        number = number_of(value)
        return number is not None and float(limits[1]) <= number <= float(limits[2] or "inf")
    if word.startswith("&"):
        return reference(value).kind == word[1:]
    if word.startswith("/"):
        text = without_names(value)
        return text is not None and re.fullmatch(word[1:-1], text) is not None
    return word == (str(value).lower() if isinstance(value, bool) else str(value))
