"""Run by the interpreter of `.venv-checkov`, where Checkov is: asks single policies about documents, without Checkov.

Lines of JSON: {"rule": "TAP-DOC-1", "document": {...}} in, [[address, text], ...] out.
"""

import importlib.util
import json
import sys
from pathlib import Path

POLICIES = Path(sys.argv[1])
sys.path.append(str(POLICIES))

from _stack import Resource, Stack, without_nulls  # noqa: E402

checks = {}
for line in sys.stdin:
    question = json.loads(line, object_hook=without_nulls)
    if question["rule"] not in checks:
        file = POLICIES / f"{question['rule']}.py"
        spec = importlib.util.spec_from_file_location(file.stem.replace("-", "_"), file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        checks[question["rule"]] = module.check
    check, stack = checks[question["rule"]], Stack(question["document"])
    found = [
        (f"{kind}.{name}", text)
        for kind in question["document"].get("resource", {})
        if kind in check.types or "*" in check.types
        for name, body in stack.of_type(kind).items()
        for text in check.violations(Resource(stack, kind, name, body))
    ]
    print(json.dumps([*found, *check.violations_outside(stack)]), flush=True)
