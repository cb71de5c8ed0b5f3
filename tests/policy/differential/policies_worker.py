"""Run by the interpreter of `.venv-checkov`, where Checkov is: every policy about each document, and no run of Checkov.

Lines of JSON: a document in, [[rule id, address, text], ...] out. What a policy raises is a violation, as in the gate.
"""

import importlib.util
import json
import sys
from pathlib import Path

POLICIES = Path(sys.argv[1])
sys.path.append(str(POLICIES))

from _stack import Resource, Stack, without_nulls  # noqa: E402


def load(file):
    spec = importlib.util.spec_from_file_location(file.stem.replace("-", "_"), file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.check


def violations(check, stack, kind, name, body):
    """(address, text) of each."""
    address = f"{kind}.{name}"
    try:
        for text in check.violations(Resource(stack, kind, name, body)):
            yield getattr(text, "address", address), text
        if (kind, name) == stack.first:
            yield from check.violations_outside(stack)
    except Exception as error:
        yield address, repr(error)


checks = [load(file) for file in sorted(POLICIES.glob("TAP-*.py"))]
print(json.dumps([check.id for check in checks]), flush=True)
for line in sys.stdin:
    stack = Stack(json.loads(line, object_hook=without_nulls))
    found = [
        (check.id, address, text)
        for kind in stack.document["resource"]
        if kind != "//"
        for name, body in stack.of_type(kind).items()
        for check in checks
        if kind in check.types or "*" in check.types
        for address, text in violations(check, stack, kind, name, body)
    ]
    print(json.dumps(found), flush=True)
